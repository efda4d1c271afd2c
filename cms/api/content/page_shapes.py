"""The shapes of pages in the content API, and how they are made."""

from datetime import datetime

from ninja import Schema
from typing_extensions import TypedDict
from wagtail.models import Page

from cms.core.representations import absolute

from ..reading import read_together, specific_pages
from ..wagtail_schemas import listed_union, page_types, whole_union
from .fields import ALL, Selection

# What every page comes with, in lists too.
BASE = {
    "type": str,
    "id": int,
    "title": str,
    "slug": str,
    "url": str,
    "locale": str,
    "show_in_menus": bool,
    "first_published_at": datetime | None,
    "last_published_at": datetime | None,
}


class WholePage(Schema):
    """A page, whole."""

    __annotations__ = BASE


Whole = whole_union(WholePage)
Row = listed_union(BASE)
TYPES = page_types()


class PageList(TypedDict):
    """A part of a list of pages; `next_cursor` is null in the last part."""

    items: list[Row]
    next_cursor: str | None


def base_json(page: Page, request) -> dict:
    return {
        "type": page.specific_class._meta.label,
        "id": page.pk,
        "title": page.title,
        "slug": page.slug,
        "url": absolute(page.get_url(request), request),
        "locale": page.locale.language_code,
        "show_in_menus": page.show_in_menus,
        "first_published_at": page.first_published_at,
        "last_published_at": page.last_published_at,
    }


def part_of(whole: dict, selection: Selection) -> dict:
    """What was chosen of a page's whole JSON."""
    own = selection.names(TYPES[whole["type"]].fields)
    return {
        **{name: whole[name] for name in BASE},
        **{name: selection.cut(name, whole[name]) for name in own},
    }


def row_json(page: Page, request, selection: Selection) -> dict:
    """A page as a row of a list, with the fields of its own that were chosen."""
    fields = TYPES[page.specific_class._meta.label].fields
    own = {
        name: selection.cut(name, fields[name].make(page, request))
        for name in selection.names(fields)
    }
    return {**base_json(page, request), **own}


def read_whole(pages) -> list[Page]:
    """The pages of a queryset, with all that they show."""
    found = specific_pages(pages)
    read_together(found, lambda model: TYPES[model._meta.label].fields)
    return found


def whole_json(page: Page, request) -> dict:
    """A page with every field; `page` is of its own type."""
    return row_json(page, request, ALL)
