"""The emails: who gets them, what they say, and sending them until they are sent."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cms.core.models import SiteSettings

from ..models import SignUp, SignUpMessage
from . import answers, links

Kind = SignUpMessage.Kind
MOST_IN_A_DAY = 4  # messages of one kind about one sign-up


@dataclass
class Words:
    """What a message says. `action` is (words on the button, address)."""

    subject: str
    text: str
    action: tuple[str, str] | None = None
    after: str = ""  # below the button
    summary: list = field(default_factory=list)


def send(sign_up: SignUp, kind: str) -> None:
    """Have a message sent in the background, once the transaction is through."""
    from ..tasks import send_message  # which calls us

    message = SignUpMessage.objects.create(sign_up=sign_up, kind=kind)
    if recipients(message):
        transaction.on_commit(partial(send_message.enqueue, message.pk))
    else:
        message.delete()


def send_again(sign_up: SignUp, kind: str) -> None:
    """The same, when somebody asked for it: not more often than a person would in a day."""
    since = timezone.now() - timedelta(days=1)
    if sign_up.messages.filter(kind=kind, created_at__gt=since).count() < MOST_IN_A_DAY:
        send(sign_up, kind)


def recipients(message: SignUpMessage) -> list[str]:
    sign_up = message.sign_up
    if message.kind == Kind.STAFF:
        return sign_up.page.staff_addresses
    address = sign_up.new_email if message.kind == Kind.NEW_ADDRESS else sign_up.email
    return [address] if address else []


def compose(message: SignUpMessage) -> EmailMultiAlternatives:
    """The email, as text and as HTML, with the link to what is held of the person."""
    sign_up = message.sign_up
    words = _WORDS[message.kind](sign_up)
    site = sign_up.page.get_site()
    context = {
        "words": words,
        "organisation": SiteSettings.for_site(site) if site else SiteSettings(),
        "yours": "" if message.kind == Kind.STAFF else links.address(links.YOURS, sign_up),
    }
    email = EmailMultiAlternatives(
        words.subject,
        render_to_string("programme/email/message.txt", context),
        to=recipients(message),
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no “I am away” comes back
    )
    email.attach_alternative(render_to_string("programme/email/message.html", context), "text/html")
    return email


def is_final(error: Exception) -> bool:
    """Whether trying again is of no use: the mail server does not know such an address."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in error.recipients.values()
    )


def _confirm(sign_up):
    page = sign_up.page
    days = links.GOOD_FOR[links.CONFIRM].days
    return Words(
        page.confirm_subject,
        page.confirm_text,
        ("Confirm that this was you", links.address(links.CONFIRM, sign_up)),
        f"The link works for {days} days. If you do not confirm, "
        f"we erase what was sent after {page.unconfirmed_days} days.",
    )


def _welcome(sign_up):
    page = sign_up.page
    return Words(
        page.confirmation_subject, page.confirmation_text, summary=answers.summary(sign_up)
    )


def _link(sign_up):
    return Words(
        f"Your link: {sign_up.page.title}",
        "Here is the new link that you asked for. With it you can see, change, download or "
        "withdraw what you sent us.",
    )


def _new_address(sign_up):
    return Words(
        "Confirm your new email address",
        "You, or someone else, asked us to write to this address from now on.",
        ("Use this address", links.address(links.NEW_ADDRESS, sign_up)),
        f"The link works for {links.GOOD_FOR[links.NEW_ADDRESS].days} days. "
        "If this was not you, do nothing.",
    )


def _staff(sign_up):
    # Nothing about the person: mail is read on telephones, and forwarded.
    return Words(
        f"New sign-up: {sign_up.page.title}",
        "Somebody has signed up. Sign in to read what they wrote.",
        (
            "Open the sign-up",
            settings.WAGTAILADMIN_BASE_URL
            + reverse("programme_signup_modeladmin_inspect", args=[sign_up.pk]),
        ),
    )


_WORDS = {
    Kind.CONFIRM: _confirm,
    Kind.WELCOME: _welcome,
    Kind.LINK: _link,
    Kind.NEW_ADDRESS: _new_address,
    Kind.STAFF: _staff,
}
