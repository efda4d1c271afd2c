"""Pages: lists, one page, and what is at an address."""

import json
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, NotRequired

from django.contrib.contenttypes.models import ContentType
from django.http import Http404
from ninja import Query, Router
from pydantic import Field
from typing_extensions import TypedDict
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms.core.kept import kept
from cms.core.representations import absolute
from cms.core.statements import Statement
from cms.core.visibility import is_public

from ..feed import kinds
from ..reading import pages_with_keys, read_together
from . import cursors, fields
from .api import content_api
from .finished import Written, written, written_list, written_object
from .frame import MOST_ROWS, Answer, Id, Parameters, reads
from .page_filters import MOMENTS, PageParameters, in_order, is_of_all, matching, several
from .page_shapes import TYPES, PageList, Whole, part_of, read_whole, row_json, whole_json
from .prepared import State, prepared, prepared_one
from .problems import BadRequestError
from .public import pages_of, site_of, tags_of
from .seo import Alternate, Seo, Words, alternates_json, seo_json
from .site import Menus, SiteData, menus_json, settings_json

router = Router(tags=["Pages"])
MOST_FOUND = 1000  # pages that a search within a list looks at, the best ones
_ROW = ("placed_by", "pk", "content_type")


class PageAtPath(TypedDict):
    """A page at its address, with what its own page view needs."""

    kind: Literal["page"]
    page: Whole
    seo: Seo
    alternates: list[Alternate]
    menus: NotRequired[Menus]
    settings: NotRequired[SiteData]


class RedirectAtPath(TypedDict):
    """An address that leads on."""

    kind: Literal["redirect"]
    location: str
    is_permanent: bool


AtPath = Annotated[PageAtPath | RedirectAtPath, Field(discriminator="kind")]


class ViewParameters(Parameters):
    """What every endpoint takes that gives a page with all that its view needs."""

    include: several(Literal["menus", "settings"]) = Field(
        [], description="What else the page view needs, in the same answer."
    )


class PathParameters(ViewParameters):
    path: str = Field(
        max_length=1000, pattern="^/", description="From the root of the site, such as `/about/`."
    )


@reads(router, "", answers=PageList)
def list_pages(request, params: Query[PageParameters]):
    """Pages of this site.

    Each comes with what every page has, and those of its own fields that `fields` asks for.
    """
    site = site_of(request)
    types = [TYPES[label] for label in params.type] or list(TYPES.values())
    known = {}
    for kind in types:
        for name, field in kind.fields.items():
            known.setdefault(name, []).append(field.shape)
    selection = fields.read(params.fields, known)
    rows = _rows(request, site, params)
    more = len(rows) > params.limit
    rows = rows[: params.limit]
    items = _items([row.key for row in rows], selection, site, request)
    next_cursor = cursors.make(request, [rows[-1].placed_by, rows[-1].key]) if more else None
    types = ContentType.objects.get_for_id
    shown = ((row.key, types(row.content_type).model_class()._meta.label) for row in rows)
    return Answer(
        written_object({"items": written_list(items), "next_cursor": next_cursor}),
        ["pages", *(tag for page in shown for tag in tags_of(*page))],
    )


class Row(NamedTuple):
    placed_by: Any
    key: int
    content_type: int


def _rows(request, site, params) -> list[Row]:
    """The pages of this part of a list, and the one after them if there are more."""
    number = params.limit + 1
    if is_of_all(params) and (first := _first_of_all(number, params.order, site)):
        return first
    pages = _placed(pages_of(site), site, params).filter(matching(params))
    if params.search is not None:
        hits = Page.objects.filter(pk__in=pages.values("pk")).search(params.search)
        pages = pages.filter(pk__in=[page.pk for page in hits[:MOST_FOUND]])
    pages = in_order(pages, params.order)
    if params.cursor is not None:
        is_moment = params.order.removeprefix("-") in MOMENTS
        place = cursors.moments(cursors.read(request, params.cursor), [is_moment, False])
        descending = params.order.startswith("-")
        order = [("placed_by", descending), ("pk", descending)]
        pages = pages.filter(cursors.after(place, order))
    return [Row(*row) for row in pages.values_list(*_ROW)[:number]]


def _first_of_all(number, order, site) -> list[Row] | None:
    """The first of all pages of a site; None when one of them is not public."""
    path = site.root_page.path
    rows = list(_statement_of_first(number, order).rows(first=path, last=_last_below(path)))
    if all(is_public(State(*row[len(_ROW) :])) for row in rows):
        return [Row(*row[: len(_ROW)]) for row in rows]
    return None


