"""How many sign-ups are taken from one place, and for one address.

Where a sign-up came from is kept as a digest whose key changes every day, so
that two days cannot be put together, and `retention` takes that away too. The
sign-ups themselves are what is counted: every process sees the same number.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cms.core.limits.throttling import TooManyError

from ..models import SignUp


def sender(place: str) -> str:
    """What is kept of the place that a request came from."""
    day = timezone.localdate().isoformat()
    salt = f"programme.sign_ups.sender.{day}"
    return salted_hmac(salt, place, algorithm="sha256").hexdigest()


def check(sender: str, email: str) -> None:
    """Raises TooManyError. An empty `sender` is one whom we trust to send for many people."""
    if sender:
        _check(
            SignUp.objects.filter(sender=sender),
            settings.SIGN_UPS_FROM_ONE_PLACE,
            timedelta(hours=1),
            "Many forms have come from where you are in the last hour.",
        )
    if email:
        _check(
            SignUp.objects.of(email),
            settings.SIGN_UPS_FOR_ONE_EMAIL,
            timedelta(days=1),
            "We have had this email address several times today.",
        )


def _check(sign_ups, most, period, why):
    since = timezone.now() - period
    times = sign_ups.filter(created_at__gt=since).order_by("-created_at")
    oldest = times.values_list("created_at", flat=True)[most - 1 : most].first()
    if oldest is not None:
        raise TooManyError(max(1, int((oldest - since).total_seconds())), why)
