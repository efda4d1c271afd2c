"""The second factor: a code from an app on a phone (TOTP, RFC 6238), and recovery codes.

django-otp keeps both. The key of an app is kept as it is, as codes are worked out from it. Of a
recovery code, which has 60 random bits, a digest is kept; it works once.
"""

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import Page
from wagtail.permissions import policy_registry

OFF, OFFERED, REQUIRED = "off", "offered", "required"
CODE, SET_UP = "code", "set_up"
DIGITS = 6  # of a code from an app
RECOVERY_CODES = 10
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that are taken for others
_LENGTH, _GROUP = 12, 4
# Each wrong code doubles the wait; who has stolen a password must not double it to days.
MOST_DOUBLINGS = 8


class WrongCodeError(Exception):
    """The text says why, to the person."""


def is_off() -> bool:
    return settings.SECOND_FACTOR == OFF


def next_step(user) -> str | None:
    """What follows the password: `CODE`, `SET_UP`, or nothing."""
    if is_off():
        return None
    if is_set_up(user):
        return CODE
    return SET_UP if must_have(user) else None


def must_have(user) -> bool:
    """Administrators and publishers must, where it is required."""
    return settings.SECOND_FACTOR == REQUIRED and user.is_active and has_power(user)


def has_power(user) -> bool:
    """Who may publish pages, or say who may do what."""
    return (
        user.is_superuser
        or any(
            user.has_perm(f"{thing}.{act}_{name}")
            for thing, name in (("core", "user"), ("auth", "group"))
            for act in ("add", "change", "delete")
        )
        or policy_registry.get_by_type(Page).user_has_any_permission(user, {"publish"})
    )


def is_set_up(user) -> bool:
    return _apps(user).exists()


def since(user) -> datetime | None:
    return _apps(user).values_list("created_at", flat=True).first()


def codes_left(user) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def _apps(user):
    return TOTPDevice.objects.filter(user=user, confirmed=True)


# Setting it up --------------------------------------------------------------------


def begin(user) -> TOTPDevice:
    """The key that an app is given; the same one until a code has shown that the app has it."""
    found = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return found or TOTPDevice.objects.create(user=user, name="App", confirmed=False)


def picture(device) -> str:
    """A QR code that an app can read, as SVG to be written into a page."""
    return segno.make(device.config_url, error="m").svg_inline(scale=5, border=4, light="#fff")


def written(device) -> str:
    """The same key to be typed, in groups of four."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + _GROUP] for start in range(0, len(key), _GROUP))


def finish(user, code: str) -> list[str]:
    """Have the new app count, in place of any other. Gives new recovery codes.

    Raises WrongCodeError.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=begin(user).pk)
        device.throttle_reset(commit=False)  # nobody guesses a code whose key they have
        failure = _try(device, _plain(code))
        if not failure:
            device.confirmed, device.created_at = True, timezone.now()
            device.save()
            TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
            return make_recovery_codes(user)
    raise WrongCodeError(failure)


def remove(user) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


# Codes ----------------------------------------------------------------------------


def check(user, code: str) -> str:
    """What `code` was: "app" or "recovery code". Raises WrongCodeError."""
    plain = _plain(code)
    is_recovery = len(plain) != DIGITS
    model = StaticDevice if is_recovery else TOTPDevice
    with transaction.atomic():
        # One at a time: a code works once.
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        failure = (
            _try(device, _kept(plain) if is_recovery else plain)
            if device
            else "That code is not right. Try again."
        )
    if failure:
        raise WrongCodeError(failure)
    return "recovery code" if is_recovery else "app"


def _try(device, token) -> str | None:
    """Why `token` is not taken; None when it is."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        wait = max(1, round((why["locked_until"] - timezone.now()).total_seconds()))
        return f"There were wrong codes before. Wait {wait} seconds, then try again."
    if device.verify_token(token):
        return None
    if device.throttling_failure_count > MOST_DOUBLINGS:
        device.throttling_failure_count = MOST_DOUBLINGS
        device.save(update_fields=["throttling_failure_count"])
    return "That code is not right. Each code works once: wait for the next one, then try again."


@transaction.atomic
def make_recovery_codes(user) -> list[str]:
    """New ones, in place of those before. They are given this once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_kept(_plain(code))) for code in codes
    )
    return codes


def _new_code() -> str:
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _plain(code) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())


def _kept(plain) -> str:
    """django-otp has room for 16 characters."""
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
