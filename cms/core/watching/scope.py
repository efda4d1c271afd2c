"""What is being done, so that each log line can say so: a request, a background task."""

import logging
import threading
import time
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from django.conf import settings
from django.db import connection

logger = logging.getLogger("cms.queries")

LONGEST = 2000  # characters of a query
_about: ContextVar[dict | None] = ContextVar("about", default=None)


def about(record=None) -> dict:
    """Such as {"request_id": "…", "method": "GET", "path": "/about/"}; empty outside of all.

    With the `record` of a log line, what that is about: Django says that something was
    not found when all middleware is through.
    """
    request = getattr(record, "request", None)
    return {**getattr(request, "about", {}), **(_about.get() or {})}


@contextmanager
def scope(**fields):
    """Have all lines of this block say `fields`, and its slow queries logged."""
    outer = _about.get()
    slow = outer is None and settings.SLOW_QUERY_MS
    watched = connection.execute_wrapper(_note_slow) if slow else nullcontext()
    token = _about.set({**(outer or {}), **fields})
    reset = _about.reset  # for a process that ends in here: then this module's names are gone
    try:
        with watched:
            yield
    finally:
        reset(token)


def _note_slow(execute, sql, params, many, context):
    """The query as it was written: values, which may be personal, are not part of it."""
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.perf_counter() - started) * 1000
        if took >= settings.SLOW_QUERY_MS:
            logger.warning(
                "A query took %d ms: %s",
                took,
                str(sql)[:LONGEST],
                extra={"fields": {"milliseconds": round(took)}},
            )


class _Tasks(threading.local):
    """The scopes of tasks under way: one, or several where tasks are done at once."""

    def __init__(self):
        self.scopes = []


_tasks = _Tasks()


def task_begins(task_result, **kwargs):
    within = scope(task_id=str(task_result.id), task=task_result.task.module_path)
    within.__enter__()
    _tasks.scopes.append(within)


def task_ends(**kwargs):
    if _tasks.scopes:
        _tasks.scopes.pop().__exit__(None, None, None)
