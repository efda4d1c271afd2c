"""Telling endpoints and edges in the background. Ahead of longer work, so that news is new."""

from datetime import timedelta

from django.core.cache import caches
from django.utils import timezone
from django_tasks import task

from . import queue
from .edge import purging


@task(priority=10)
def tell_endpoints() -> None:
    """Follow the log of events."""
    queue.collect()
    for endpoint in list(queue.endpoints_with_work()):
        send_to.enqueue(endpoint.pk)


@task(priority=10)
def send_to(endpoint_id: int) -> None:
    """Take a turn for one endpoint, and see that there is another when one is due."""
    if not queue.endpoints_with_work().filter(pk=endpoint_id).exists():
        return
    # If this worker is killed, another finds what it left.
    _again(endpoint_id, timezone.now() + 2 * queue.LEASE)
    go_on = queue.take_turn(endpoint_id)
    if go_on is not None:
        _again(endpoint_id, go_on)


def _again(endpoint_id, when):
    """Another turn: behind all that waits now, or when its time has come."""
    # Where tasks are done at once there is no later: the next event tries again.
    if send_to.get_backend().supports_defer:
        # A task with a time of its own, though it is past, would go first.
        run_after = when if when > timezone.now() else None
        send_to.using(priority=0, run_after=run_after).enqueue(endpoint_id)


@task(priority=10)
def tell_edges() -> None:
    """Follow the log of events, and try again while an edge is away."""
    if purging.catch_up() or not tell_edges.get_backend().supports_defer:
        return
    # One waits, however many have failed.
    if caches["shared"].add("edge-told-again", True, purging.SECONDS_AWAY - 1):
        later = timezone.now() + timedelta(seconds=purging.SECONDS_AWAY)
        tell_edges.using(run_after=later).enqueue()
