"""What events mean to readers, who must not learn of what they may not see.

The log holds changes of drafts and of private things too. To a reader, a page
that moves to a private section has gone, and a draft that is deleted never was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, Subquery

from .models import GONE, Event


@dataclass(frozen=True)
class Change:
    """One event as readers see it.

    `what` is one of `Event.What`; `model` and `key` say to what it happened;
    `urls` are addresses that are or were public, the older one first.
    """

    number: int
    what: str
    model: str
    key: str
    urls: tuple[str, ...]
    at: datetime


def changes(events: list[Event]) -> Iterator[Change]:
    """The events of `events`, a stretch of the log in its order, that readers can notice.

    Two queries, however many events there are.
    """
    for event, previous in with_previous(events):
        change = _as_readers_see(event, previous)
        if change is not None:
            yield change


def with_previous(events: list[Event]) -> Iterator[tuple[Event, Event | None]]:
    """Each of `events`, a stretch of the log, with the one before it about the same thing.

    Two queries, however many events there are.
    """
    if not events:
        return
    earlier = Event.objects.filter(
        model=OuterRef("model"), key=OuterRef("key"), number__lt=OuterRef("number")
    ).order_by("-number")[:1]
    stretch = Event.objects.filter(number__range=(events[0].number, events[-1].number))
    before = dict(
        stretch.annotate(before=Subquery(earlier.values("number"))).values_list("number", "before")
    )
    previous = Event.objects.in_bulk({number for number in before.values() if number})
    for event in events:
        yield event, previous.get(before.get(event.number))


def looks_other(event: Event, previous: Event | None) -> bool:
    """Whether links to a page changed with an event, or whether there are any."""
    if event.what == Event.What.MOVED:
        return event.urls[:1] != event.urls[-1:]
    if event.what in GONE or previous is None or previous.what in GONE:
        return True
    now, before = (
        (each.public, each.title, each.in_menus, each.urls[-1:]) for each in (event, previous)
    )
    return now != before


def _as_readers_see(event, previous):
    was_public = previous is not None and previous.public
    change = Change(event.number, event.what, event.model, event.key, tuple(event.urls), event.at)
    if event.public and was_public:
        return change
    if event.public:
        # The address that it had while nobody could see it stays untold.
        return replace(change, what=Event.What.PUBLISHED, urls=change.urls[-1:])
    if was_public:
        gone = Event.What.DELETED if event.what == Event.What.DELETED else Event.What.UNPUBLISHED
        return replace(change, what=gone, urls=tuple(previous.urls[-1:]))
    return None
