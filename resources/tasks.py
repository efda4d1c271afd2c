"""Work that publishing hands over."""

from django_tasks import task

from cms.events.log import leave_unread, unread

READER = "toolkit downloads"
ARCHIVES = "collection archives"
# Events of what these tasks make themselves: for others to see, and no reason to make it anew.
MADE_HERE = {"resources.PageExport", "resources.CollectionArchive"}


@task()
def refresh_exports() -> None:
    """Bring the downloads of every toolkit up to date with what was published."""
    from .exports.build import refresh_all  # reads every model, and the converters

    _keep_up(refresh_exports, READER, refresh_all)


@task()
def refresh_archives() -> None:
    """Bring the ZIP of every collection that a page shows up to date with its documents."""
    from .archives import refresh_all

    _keep_up(refresh_archives, ARCHIVES, refresh_all)


def _keep_up(this_task, reader, refresh) -> None:
    with unread(reader) as events:
        if all(event.model in MADE_HERE for event in events):
            return
        refresh()
        # Of two workers, the slower must not leave an older file behind.
        if leave_unread(reader, after=events[-1]):
            this_task.enqueue()


@task()
def remake_exports(page_id: int) -> None:
    """Make every download of one toolkit anew, because an editor asked for it."""
    from .exports.build import refresh_one

    refresh_one(page_id)
