"""Whether background tasks are being done."""

import logging
import threading
from datetime import timedelta

from django.core.cache import caches
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from .readings import Reading

logger = logging.getLogger(__name__)

SIGN = "worker-sign-of-life"
EVERY = 5  # seconds between two signs
HOLDS = 30  # seconds for which a sign says that the worker is alive
STUCK = timedelta(minutes=15)  # that something waits, and nothing is begun


def tasks() -> dict:
    """What there is to do: numbers, and since when the oldest waits. One query."""
    at_once = Q(status=TaskResultStatus.READY, run_after=get_date_max())
    due = Q(status=TaskResultStatus.READY, run_after__lte=timezone.now())
    found = DBTaskResult.objects.order_by().aggregate(
        due=Count("pk", filter=at_once | due),
        waiting=Count("pk", filter=Q(status=TaskResultStatus.READY)),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        failed=Count("pk", filter=Q(status=TaskResultStatus.FAILED)),
        begun=Max("started_at"),
        enqueued=Min("enqueued_at", filter=at_once),
        put_off=Min("run_after", filter=due),
    )
    waits = [found.pop(name) for name in ("enqueued", "put_off")]
    return found | {"oldest": min(filter(None, waits), default=None)}


def look() -> None:
    """Raises OSError when there is no worker, or it does nothing."""
    found = tasks()
    now = timezone.now()
    if found["oldest"] and now - max(found["oldest"], found["begun"] or found["oldest"]) > STUCK:
        raise OSError(f"{found['due']} tasks wait, and nothing was begun for {STUCK}.")
    if caches["shared"].get(SIGN) is None:
        raise OSError(f"No worker has given a sign of life for {HOLDS} seconds.")


def readings():
    found = tasks()
    oldest = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0
    yield Reading(
        "cms_tasks",
        "Background tasks. later: not due yet. failed: those of the last 14 days.",
        {
            "waiting": found["due"],
            "later": found["waiting"] - found["due"],
            "running": found["running"],
            "failed": found["failed"],
        },
        label="state",
    )
    yield Reading("cms_oldest_task_seconds", "How long the oldest task that is due waits.", oldest)


def give_signs(stop: threading.Event) -> None:
    """Say that this process is alive, until `stop` is set; by a thread beside the worker.

    In the cache that all processes share, as a task that takes long must not stop it.
    That the worker does something besides is seen by its tasks.
    """
    while not stop.is_set():
        _tell(lambda signs: signs.set(SIGN, 1, HOLDS))
        stop.wait(EVERY)
    _tell(lambda signs: signs.delete(SIGN))


def _tell(what):
    try:
        what(caches["shared"])
    except Exception as error:  # whatever it is, the work goes on
        logger.warning("The worker could not say how it is: %s", error)