@lru_cache(MOST_ROWS)
def _statement_of_first(number: int, order: str) -> Statement:
    def write(first, last):
        pages = Page.objects.filter(live=True, path__gte=first, path__lte=last)
        return in_order(pages, order).values_list(*_ROW, *State._fields)[:number]

    return Statement(write, first="such a path", last="such a last path")


def _last_below(path: str) -> str:
    """No path below `path` comes after this one, which its child number 1,679,615 would have."""
    return path + Page.alphabet[-1] * Page.steplen


def _items(keys, selection, site, request) -> list:
    """What was chosen of the pages with these keys, in this order."""
    items = {
        key: whole if selection.is_all else part_of(json.loads(whole), selection)
        for key, whole in prepared(keys, site, request).items()
    }
    if missing := [key for key in keys if key not in items]:
        found = pages_with_keys(missing)
        if selection is not fields.NOTHING:
            read_together(found, lambda model: selection.names(TYPES[model._meta.label].fields))
        items.update({page.pk: row_json(page, request, selection) for page in found})
    return [items[key] for key in keys if key in items]


@reads(router, "by-path/", answers=AtPath, may_be_missing=True)
def page_by_path(request, params: Query[PathParameters]):
    """What is at an address: a page with all that its view needs, or a redirect."""
    site = site_of(request)
    path = params.path if params.path.endswith("/") else f"{params.path}/"
    place = site.root_page.url_path.rstrip("/") + path
    # The slug besides, because the database has an index of slugs and none of paths.
    slug = place.rstrip("/").rpartition("/")[2]
    found = _one(
        lambda: pages_of(site).filter(slug=slug, url_path=place),
        prepared_one(site, request, page__slug=slug, page__url_path=place),
        request,
    )
    if found is None:
        return Answer(_redirect(request, params.path), ["redirects"])
    body = view_json(found.whole, found.words, site, request, params.include)
    body["page"] = found.text
    tags = tags_of(found.whole["id"], found.whole["type"])
    return Answer(written_object(body), [*tags, *params.include])


class Found(NamedTuple):
    text: Written
    whole: dict  # the same, read
    words: Words


def _one(pages, prepared, request) -> Found | None:
    """What is `prepared` of a page; else the one page of `pages()`, which is made."""
    if prepared is not None:
        text, words = prepared
    else:
        read = read_whole(pages())
        if not read:
            return None
        text, words = written(whole_json(read[0], request)), Words.of(read[0])
    return Found(text, json.loads(text), words)


def view_json(whole: dict, words: Words, site, request, include) -> dict:
    """A `PageAtPath`: a page's whole JSON, with what else of the site is asked for."""
    seo = seo_json(whole, words.seo_title, words.search_description, request)
    body = {
        "kind": "page",
        "page": whole,
        "seo": seo,
        "alternates": alternates_json(words.pk, words.translation_key, request),
    }
    for name, make in (("menus", menus_json), ("settings", settings_json)):
        if name in include:
            asked = (name, site.pk, request.GET.get("rich_text_format"))
            body[name] = kept(asked, lambda make=make: written(make(site, request)))
    return body


@reads(router, "{int:page_id}/", answers=Whole, may_be_missing=True)
def get_page(request, page_id: Id, params: Query[Parameters]):
    """One page, whole."""
    site = site_of(request)
    found = _one(
        lambda: pages_of(site).filter(pk=page_id),
        prepared_one(site, request, page=page_id),
        request,
    )
    if found is None:
        raise Http404
    return Answer(found.text, tags_of(found.whole["id"], found.whole["type"]))


def _to_keep(site, keys, request):
    public = pages_of(site).filter(pk__in=keys).values_list("pk", flat=True)
    items = _items(list(public), fields.ALL, site, request)
    return [json.loads(written(item)) for item in items]


def _placed(pages, site, params):
    """`pages` where `child_of`, `descendant_of` and `ancestor_of` say."""
    for name in ("child_of", "descendant_of", "ancestor_of"):
        key = getattr(params, name)
        if key is None:
            continue
        place = site.root_page if key == "root" else pages_of(site).filter(pk=key).first()
        if place is None:
            raise BadRequestError({name: f"{name}: There is no page {key}."})
        pages = getattr(pages, name)(place)
    return pages


def _redirect(request, path):
    redirect = get_redirect(request, Redirect.normalise_path(path))
    hidden = redirect and redirect.redirect_page_id and not is_public(redirect.redirect_page)
    if redirect is None or hidden or not redirect.link:
        raise Http404
    return {
        "kind": "redirect",
        "location": absolute(redirect.link, request),
        "is_permanent": redirect.is_permanent,
    }


content_api.add_router("pages/", router)
kinds.add(kinds.Kind("page", Page, pages_of, Whole, _to_keep))
