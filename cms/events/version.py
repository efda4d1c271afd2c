"""The version of all that readers can see: it moves with every event, and when something expires.

An answer made at one version holds for as long as the version stays. Asking costs
one query, or none while the process remembers:

- After each commit, `touch` moves the content generation, before the publish
  returns. Every process sees it, and what was remembered at the old generation is
  never asked for again. Whoever read the database just before the commit remembers
  it under the old generation, where it does no harm.
- What is remembered is forgotten after a minute, so a move that was lost with a
  Redis that was away does not matter for longer.
- Inside a transaction nothing is remembered: others can't see yet what it sees.
"""

import logging
import time
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, Subquery, Value
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page

from . import generation
from .models import Event

logger = logging.getLogger(__name__)

REMEMBERED_FOR = 60  # seconds


class Version(NamedTuple):
    """What readers see now: the newest event, and the newest expiry that has come."""

    number: int
    expired: datetime | None
    changed: datetime | None  # when the newest of both was
    until: datetime | None  # when the next thing expires

    def __str__(self):
        return f"{self.number}.{self.expired.timestamp() if self.expired else 0}"


_remembered: tuple[generation.Mark, float, Version] | None = None


def current() -> Version:
    global _remembered
    # The generation before anything is read.
    mark = _mark()
    version = _known_at(mark)
    if version is None:
        version = _read()
        if mark is not None:
            _remembered = mark, time.monotonic() + REMEMBERED_FOR, version
    return version


def at_hand() -> Version | None:
    """The version, if this process remembers it; costs no query."""
    return _known_at(_mark())


def _mark():
    return None if connection.in_atomic_block else generation.current().mark()


def _known_at(mark):
    if mark is None or _remembered is None:
        return None
    then, forget_at, version = _remembered
    expires = version.until and version.until <= timezone.now()
    holds = then == mark and time.monotonic() < forget_at and not expires
    return version if holds else None


def touch(takes=False) -> None:
    """Have all that was made of the content made anew. Call it after the commit of a change.

    `takes`: something that readers could see may not be seen any more.
    """
    try:
        generation.current().move(takes)
    except OSError as error:
        logger.error("The content generation could not be moved: %s", error)


def _read() -> Version:
    """One query: the newest event, and whatever is live and expires at some time."""
    newest = Event.objects.order_by("-number").values("number")[:1]
    parts = [Event.objects.filter(number=Subquery(newest)).values_list("number", "at")]
    parts += [
        model.objects.filter(live=True, expire_at__isnull=False).values_list(
            Value(0, output_field=BigIntegerField()), "expire_at"
        )
        for model in _expiring()
    ]
    first, *others = (part.order_by() for part in parts)
    now, number, moments, until = timezone.now(), 0, {}, None
    for found, moment in first.union(*others, all=True):
        if found:
            number, moments["event"] = found, moment
        elif moment <= now:
            moments["expired"] = max(moment, moments.get("expired", moment))
        else:
            until = min(moment, until or moment)
    changed = max(moments.values(), default=None)
    return Version(number, moments.get("expired"), changed, until)


def _expiring() -> list:
    """The models of what can expire."""
    return [Page] + [
        model
        for model in apps.get_models()
        if issubclass(model, DraftStateMixin) and not issubclass(model, Page)
    ]
