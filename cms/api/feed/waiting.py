"""Waiting for news, without a database connection and with room for others.

A request that waits holds a thread of its process. No more than `WAITING` of them may
wait; whoever comes then is answered at once.
"""

import time
from collections.abc import Callable
from threading import BoundedSemaphore

from django.db import connection

from cms.core import references
from cms.core.limits.turns import WAITING
from cms.events import version

PAUSE = 0.5  # seconds between two looks
_seats = BoundedSemaphore(WAITING)


def wait(is_there_news: Callable[[], bool], seconds: float) -> None:
    """Return when there is news, or after some seconds, or at once when all seats are taken.

    `is_there_news` is asked first, and then when the content has another version.
    """
    if not _seats.acquire(blocking=False):
        return
    try:
        _wait(is_there_news, time.monotonic() + seconds)
    finally:
        _seats.release()


def _wait(is_there_news, until):
    seen = None
    while True:
        with references.scope():  # what is remembered of a request would be old
            now = str(version.current())
            if now != seen and is_there_news():
                return
        seen = now
        if time.monotonic() + PAUSE > until:
            return
        if not connection.in_atomic_block:
            connection.close()
        time.sleep(PAUSE)
