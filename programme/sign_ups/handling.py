"""What a sign-up manager does with one, besides moving it on."""

from contextlib import contextmanager

from django.db import transaction
from wagtail.log_actions import log

from ..models import SignUp, SignUpMessage, SignUpNote
from . import messages


class ErasedError(Exception):
    """Nobody's data is there any more to work with."""


def note(sign_up: SignUp, text: str, user) -> None:
    """Write something down for colleagues. Raises ErasedError."""
    with _kept(sign_up):
        SignUpNote.objects.create(sign_up=sign_up, text=text, author=user)
        log(sign_up, "programme.sign_up.noted", user=user)


def give(sign_up: SignUp, owner, user) -> None:
    """Make someone its owner; None for nobody. Raises ErasedError."""
    with _kept(sign_up):
        if sign_up.owner != owner:
            sign_up.owner = owner
            sign_up.save(update_fields=["owner"])
            data = {"owner": owner and owner.pk}
            log(sign_up, "programme.sign_up.assigned", user=user, data=data)


def may_be_asked_again(sign_up: SignUp) -> bool:
    return sign_up.status == SignUp.Status.UNCONFIRMED and bool(sign_up.email)


def ask_again(sign_up: SignUp) -> None:
    """Send “Please confirm” once more, unless it has been confirmed. Raises ErasedError."""
    with _kept(sign_up):
        if may_be_asked_again(sign_up):
            messages.send(sign_up, SignUpMessage.Kind.CONFIRM)


@contextmanager
def _kept(sign_up):
    """Nobody erases it while we write, so that nothing is left behind."""
    with transaction.atomic():
        locked = SignUp.objects.select_for_update().filter(pk=sign_up.pk).first()
        if locked is None or not locked.is_held:
            raise ErasedError(f"{sign_up} has been erased.")
        sign_up.refresh_from_db()
        yield
