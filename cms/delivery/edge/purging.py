"""When edges are told: before a publish returns, a moment later, and by the worker.

An answer that was made before a change may be on its way to the edge as that is
told to forget it. The page cache sees most of those, and says that they are not to
be kept. The second time is for the rest. The worker tells once more, from the log,
what a process that died or an edge that was away has missed.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

from django.db import DatabaseError
from wagtail.contrib.frontend_cache.utils import get_backends

from cms.events.log import unread
from cms.events.models import Event

from .tags import EVERYTHING
from .touched import tags_of

logger = logging.getLogger(__name__)

READER = "edge"
SECONDS_TO_WAIT = 1  # for all edges together
SECONDS_UNTIL_AGAIN = 0.3
SECONDS_AWAY = 5  # that no publish waits for an edge that failed; the worker tells it
_away_until: dict[str, float] = {}
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="edge")


def forget(numbers: list[int]) -> None:
    """Tell all edges of the events with these numbers. Gives up after a second."""
    if not get_backends():
        return
    try:
        tags = tags_of(list(Event.objects.filter(number__in=numbers)))
    except DatabaseError as error:
        logger.error("What edges must forget could not be read: %s", error)
        tags = {EVERYTHING}
    if tags:
        now = time.monotonic()
        present = [name for name in get_backends() if _away_until.get(name, 0) < now]
        purge(tags, present)
        again = threading.Timer(SECONDS_UNTIL_AGAIN, purge, [tags, present])
        again.daemon = True
        again.start()


def catch_up() -> bool:
    """Tell all edges of what happened since they last all heard; whether they have heard."""
    try:
        with unread(READER) as events:
            tags = tags_of(events)
            if tags and not purge(tags):
                raise _AwayError  # so that the events stay unread
    except _AwayError:
        return False
    return True


def purge(tags, names=None) -> bool:
    """Whether each edge (of `names`) has forgotten what has one of these tags."""
    edges = get_backends(backends=names)
    told = {_pool.submit(edge.purge_tags, tags): name for name, edge in edges.items()}
    wait(told, SECONDS_TO_WAIT)
    failed = False
    for future, name in told.items():
        error = future.exception() if future.done() else "no answer"
        if error:
            failed = True
            _away_until[name] = time.monotonic() + SECONDS_AWAY
            logger.error("The edge at %s was not told to forget %s: %s", name, _few(tags), error)
    return not failed


class _AwayError(Exception):
    """An edge has not heard of what happened."""


def _few(tags) -> str:
    return ", ".join(sorted(tags)[:10]) + (" …" if len(tags) > 10 else "")
