"""Writing to the event log, and following it.

A follower is a background task without arguments, made known by `follow` when
its app is ready. It is enqueued after the commit of every event, reads what it
has not seen by `unread`, and may run at any time: with nothing to read it does
nothing, and when it fails the same events are read again the next time.

What can't wait for a background task is made known by `at_once`.
"""

import threading
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.signals import post_save, pre_delete
from django.utils import timezone
from wagtail.models import BaseViewRestriction, Collection, Site

from cms.core import left_over
from cms.core.library import readers_may_see

from . import uses, version
from .models import GONE, Event, Reader

_LOCK = 7_205_241  # any number that nothing else in this database locks by
_NOT_SEEN = {"file_hash"}  # fields that Wagtail fills in later, and no reader sees
_MAY_HIDE = (BaseViewRestriction, Collection, Site)  # what is in them or below them
_followers = []
_readers = {}
_prompt = []
_recorded = []


def follow(task, reader="") -> None:
    """Have `task` enqueued after each change.

    `reader` is the name by which it calls `unread`: it is enqueued again, if that is behind
    and nobody is at it. Without one, it catches up by itself.
    """
    _followers.append(task)
    if reader:
        _readers[reader] = task


def followers() -> list:
    return list(_followers)


def at_once(tell) -> None:
    """Have `tell(numbers)` called before a publish returns, with the numbers of its events.

    It must not raise, nor take long.
    """
    _prompt.append(tell)


def record(
    what: Event.What,
    instance,
    *,
    model=None,
    tree_path="",
    urls=(),
    title="",
    in_menus=False,
    shown_on=(),
) -> None:
    """Add a row to the log, in the transaction that makes the change.

    `shown_on` is what showed the thing, as [model, key], besides what the index of
    references says. The files that it showed, and no longer does, are added.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Numbers are given before the commit. One writer at a time, so that
            # nobody who has read number 8 finds number 7 appear behind them.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if what == Event.What.PUBLISHED:
            shown_on = [*shown_on, *uses.note(instance)]
        elif what in GONE:
            shown_on = [*shown_on, *uses.of(instance)]
            if what == Event.What.DELETED:
                shown_on += uses.files_of(instance)
        event = Event.objects.create(
            what=what,
            model=(model or type(instance))._meta.label,
            key=str(instance.pk),
            tree_path=tree_path,
            urls=[url for url in urls if url],
            public=what not in GONE and readers_may_see(instance),
            title=title,
            in_menus=in_menus,
            shown_on=list(shown_on),
        )
    takes = not event.public or isinstance(instance, _MAY_HIDE)
    _untold.events.append((event.number, takes))
    transaction.on_commit(_tell)


class _Untold(threading.local):
    """What this thread has recorded and not told of: of a transaction that is not over.

    After one that was rolled back, what it recorded is told of with the next: a telling
    too many.
    """

    def __init__(self):
        self.events = []


_untold = _Untold()


def _tell():
    """Of all events of a transaction together, when the first of them asks for it."""
    events, _untold.events = _untold.events, []
    if not events:
        return
    version.touch(any(takes for _, takes in events))
    for task in _followers:
        task.enqueue()
    for tell in _prompt:
        tell([number for number, _ in events])


def tell_again() -> None:
    """Have followers told that are behind: whoever made a change died before it told them.

    See `cms.core.left_over`.
    """
    event = Event.objects.order_by("-number").first()
    if event is None or event.at > timezone.now() - left_over.AGE:
        return
    behind = [
        task
        for reader, task in _readers.items()
        if is_behind(reader) and not left_over.seen_to(task, event.at)()
    ]
    if behind:
        version.touch(takes=True)  # it may have died before that too
    for task in behind:
        task.enqueue()


def newest() -> int:
    """The number of the newest event; 0 when there is none."""
    return Event.objects.aggregate(number=Max("number"))["number"] or 0


def is_behind(name: str) -> bool:
    """Whether the follower `name` has something to read."""
    reader = Reader.objects.filter(name=name).first()
    return newest() > (reader.read_to if reader else 0)


@contextmanager
def unread(name: str):
    """The events that the follower `name` has not seen, as a list; seen when the block ends well.

    >>> with unread("exports") as events:
    ...     rebuild(events)
    """
    reader, _ = Reader.objects.get_or_create(name=name)
    events = list(Event.objects.filter(number__gt=reader.read_to))
    yield events
    if events:
        last = events[-1].number
        Reader.objects.filter(name=name, read_to__lt=last).update(read_to=last)


def leave_unread(name: str, *, after: Event) -> bool:
    """Have the follower `name` read again what came after an event; whether that was read.

    For one that was overtaken by another while it was at its events.
    """
    overtaken = Reader.objects.filter(name=name, read_to__gt=after.number)
    return bool(overtaken.update(read_to=after.number))


def record_changes_of(model, *, shown_on=lambda instance: ()) -> None:
    """Have each save and each deletion of a model that is no page recorded.

    `shown_on(instance)` is as for `record`.
    """

    def saved(instance, raw, update_fields, **kwargs):
        if not raw and not (update_fields and _NOT_SEEN.issuperset(update_fields)):
            record(Event.What.PUBLISHED, instance, shown_on=shown_on(instance))

    def deleted(instance, **kwargs):
        record(Event.What.DELETED, instance, shown_on=shown_on(instance))

    _recorded.append(model)
    uses.remember_before_saves_of(model)
    post_save.connect(saved, sender=model, weak=False, dispatch_uid="events.saved")
    # Before, while it is still known where it is shown.
    pre_delete.connect(deleted, sender=model, weak=False, dispatch_uid="events.deleted")


def recorded_models() -> list:
    """The models that are no pages, and whose changes are recorded."""
    return list(_recorded)
