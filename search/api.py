"""What this app adds to the content API: search."""

from typing import Literal

from ninja import Query, Router
from pydantic import Field
from typing_extensions import TypedDict

from cms.api.content import cursors
from cms.api.content.api import content_api
from cms.api.content.frame import Answer, Paging, reads
from cms.api.content.page_filters import TypeName, several
from cms.api.tokens import token_of
from cms.core.client_address import place
from cms.core.limits.throttling import count
from cms.core.representations import absolute

from .results import DOCUMENT, MAX_QUERY_LENGTH, SearchResults, clean_query
from .templatetags.search_tags import mark_words

router = Router(tags=["Search"])
MOST_FOUND = 1000  # results that can be paged through


class Highlights(TypedDict):
    """The same words as HTML, with those that were asked for in `mark` elements."""

    title: str
    summary: str


class Result(TypedDict):
    """A page or a document; `kind` is the word that readers know it by."""

    type: Literal[TypeName, DOCUMENT]
    id: int
    kind: str
    title: str
    summary: str
    url: str
    highlights: Highlights


class Results(TypedDict):
    """A part of what was found: pages first, then documents, the best of each first."""

    total_count: int
    items: list[Result]
    next_cursor: str | None


class SearchParameters(Paging):
    q: str = Field(max_length=MAX_QUERY_LENGTH, description="The words to find.")
    type: several(Literal[TypeName, DOCUMENT]) = Field(
        [], description="Pages of these types, or `document`."
    )


@reads(router, "", answers=Results, kept=False)
def search(request, params: Query[SearchParameters]):
    """Pages and documents that hold some words.

    They come in the order of their worth, which every text of the site has a part
    in. So a cursor counts results, and while things are published one may come twice.
    """
    if token_of(request) is None:
        count("search", place(request.META))
    query = clean_query(params.q)
    start = cursors.read(request, params.cursor)[0] if params.cursor is not None else 0
    results = SearchResults(query, request, params.type) if query else []
    stop = min(start + params.limit, MOST_FOUND)
    total = len(results)
    items = [_result(item, query, request) for item in results[start:stop]]
    more = stop < min(total, MOST_FOUND)
    next_cursor = cursors.make(request, [stop]) if more else None
    return Answer({"total_count": total, "items": items, "next_cursor": next_cursor}, ["search"])


def _result(item, query, request) -> Result:
    thing = item["page"] or item["document"]
    return {
        "type": thing.specific_class._meta.label if item["page"] else DOCUMENT,
        "id": thing.pk,
        "kind": item["kind"],
        "title": item["title"],
        "summary": item["summary"],
        "url": absolute(item["url"], request),
        "highlights": {
            "title": str(mark_words(item["title"], query)),
            "summary": str(mark_words(item["summary"], query)),
        },
    }


content_api.add_router("search/", router)
