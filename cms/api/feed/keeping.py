"""Bringing the feed up to date with the log of events, and what has expired."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from wagtail.models import Site

from cms.core import references
from cms.events import log
from cms.events.changes import with_previous
from cms.events.models import Event

from ..models import Feed, FeedItem
from . import kinds
from .reach import Reach

_EVENTS_AT_ONCE = 2000
_ROWS_AT_ONCE = 500


def catch_up() -> Feed:
    """The feed as it is, after all that has happened. Three queries when nothing has.

    What happens meanwhile is left to the next call, or there might be no end.
    """
    newest = log.newest()
    feed = Feed.objects.first()
    while feed is None or feed.read_to < newest or _expired().exists():
        feed = _go_on()
    return feed


def _expired():
    return FeedItem.objects.filter(gone=False, until__lte=timezone.now())


def _go_on() -> Feed:
    # What is public must be read after the events, not before: in a scope of its own.
    with transaction.atomic(), references.scope():
        feed, is_new = Feed.objects.select_for_update().get_or_create(pk=1)
        if is_new:
            feed.read_to, feed.number = log.newest(), 1
            _settle_everything(feed.number)
        else:
            _read_on(feed)
        feed.save()
    return feed


def _read_on(feed):
    """Take in some events, and what has expired; each has the next number."""
    expired = list(_expired())
    events = list(Event.objects.filter(number__gt=feed.read_to)[:_EVENTS_AT_ONCE])
    rows = {
        str(item.key): item
        for item in FeedItem.objects.filter(
            kind="page", key__in={int(event.key) for event in events if _is_page(event)}
        ).order_by("-gone")
    }
    reach = Reach()
    for event, previous in with_previous(events):
        feed.number += 1
        reach.tell(feed.number, event, previous, rows.get(event.key))
        feed.read_to = event.number
    for item in expired:
        feed.number += 1
        reach.tell_of_expiry(feed.number, item)
    if reach.everything:
        _settle_everything(reach.everything)
    reach.spread()
    sites = list(Site.objects.all())
    for name, numbers in reach.kinds.items():
        if numbers and name in _all():
            _settle(_all()[name], sites, numbers)
    for name, numbers in reach.may_come_or_go.items():
        _settle_those_that_did(_all()[name], sites, numbers)


def _settle_those_that_did(kind, sites, numbers):
    """Of things that may have come or gone, write down those that did; and parts they are in."""
    keys = list(numbers)
    changed = set()
    for site in sites:
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            some = keys[start : start + _ROWS_AT_ONCE]
            items = FeedItem.objects.filter(site=site, kind=kind.name, gone=False, key__in=some)
            public = {key for key, *_ in kind.rows(site, some)}
            found = public ^ set(items.values_list("key", flat=True))
            _settle(kind, [site], {key: numbers[key] for key in found})
            changed |= found
    for part in kinds.parts().values() if changed else ():
        if kind.model in part.models:
            _settle(part, sites, {kinds.THE_ONE: max(numbers[key] for key in changed)})


def _is_page(event) -> bool:
    return bool(event.tree_path) and event.key.isdigit()


def _all() -> dict:
    return kinds.kinds() | kinds.parts()


def _settle_everything(number):
    sites = list(Site.objects.all())
    for name, kind in _all().items():
        keys = set(FeedItem.objects.filter(kind=name, gone=False).values_list("key", flat=True))
        for site in sites:
            keys.update(key for key, *_ in kind.rows(site, None))
        _settle(kind, sites, dict.fromkeys(sorted(keys), number))


def _settle(kind, sites, numbers):
    """Write down that things of a kind changed, and whether they are still public."""
    now = timezone.now()
    keys = list(numbers)
    for site in sites:
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            some = keys[start : start + _ROWS_AT_ONCE]
            public = {key: (type_, until) for key, type_, until in kind.rows(site, some)}
            items = FeedItem.objects.filter(site=site, kind=kind.name, gone=False, key__in=some)
            # Of what readers never saw, or have been told that it went, there is no word.
            left = {item.key: (item.type, item.until) for item in items if item.key not in public}
            FeedItem.objects.bulk_create(
                [
                    FeedItem(
                        site=site,
                        kind=kind.name,
                        key=key,
                        type=type_,
                        number=numbers[key],
                        gone=key in left,
                        until=until,
                        at=now,
                    )
                    for key, (type_, until) in (public | left).items()
                ],
                update_conflicts=True,
                unique_fields=["site", "kind", "key"],
                update_fields=["type", "number", "gone", "until", "at"],
            )


def tidy() -> int:
    """Take note of what came or went without an event, and forget what went long ago.

    Who last asked before that must begin again. Gives the number of what was forgotten.
    """
    catch_up()
    with transaction.atomic(), references.scope():
        feed = Feed.objects.select_for_update().get()
        feed.number += 1
        for site in Site.objects.all():
            for name, kind in _all().items():
                items = FeedItem.objects.filter(site=site, kind=name, gone=False)
                known = set(items.values_list("key", flat=True))
                public = {key for key, *_ in kind.rows(site, None)}
                _settle(kind, [site], dict.fromkeys(known ^ public, feed.number))
        before = timezone.now() - timedelta(days=settings.SYNC_REMEMBERS_DAYS)
        old = FeedItem.objects.filter(gone=True, at__lt=before)
        newest = old.aggregate(number=Max("number"))["number"] or 0
        feed.forgotten_to = max(feed.forgotten_to, newest)
        feed.save()
        return old.delete()[0]
