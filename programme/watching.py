"""What an operator sees of sign-ups: how many wait, never whose."""

from django.db.models import Count, Q

from cms.core.watching import readings
from cms.core.watching.readings import Reading

from .models import SignUp, SignUpMessage


def watch() -> None:
    readings.add(_sign_ups)


def _sign_ups():
    yield Reading(
        "cms_sign_ups_waiting",
        "Sign-ups that were confirmed, and that nobody has answered.",
        SignUp.objects.waiting().count(),
    )
    unsent = SignUpMessage.objects.filter(sent_at=None).aggregate(
        waiting=Count("pk", filter=Q(given_up=False)), lost=Count("pk", filter=Q(given_up=True))
    )
    yield Reading(
        "cms_sign_up_emails",
        "Emails about sign-ups that are not sent: they wait, or were given up (lost).",
        unsent,
        label="state",
    )
