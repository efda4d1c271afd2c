"""Messages that wait, and when each is sent.

At least once, and for each thing in order: of the messages about one thing only
the oldest that waits may go. What a receiver refuses holds up that thing alone.
When it gives no answer at all to two messages, everything for it waits: so a
receiver that is away costs some seconds, however much there is to tell it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cms.events.changes import changes
from cms.events.log import unread

from . import messages, sending
from .models import Delivery, Endpoint

READER = "webhooks"
WAITING = Delivery.State.WAITING
# Between an attempt and the next: three days in all.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=55),
    timedelta(hours=1),
    timedelta(hours=2),
    *[timedelta(hours=4)] * 17,
)
TURN = timedelta(seconds=20)  # then other work has its turn
# Longer than a turn, with the last message of it; over when a worker that died is found out.
LEASE = timedelta(minutes=1)
KEPT = timedelta(days=30)


def collect() -> None:
    """Write a message for each endpoint that wants to know of what has happened."""
    with unread(READER) as events, transaction.atomic():
        endpoints = list(Endpoint.objects.filter(active=True)) if events else []
        now = timezone.now()
        Delivery.objects.bulk_create(
            [
                Delivery(
                    endpoint=endpoint,
                    event=change.number,
                    what=change.what,
                    subject=f"{change.model} {change.key}",
                    body=messages.body(change),
                    next_at=now,
                )
                for change in (changes(events) if endpoints else ())
                for endpoint in endpoints
                if endpoint.wants(change)
            ],
            batch_size=500,
            ignore_conflicts=True,  # an event that is read again
        )


def endpoints_with_work():
    """The endpoints for which something is due."""
    due = Delivery.objects.filter(
        endpoint=OuterRef("pk"), state=WAITING, next_at__lte=timezone.now()
    )
    return _working().filter(Exists(due))


def take_turn(endpoint_id: int) -> datetime | None:
    """Send what is due to one endpoint, for a while; give when to go on, None: nothing waits.

    Does nothing while someone else is at it.
    """
    now = timezone.now()
    # Later than it can be: of a clock that has been put right since.
    free = Q(busy_until=None) | Q(busy_until__lt=now) | Q(busy_until__gt=now + LEASE)
    mine = Endpoint.objects.filter(pk=endpoint_id)
    if not _working().filter(free, pk=endpoint_id).update(busy_until=now + LEASE):
        return None
    try:
        _send_for_a_while(endpoint_id, until=now + TURN)
    finally:
        mine.update(busy_until=None)
    if not _working().filter(pk=endpoint_id).exists():
        return None
    return _first_in_line(endpoint_id).order_by("next_at").values_list("next_at", flat=True).first()


def _working():
    return Endpoint.objects.filter(active=True, paused_at=None)


def _send_for_a_while(endpoint_id, until):
    silent = []
    while timezone.now() < until and (delivery := _next(endpoint_id, bool(silent))):
        answer = attempt(delivery)
        if answer.is_taken:
            silent.clear()
            # It answers: what has waited only for that goes on.
            now = timezone.now()
            _waiting(endpoint_id).filter(attempts=0, next_at__gt=now).update(next_at=now)
        elif delivery.attempts > len(DELAYS):
            pause(delivery.endpoint)
            return
        else:
            delivery.next_at = timezone.now() + DELAYS[delivery.attempts - 1]
            delivery.save(update_fields=["next_at"])
            if answer.status is None:
                silent.append(delivery.next_at)
        if len(silent) == 2:
            later = max(silent)
            _waiting(endpoint_id).filter(next_at__lt=later).update(next_at=later)
            return


def _next(endpoint_id, oldest_was_silent):
    """The oldest message that is due.

    If that one gave no answer, the one tried least: the receiver may break at one
    message, and the rest must not wait for that.
    """
    due = _first_in_line(endpoint_id).filter(
        next_at__lte=timezone.now(), endpoint__active=True, endpoint__paused_at=None
    )
    order = ("attempts", "event") if oldest_was_silent else ("event",)
    return due.order_by(*order).select_related("endpoint").first()


def _waiting(endpoint_id):
    return Delivery.objects.filter(endpoint=endpoint_id, state=WAITING)


def _first_in_line(endpoint_id):
    earlier = _waiting(OuterRef("endpoint")).filter(
        subject=OuterRef("subject"), event__lt=OuterRef("event")
    )
    return _waiting(endpoint_id).filter(~Exists(earlier))


def attempt(delivery: Delivery) -> sending.Answer:
    """Send one message now, and note in the log what came of it."""
    endpoint = delivery.endpoint
    now = timezone.now()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Co-production-CMS",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": endpoint.signatures(delivery.message_id, now, delivery.body),
    }
    answer = sending.post(endpoint.url, delivery.body, headers)
    delivery.sent_at = now
    delivery.sent_to = endpoint.url
    delivery.took = (timezone.now() - now).total_seconds()
    delivery.status = answer.status
    delivery.answer = answer.text
    delivery.error = answer.error
    delivery.attempts += 1
    if answer.is_taken:
        delivery.state = Delivery.State.DELIVERED
        delivery.next_at = None
    # An endpoint that has been deleted meanwhile does not come back with its message.
    delivery.save(force_update=delivery.pk is not None)
    return answer


def pause(endpoint: Endpoint) -> None:
    """Stop sending, keep collecting, and tell staff."""
    from .notices import tell_of_pause

    endpoint.paused_at = timezone.now()
    endpoint.save(update_fields=["paused_at"])
    tell_of_pause(endpoint)


def resume(endpoint: Endpoint) -> None:
    """Send again, and first what has waited."""
    endpoint.paused_at = None
    endpoint.save(update_fields=["paused_at"])
    _waiting(endpoint.pk).update(attempts=0, next_at=timezone.now())


def send_test(endpoint: Endpoint) -> sending.Answer:
    """Send a message that is about nothing, now and once, also when the endpoint is off."""
    delivery = Delivery(
        endpoint=endpoint,
        what="test",
        subject="",
        body=messages.test_body(timezone.now()),
        state=Delivery.State.FAILED,
    )
    return attempt(delivery)


def send_again(delivery: Delivery) -> None:
    """Have a message sent once more, under the same number, and tried for three days."""
    delivery.state = WAITING
    delivery.attempts = 0
    delivery.next_at = timezone.now()
    delivery.save(update_fields=["state", "attempts", "next_at"])


def purge() -> int:
    """Delete the lines of the log that are older than 30 days; give their number."""
    return Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
