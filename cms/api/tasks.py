"""Work in the background."""

from django_tasks import task

from .feed.keeping import catch_up


@task()
def bring_feed_on() -> None:
    """Follow the log of events, so that whoever asks `sync/` finds it done."""
    catch_up()
