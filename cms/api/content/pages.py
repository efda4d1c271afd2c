"""Pages: lists, one page, and what is at an address."""

from datetime import UTC, datetime
from typing import Annotated, Literal, NotRequired

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from ninja import Query, Router
from pydantic import Field
from typing_extensions import TypedDict
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms.core.representations import absolute
from cms.core.visibility import is_public

from ..feed import kinds
from ..reading import pages_with_keys, read_together, specific_pages
from . import cursors, fields
from .api import content_api
from .frame import Answer, Id, Parameters, reads
from .page_filters import MOMENTS, ORDERS, PageParameters, matching, several
from .page_shapes import TYPES, PageList, Whole, row_json, whole_json
from .problems import BadRequestError
from .public import pages_of, site_of, tags_of
from .seo import Alternate, Seo, alternates_json, seo_json
from .site import Menus, SiteData, menus_json, settings_json

router = Router(tags=["Pages"])
MOST_FOUND = 1000  # pages that a search within a list looks at, the best ones
_NEVER = datetime(1, 1, 2, tzinfo=UTC)  # for pages without a date: before all others


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
    pages = _placed(pages_of(site), site, params).filter(matching(params))
    if params.search is not None:
        hits = Page.objects.filter(pk__in=pages.values("pk")).search(params.search)
        pages = pages.filter(pk__in=[page.pk for page in hits[:MOST_FOUND]])
    keys, next_cursor = _part(request, pages, params)
    found = pages_with_keys(keys)
    if params.fields:
        read_together(found, lambda model: selection.names(TYPES[model._meta.label].fields))
    return Answer(
        {
            "items": [row_json(page, request, selection) for page in found],
            "next_cursor": next_cursor,
        },
        ["pages", *(tag for page in found for tag in tags_of(page))],
    )


@reads(router, "by-path/", answers=AtPath, may_be_missing=True)
def page_by_path(request, params: Query[PathParameters]):
    """What is at an address: a page with all that its view needs, or a redirect."""
    site = site_of(request)
    path = params.path if params.path.endswith("/") else f"{params.path}/"
    place = site.root_page.url_path.rstrip("/") + path
    found = _whole(pages_of(site).filter(url_path=place))
    if not found:
        return Answer(_redirect(request, params.path), ["redirects"])
    (page,) = found
    body = view_json(page, site, request, params.include)
    return Answer(body, [*tags_of(page), *params.include])


def view_json(page, site, request, include) -> PageAtPath:
    """A page, read with all that it shows, and what else of the site is asked for."""
    # Read first: what is above a page is mostly in the menu.
    menus = menus_json(site, request) if "menus" in include else None
    body = {
        "kind": "page",
        "page": whole_json(page, request),
        "seo": seo_json(page, request),
        "alternates": alternates_json(page, request),
    }
    if menus:
        body["menus"] = menus
    if "settings" in include:
        body["settings"] = settings_json(site, request)
    return body


@reads(router, "{int:page_id}/", answers=Whole, may_be_missing=True)
def get_page(request, page_id: Id, params: Query[Parameters]):
    """One page, whole."""
    found = _whole(pages_of(site_of(request)).filter(pk=page_id))
    if not found:
        raise Http404
    (page,) = found
    return Answer(whole_json(page, request), tags_of(page))


def _whole(pages) -> list:
    """The page of a queryset with all that it shows, in a list; an empty one when there is none."""
    return _read_whole(pages[:1])


def _read_whole(pages) -> list:
    found = specific_pages(pages)
    read_together(found, lambda model: TYPES[model._meta.label].fields)
    return found


def _to_keep(site, keys, request):
    return [whole_json(page, request) for page in _read_whole(pages_of(site).filter(pk__in=keys))]


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


def _part(request, pages, params) -> tuple[list[int], str | None]:
    """The keys of the pages of this part, and the cursor of the next one."""
    descending = params.order.startswith("-")
    name = params.order.removeprefix("-")
    if name in MOMENTS:
        pages = pages.annotate(placed_by=Coalesce(F(ORDERS[name]), Value(_NEVER)))
    else:
        pages = pages.annotate(placed_by=F(ORDERS[name]))
    order = [("placed_by", descending), ("pk", descending)]
    if params.cursor is not None:
        place = cursors.read(request, params.cursor)
        place = cursors.moments(place, [name in MOMENTS, False])
        pages = pages.filter(cursors.after(place, order))
    sign = "-" if descending else ""
    rows = list(
        pages.order_by(f"{sign}placed_by", f"{sign}pk").values_list("placed_by", "pk")[
            : params.limit + 1
        ]
    )
    more = len(rows) > params.limit
    rows = rows[: params.limit]
    return [key for _, key in rows], cursors.make(request, list(rows[-1])) if more else None


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
