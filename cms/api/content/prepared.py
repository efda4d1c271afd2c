"""Pages as finished JSON, made when they change, so that no reader waits for it.

The feed (`cms.api.feed`) gives a page a new number when anything that its JSON shows
has changed. What was made under the page's number is right, once the feed has read
the log up to the newest event. `prepare` follows the feed in the background; a page
that it has not come to yet is made for who asks, as if nothing were prepared.
"""

import time
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple

from django.db.models import Exists, F
from django.http import HttpRequest
from django.utils import timezone
from wagtail.api.rich_text import APIRichText
from wagtail.models import Site

from cms.core import references
from cms.core.kept import kept
from cms.core.release import release
from cms.core.statements import Statement
from cms.core.visibility import is_public
from cms.events import version

from ..models import Feed, FeedItem, PreparedPage
from .finished import Written, written
from .frame import MOST_ROWS
from .page_shapes import read_whole, whole_json
from .public import pages_of
from .seo import Words

_AT_ONCE = 50  # pages


def prepared(keys: list[int], site: Site, request) -> dict[int, Written]:
    """{key: whole JSON} of those pages that are prepared. The others must be made."""
    if not keys or not _may_be(request):
        return {}
    asked = {f"key_{place}": key for place, key in enumerate(keys)}
    found = _statement_of(len(keys)).rows(site=site.pk, release=release(), **asked)
    return {key: Written(text) for key, text in found if text}


@lru_cache(MOST_ROWS)
def _statement_of(number: int) -> Statement:
    """For `prepared`: so many pages, by their keys."""
    return Statement(
        lambda site, release, **keys: _right(
            site, release, item__key__in=[*keys.values()]
        ).values_list("item__key", "json"),
        site=-1,
        release="such a release",
        **{f"key_{place}": -2 - place for place in range(number)},
    )


def prepared_one(site: Site, request, **asked) -> tuple[Written, Words] | None:
    """A page's whole JSON, if it is prepared, and its words; `asked` of a `PreparedPage`."""
    if not _may_be(request):
        return None
    for text, *row in _statement_of_one(*asked).rows(site=site.pk, release=release(), **asked):
        state, words = State(*row[:3]), Words(*row[3:])
        if text and is_public(state):
            return Written(text), words
    return None


class State(NamedTuple):
    """What `is_public` asks of a page."""

    live: bool
    expire_at: datetime | None
    path: str


@cache
def _statement_of_one(*asked: str) -> Statement:
    """For `prepared_one`: a page, found by these names."""
    shown = [f"page__{name}" for name in (*State._fields, *Words._fields)]
    examples = {name: -1 if name == "page" else f"such a {name}" for name in asked}
    return Statement(
        lambda **values: _right(**values).values_list("json", *shown)[:1],
        site=-2,
        release="such a release",
        **examples,
    )


def _right(site, release, **asked):
    return PreparedPage.objects.filter(
        number=F("item__number"),
        item__site=site,
        item__kind="page",
        release=release,
        **asked,
    )


def _may_be(request) -> bool:
    """Whether pages are prepared in the format that is asked for, and as they are now."""
    wanted = request.GET.get("rich_text_format")
    return (wanted is None or wanted == APIRichText.FORMAT_HTML) and _is_read()


def _is_read() -> bool:
    """Whether the feed has read all that has happened; asked until it has."""
    known = kept("feed is read", dict)
    if not known:
        read = Feed.objects.filter(read_to__gte=version.current().number)
        expired = FeedItem.objects.filter(gone=False, until__lte=timezone.now())
        if read.filter(~Exists(expired)).exists():
            known[True] = True
    return bool(known)


def prepare(seconds: float | None = None) -> bool:
    """Make what is missing, for some seconds at most; give whether that was all."""
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    for site in Site.objects.all():
        while items := list(_missing(site)[:_AT_ONCE]):
            _make(site, items)
            if time.monotonic() > until:
                return False
    return True


def _missing(site):
    right = PreparedPage.objects.filter(number=F("item__number"), release=release()).values("item")
    items = FeedItem.objects.filter(site=site, kind="page", gone=False)
    return items.exclude(pk__in=right).order_by("-number")


def _make(site, items):
    # Their numbers were read before the pages are, in a scope of its own: what changes
    # meanwhile gets a higher number.
    with references.scope():
        pages = read_whole(pages_of(site).filter(pk__in=[item.key for item in items]))
        request = _asks(site)
        made = {
            page.pk: {"page": page, "json": written(whole_json(page, request))} for page in pages
        }
    PreparedPage.objects.bulk_create(
        [
            # Empty for a page that went this moment, which the feed will hear of.
            PreparedPage(item=item, number=item.number, release=release(), **made.get(item.key, {}))
            for item in items
        ],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["number", "release", "page", "json"],
    )


def _asks(site) -> HttpRequest:
    """A request for a page of the site."""
    request = HttpRequest()
    request.META = {"SERVER_NAME": site.hostname, "SERVER_PORT": str(site.port)}
    return request
