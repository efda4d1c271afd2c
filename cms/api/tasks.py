"""Work in the background."""

from django_tasks import task

from .content.prepared import prepare
from .feed.keeping import catch_up

TURN = 10  # seconds; then other work has its turn


@task()
def bring_feed_on() -> None:
    """Follow the log of events, so that whoever reads finds it done."""
    catch_up()
    prepare_pages.enqueue()


@task()
def prepare_pages() -> None:
    """Make the JSON of the pages that have changed."""
    may_go_on_later = prepare_pages.get_backend().supports_defer
    if not prepare(TURN if may_go_on_later else None):
        prepare_pages.using(priority=-1).enqueue()
