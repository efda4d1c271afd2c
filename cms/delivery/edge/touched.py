"""The tags of what some events changed.

A page that is published with the title, address, menu entry and privacy that it had
changes where it was read. So do pictures, partners, documents and files that are
made of pages. Whatever else happens may show anywhere: all is forgotten.
"""

from wagtail.models import Page

from cms.core.library import file_models
from cms.events.changes import looks_other, with_previous
from cms.events.models import Event

from .tags import CHANGES, EVERYTHING, OTHERS, tag_of

MOST = 100  # tags to forget; more are told as one
ALL = frozenset({EVERYTHING})


def tags_of(events: list[Event]) -> frozenset[str]:
    """What edges must forget after `events`, a stretch of the log; nothing after none."""
    found: set[str] = set()
    pages = set()
    for event, previous in with_previous(events):
        tag = tag_of(event.model, event.key)
        if tag is None:
            return ALL
        if event.tree_path:  # a page
            if event.what != Event.What.PUBLISHED or looks_other(event, previous):
                return ALL
            pages.add(event.key)
        elif not event.public and not _is_file_that_stays(event):
            return ALL
        found |= {tag, *(tag_of(*thing) or EVERYTHING for thing in event.shown_on)}
    # Nobody tells when a page expires: all must be kept for no longer than that.
    if EVERYTHING in found or Page.objects.filter(pk__in=pages, expire_at__isnull=False).exists():
        return ALL
    if found:
        found |= {CHANGES, *(f"{tag.rpartition('-')[0]}-{OTHERS}" for tag in found if "-" in tag)}
    return frozenset(found) if len(found) <= MOST else ALL


def _is_file_that_stays(event) -> bool:
    """A picture or document that is not public: mostly one that never was, such as a new one."""
    is_file = event.model in {model._meta.label for model in file_models()}
    return is_file and event.what == Event.What.PUBLISHED
