"""Keeping what was sent, whoever sends it: the web form and the API."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from ..models import SignUp, SignUpMessage
from ..models.sign_up import normalise
from . import answers, messages, throttle


def take(page, cleaned_data: dict, *, key: str, sender: str, suspicion: str = "") -> SignUp:
    """Keep a valid form's answers. A second time with the same key gives the first one's sign-up.

    A suspect one is set aside, and nothing is sent for it. When the person gave
    an address, it waits to be confirmed; otherwise it is new at once.
    Raises throttle.TooManyError.
    """
    known = SignUp.objects.filter(key=key).first()
    if known is not None:
        return known
    email = answers.email_in(page, cleaned_data)
    throttle.check(sender, email)
    sign_up = SignUp(page=page, key=key, sender=sender, suspicion=suspicion, email=normalise(email))
    answers.write(sign_up, page, cleaned_data)
    if suspicion:
        sign_up.status = SignUp.Status.SPAM
    elif not email:
        sign_up.status = SignUp.Status.NEW
    try:
        with transaction.atomic():
            sign_up.save()
            answers.write_choices(sign_up, page, cleaned_data)
            _follow_up(sign_up)
    except IntegrityError:
        # Of two requests with one key that came at the same moment, the other was first.
        return SignUp.objects.get(key=key)
    return sign_up


def confirm(sign_up: SignUp) -> bool:
    """The person has pressed the button. False when they had done so before."""
    with transaction.atomic():
        confirmed = SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None).update(
            confirmed_at=timezone.now()
        )
        if not confirmed:
            return False
        sign_up.refresh_from_db()
        log(sign_up, "programme.sign_up.confirmed")
        if sign_up.status == SignUp.Status.UNCONFIRMED:
            move(sign_up, SignUp.Status.NEW)
        messages.send(sign_up, SignUpMessage.Kind.WELCOME)
    return True


class MoveError(Exception):
    """From its status, a sign-up can't go where it was sent."""


def move(sign_up: SignUp, status: str, user=None) -> None:
    """Give a sign-up another status, if that is allowed. Raises MoveError."""
    before = sign_up.status
    if status == before:
        raise MoveError(f"{sign_up} is {sign_up.get_status_display().lower()} already.")
    if status not in sign_up.moves:
        raise MoveError(
            f"{sign_up} is {sign_up.get_status_display().lower()}: "
            f"it can't become {SignUp.Status(status).label.lower()}."
        )
    with transaction.atomic():
        moved = SignUp.objects.filter(pk=sign_up.pk, status=before).update(
            status=status, status_since=timezone.now(), suspicion=""
        )
        if not moved:
            raise MoveError(f"Somebody else has just changed {sign_up}. Look at it again.")
        sign_up.refresh_from_db()
        log(
            sign_up,
            "programme.sign_up.moved",
            user=user,
            data={"from": before, "to": status},
        )
        if before in (SignUp.Status.SPAM, SignUp.Status.UNCONFIRMED):
            _follow_up(sign_up)


def _follow_up(sign_up):
    """Tell those who wait for it that a sign-up has come so far."""
    if sign_up.status == SignUp.Status.UNCONFIRMED:
        messages.send(sign_up, SignUpMessage.Kind.CONFIRM)
    elif sign_up.status == SignUp.Status.NEW:
        messages.send(sign_up, SignUpMessage.Kind.STAFF)
