"""What a person may ask for: to see, to correct, to have a copy, to be erased."""

import secrets

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from ..models import SignUp, SignUpMessage
from ..models.sign_up import normalise
from . import answers, messages

# Why a sign-up was erased: all that is said of it afterwards.
BY_THE_PERSON = "The person withdrew."
BY_STAFF = "The person asked us to erase it."


def held(sign_up: SignUp, *, notes: bool = False) -> dict:
    """Everything that is kept of a person, to be written as JSON.

    What colleagues noted is the person's too, but staff read it before they hand
    it over: `notes` adds it.
    """
    copy = {
        "number": sign_up.pk,
        "form": sign_up.page.title,
        "sent": sign_up.created_at,
        "confirmed": sign_up.confirmed_at,
        "status": sign_up.get_status_display(),
        "status_since": sign_up.status_since,
        "kept_until": sign_up.keep_until,
        "email": sign_up.email,
        "answers": [
            {"question": answer["question"], "answer": answer["answer"]}
            for answer in sign_up.answers
        ],
        "messages": [
            {"what": message.get_kind_display(), "sent": message.sent_at}
            for message in sign_up.messages.exclude(kind=SignUpMessage.Kind.STAFF)
        ],
    }
    if sign_up.new_email:
        copy["new_email_to_confirm"] = sign_up.new_email
    if notes:
        copy["notes"] = [
            {"written": note.created_at, "text": note.text} for note in sign_up.notes.all()
        ]
    return copy


def correct(sign_up: SignUp, cleaned_data: dict, user=None) -> None:
    """Put other answers in place of what was kept. A new address counts when it is confirmed.

    Answers to questions that the form no longer asks stay as they are.
    """
    page = sign_up.page
    before = {answer["name"]: answer for answer in sign_up.answers}
    asked = {field.clean_name for field in page.get_form_fields()}
    email = answers.email_in(page, cleaned_data)
    with transaction.atomic():
        answers.write(sign_up, page, cleaned_data)
        sign_up.answers += [answer for name, answer in before.items() if name not in asked]
        ask = email and normalise(email) != sign_up.email
        sign_up.new_email = normalise(email) if ask else ""
        if ask:
            _keep_address(sign_up, before, page)
        sign_up.save(update_fields=["answers", "name", "new_email"])
        sign_up.choices.all().delete()
        answers.write_choices(sign_up, page, cleaned_data)
        log(sign_up, "programme.sign_up.corrected", user=user)
        if ask:
            messages.send(sign_up, SignUpMessage.Kind.NEW_ADDRESS)


def _keep_address(sign_up, before, page):
    """Until it is confirmed, the new address is not among the answers."""
    name = answers.email_field(page)
    for answer in sign_up.answers:
        if answer["name"] == name and name in before:
            answer["answer"] = before[name]["answer"]


def use_new_address(sign_up: SignUp) -> None:
    """The person has confirmed it. Links sent to the old address stop working."""
    name = answers.email_field(sign_up.page)
    with transaction.atomic():
        for answer in sign_up.answers:
            if answer["name"] == name:
                answer["answer"] = sign_up.new_email
        sign_up.email, sign_up.new_email = sign_up.new_email, ""
        sign_up.save(update_fields=["answers", "email", "new_email"])
        log(sign_up, "programme.sign_up.corrected")


def erase(sign_up: SignUp, because: str, user=None) -> None:
    """Take away everything about the person, at once. The row says that it was there."""
    with transaction.atomic():
        # Whoever writes a note at this moment has written it, or finds nothing to write it on.
        SignUp.objects.select_for_update().get(pk=sign_up.pk)
        # A message that waits to be sent finds nothing, and ends.
        sign_up.messages.all().delete()
        sign_up.notes.all().delete()
        sign_up.choices.all().delete()
        sign_up.answers = []
        sign_up.name = sign_up.email = sign_up.new_email = sign_up.sender = sign_up.suspicion = ""
        sign_up.key = f"erased {secrets.token_hex(16)}"
        sign_up.owner = None
        sign_up.status, sign_up.status_since = SignUp.Status.WITHDRAWN, timezone.now()
        sign_up.save()
        log(sign_up, "programme.sign_up.erased", user=user, data={"because": because})
