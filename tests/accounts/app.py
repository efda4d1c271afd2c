"""An authenticator app, as it is on a phone: it knows a key and the time."""

import re
import time
from base64 import b32decode

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice


class App:
    """`read(response)` takes the key from the screen; `code()` is what it shows then."""

    key = b""

    def read(self, response) -> None:
        written = re.search(r'accounts-key">([A-Z2-7 ]+)<', response.content.decode())[1]
        self.key = b32decode(written.replace(" ", ""))

    def code(self, *, later: int = 0) -> str:
        """Each works once: `later` is how many half minutes on."""
        totp = TOTP(self.key)
        totp.time = time.time() + later * 30
        return f"{totp.token():06}"

    def is_set_up_for(self, user) -> "App":
        device = TOTPDevice.objects.create(user=user, name="App", confirmed=True)
        self.key = device.bin_key
        return self
