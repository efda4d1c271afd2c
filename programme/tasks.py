"""Work that a sign-up hands over."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.db.models import F, Min
from django.utils import timezone
from django_tasks import task

from cms.core import left_over

from .models import SignUpMessage
from .sign_ups import messages

logger = logging.getLogger(__name__)

# Minutes after each attempt that failed; after the last one we give up. Three days in all.
RETRY_AFTER = [1, 5, 15, 60, *[4 * 60] * 18]


@task()
def send_message(message_id: int) -> None:
    """Send one message about a sign-up; when mail is down, try again later.

    Takes the message's key, so that no personal data is in the task. The log
    says what went wrong, never whose message it was.
    """
    message = SignUpMessage.objects.select_related("sign_up__page").filter(pk=message_id).first()
    if message is None or message.sent_at is not None:
        return
    try:
        messages.compose(message).send()
    except (SMTPException, OSError) as error:
        _failed(message, error)
        return
    message.sent_at = timezone.now()
    message.save(update_fields=["sent_at"])


def send_what_waits() -> None:
    """Have messages sent that nobody is about to send: see `cms.core.left_over`."""
    waiting = SignUpMessage.objects.filter(
        sent_at=None, given_up=False, created_at__lt=timezone.now() - left_over.AGE
    )
    oldest = waiting.aggregate(at=Min("created_at"))["at"]
    if oldest is None:
        return
    seen_to = left_over.seen_to(send_message, oldest)
    for pk in waiting.values_list("pk", flat=True):
        if not seen_to(pk):
            send_message.enqueue(pk)


def _failed(message, error):
    final = messages.is_final(error) or message.attempts >= len(RETRY_AFTER)
    SignUpMessage.objects.filter(pk=message.pk).update(
        attempts=F("attempts") + 1, failed_at=timezone.now(), given_up=final
    )
    # The error's own words may hold the address.
    logger.error("Message %s was not sent: %s", message.pk, type(error).__name__)
    if not final and send_message.get_backend().supports_defer:
        wait = timedelta(minutes=RETRY_AFTER[message.attempts])
        send_message.using(run_after=timezone.now() + wait).enqueue(message.pk)
