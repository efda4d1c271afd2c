"""What is asked of a password, as the NCSC advises: length, and not one that everybody knows.

https://www.ncsc.gov.uk/collection/passwords/updating-your-approach
"""

from django.contrib.auth.password_validation import MinimumLengthValidator

from . import audit


class LongEnough(MinimumLengthValidator):
    """Django tells its validators of each new password, so this one also has it noted."""

    def password_changed(self, password, user=None):
        if user is not None and user.pk:
            audit.note("password_set", user)
