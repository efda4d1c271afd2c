"""Work that somebody began and could not end, because they were killed meanwhile.

A worker that dies leaves tasks that look as if they were being done. A process that
serves may die between a commit and the task that was to follow it. Each worker looks
for such work every twenty seconds, and has it done. So every task may be done twice, and
must not mind.

An app that hands work over adds a look of its own by `look`, when it is ready.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from .models import Worker

logger = logging.getLogger(__name__)

EVERY = 10  # seconds between two signs of life of a worker
LOOKS_EVERY = 20  # seconds
#: What is younger may be on its way.
AGE = timedelta(seconds=20)
#: Workers that die of one task, or times that it fails for something that is left over: then
#: it is no accident.
MOST = 3
#: A worker of a release that gave no signs.
UNKNOWN = timedelta(hours=1)
_looks: list[Callable[[], None]] = []


def look(find: Callable[[], None]) -> None:
    """Have `find()` called from time to time. It enqueues what was left over."""
    _looks.append(find)


def find_all() -> None:
    """Whatever goes wrong with one, the others are looked for."""
    for find in (put_back, *_looks):
        try:
            find()
        except Exception:
            logger.exception("Work that was left over could not be looked for.")


def put_back() -> None:
    """Have tasks done by others whose worker has died."""
    dead = set(Worker.dead().values_list("pk", flat=True))
    known = set(Worker.objects.values_list("pk", flat=True))
    long_ago = timezone.now() - UNKNOWN
    for task in DBTaskResult.objects.running():
        worker = task.worker_ids[-1] if task.worker_ids else ""
        if worker in dead or (worker not in known and task.started_at < long_ago):
            _put_back(task)
    Worker.objects.filter(pk__in=dead).delete()


def _put_back(task):
    mine = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
    if len(task.worker_ids) < MOST:
        if mine.update(status=TaskResultStatus.READY):
            logger.warning("The worker died that was at %s. It is done anew.", task.task_path)
    elif mine.update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        traceback=f"{len(task.worker_ids)} workers died while they were at it.",
    ):
        logger.error("%s is given up: it has ended %s workers.", task.task_path, MOST)


def seen_to(task, since) -> Callable[..., bool]:
    """A function that says whether `task`, called with some arguments, needs nobody to see to it.

    That is so while it waits or is being done; and when it has failed so often `since`
    then that it is no accident.
    """
    rows = DBTaskResult.objects.filter(
        Q(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING])
        | Q(status=TaskResultStatus.FAILED, enqueued_at__gte=since),
        task_path=task.module_path,
    )
    seen, failed = set(), Counter()
    for status, what in rows.values_list("status", "args_kwargs"):
        arguments = tuple(what["args"])
        if status == TaskResultStatus.FAILED:
            failed[arguments] += 1
        else:
            seen.add(arguments)
    return lambda *arguments: arguments in seen or failed[arguments] >= MOST


def give_signs(name: str, stop: threading.Event) -> None:
    """Say in the database that this worker is alive, and look for what others left.

    By a thread beside the worker, until `stop` is set.
    """
    look_in = 0
    try:
        while not stop.is_set():
            try:
                Worker.give_sign(name)
                if look_in <= 0:
                    find_all()
                    look_in = LOOKS_EVERY
            except Exception as error:  # the database is away: the next time
                logger.warning("The worker could not say that it is alive: %s", error)
            # A thread's connection is nobody else's, and may have broken.
            connection.close()
            look_in -= EVERY
            stop.wait(EVERY)
        Worker.objects.filter(pk=name).delete()
    except Exception as error:
        logger.warning("The worker could not say that it ends: %s", error)
    finally:
        connection.close()
