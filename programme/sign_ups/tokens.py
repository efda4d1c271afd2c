"""What a form carries hidden: that we made it, when, and what it asked.

A token is signed and holds a random number, the form's page, and a digest of
its questions. It sets no cookie and says nothing about who reads the page.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

FIELD = "form_token"
LEAST_SECONDS = 2  # nobody reads and fills in a form in less
MOST_SECONDS = 24 * 60 * 60

# The secret key is read when it is first needed, not at import.
_SIGNER = SimpleLazyObject(lambda: signing.Signer(salt="programme.sign_ups.form"))


@dataclass(frozen=True)
class Token:
    """A token that we gave out: `seconds` ago, for a form with these `questions`."""

    nonce: str
    questions: list[str]
    seconds: float

    @property
    def is_too_quick(self) -> bool:
        return self.seconds < LEAST_SECONDS

    def key(self, answers) -> str:
        """The same when one form is sent twice; another when an answer was changed between."""
        text = json.dumps([self.nonce, answers], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class UnknownTokenError(Exception):
    """There is no token, or it is not one of ours for this form."""


class OldTokenError(Exception):
    """The form was opened longer ago than a form is good for."""


def make(page) -> str:
    names = [field.clean_name for field in page.get_form_fields()]
    made = [page.pk, timezone.now().timestamp(), secrets.token_urlsafe(12), names]
    return _SIGNER.sign_object(made, compress=True)


def read(text: str, page) -> Token:
    """Raises UnknownTokenError, OldTokenError."""
    try:
        pk, made, nonce, questions = _SIGNER.unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise UnknownTokenError from error
    seconds = timezone.now().timestamp() - made
    if pk != page.pk:
        raise UnknownTokenError
    if seconds > MOST_SECONDS:
        raise OldTokenError
    return Token(nonce, questions, seconds)
