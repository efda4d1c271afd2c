"""The links in our messages: signed, each for one purpose, and good for a while.

A link names the sign-up by its number and the address it was sent to by a
digest, so that it holds nothing about the person, and is worth nothing once
they use another address or are erased.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from ..models import SignUp

CONFIRM = "confirm"
NEW_ADDRESS = "new-address"
YOURS = "yours"
SENT = "sent"  # not in a message: where the form leads

GOOD_FOR = {
    CONFIRM: timedelta(days=7),
    NEW_ADDRESS: timedelta(days=7),
    YOURS: timedelta(days=90),
    SENT: timedelta(days=1),
}


class BadLinkError(Exception):
    """The link was cut or altered, or is for something that is no longer there."""


class OldLinkError(Exception):
    """The link was good, and is too old. `sign_up` is what it was for."""

    def __init__(self, sign_up):
        self.sign_up = sign_up


def token(purpose: str, sign_up: SignUp) -> str:
    digest = _digest(purpose, sign_up, settings.SECRET_KEY)
    return signing.dumps([sign_up.pk, digest], salt=_salt(purpose))


def read(purpose: str, text: str) -> SignUp:
    """What a link is for. Raises BadLinkError, OldLinkError."""
    signer = signing.TimestampSigner(salt=_salt(purpose))
    try:
        pk, digest = signer.unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise BadLinkError from error
    sign_up = SignUp.objects.held().select_related("page").filter(pk=pk).first()
    if sign_up is None or not _is_for(digest, purpose, sign_up):
        raise BadLinkError
    try:
        signer.unsign(text, max_age=GOOD_FOR[purpose])
    except signing.SignatureExpired as error:
        raise OldLinkError(sign_up) from error
    return sign_up


def path(purpose: str, sign_up: SignUp) -> str:
    return reverse(_NAMES[purpose], args=[token(purpose, sign_up)])


def address(purpose: str, sign_up: SignUp) -> str:
    """The whole address, for a message."""
    site = sign_up.page.get_site()
    return (site.root_url if site else settings.WAGTAILADMIN_BASE_URL) + path(purpose, sign_up)


_NAMES = {
    CONFIRM: "sign_up_confirm",
    NEW_ADDRESS: "sign_up_new_address",
    YOURS: "sign_up_yours",
    SENT: "sign_up_sent",
}


def _salt(purpose):
    return f"programme.sign_ups.{purpose}"


def _is_for(digest, purpose, sign_up):
    # While Django's key is being changed, links that were made with an older one hold.
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(digest, _digest(purpose, sign_up, key)) for key in keys)


def _digest(purpose, sign_up, key):
    email = sign_up.new_email if purpose == NEW_ADDRESS else sign_up.email
    return salted_hmac(_salt(purpose), email, secret=key).hexdigest()[:16]
