"""What belongs to the whole site: menus, settings, alerts, redirects, the sitemap."""

from datetime import datetime
from typing import Literal

from django.db.models import Q
from ninja import Query, Router
from typing_extensions import TypedDict
from wagtail.contrib.redirects.models import Redirect

from cms.core import references
from cms.core.models import Alert, SiteSettings
from cms.core.navigation import main_menu
from cms.core.representations import absolute, page_json
from cms.core.shapes import PageLink
from cms.core.visibility import not_expired, public_pages

from ..feed import kinds
from . import cursors
from .api import content_api
from .blocks import stream_shape
from .frame import Answer, Paging, reads
from .public import pages_of, site_of

router = Router(tags=["Site"])


class Menus(TypedDict):
    """The site's menus. The first entry of `main` is the home page."""

    main: list[PageLink]


class Contact(TypedDict):
    """How to reach those who run the site. What was left empty is an empty string."""

    name: str
    email: str
    telephone: str
    address: str


class SiteData(TypedDict):
    """Who runs the site, and what is at its foot."""

    url: str
    organisation: str
    strapline: str
    contact: Contact
    social_links: stream_shape(SiteSettings._meta.get_field("social_links").stream_block)
    footer_text: str
    footer_links: stream_shape(SiteSettings._meta.get_field("footer_links").stream_block)


class AlertData(TypedDict):
    """A message for the top of every page."""

    id: int
    title: str
    message: str
    kind: Literal[tuple(Alert.Kind.values)]
    page: PageLink | None


class AlertList(TypedDict):
    items: list[AlertData]


class RedirectData(TypedDict):
    """An old address, as a path, and where it leads."""

    id: int
    path: str
    location: str
    is_permanent: bool


class RedirectList(TypedDict):
    """A part of a list of redirects."""

    items: list[RedirectData]
    next_cursor: str | None


class SitemapEntry(TypedDict):
    """An address for search engines."""

    url: str
    last_modified: datetime | None


class Sitemap(TypedDict):
    """A part of the sitemap."""

    items: list[SitemapEntry]
    next_cursor: str | None


def menus_json(site, request) -> Menus:
    pages = [entry["page"] for entry in main_menu(site, request=request)]
    references.remember("ancestors", dict).update({page.path: page for page in pages})
    links = (page_json(page, request) for page in pages)
    return {"main": [link for link in links if link]}


def settings_json(site, request) -> SiteData:
    settings = SiteSettings.for_request(request)
    references.load_references([settings])
    context = {"request": request}
    social, footer = settings.social_links, settings.footer_links
    return {
        "url": site.root_url + "/",
        "organisation": settings.organisation,
        "strapline": settings.strapline,
        "contact": {
            "name": settings.contact_name,
            "email": settings.contact_email,
            "telephone": settings.contact_telephone,
            "address": settings.contact_address,
        },
        "social_links": social.stream_block.get_api_representation(social, context),
        "footer_text": settings.footer_text,
        "footer_links": footer.stream_block.get_api_representation(footer, context),
    }


@reads(router, "menus/", answers=Menus)
def get_menus(request):
    """The menus of the site."""
    return Answer(menus_json(site_of(request), request), ["menus"])


@reads(router, "settings/", answers=SiteData)
def get_settings(request):
    """Who runs the site, how to reach them, and what is at its foot."""
    return Answer(settings_json(site_of(request), request), ["settings"])


@reads(router, "alerts/", answers=AlertList)
def list_alerts(request):
    """The messages at the top of every page now, the newest first."""
    alerts = Alert.objects.filter(live=True).filter(not_expired()).select_related("page")
    items = [
        {
            "id": alert.pk,
            "title": alert.title,
            "message": alert.message,
            "kind": alert.kind,
            "page": page_json(alert.page, request),
        }
        for alert in alerts
    ]
    return Answer({"items": items}, ["alerts"])


@reads(router, "redirects/", answers=RedirectList)
def list_redirects(request, params: Query[Paging]):
    """Old addresses, and where they lead."""
    found, next_cursor = cursors.part(request, _redirects(site_of(request)), params)
    return Answer(
        {"items": _redirects_json(found, request), "next_cursor": next_cursor}, ["redirects"]
    )


def _redirects(site):
    public = public_pages().values("pk")
    return (
        Redirect.get_for_site(site)
        .filter(Q(redirect_page=None) | Q(redirect_page__in=public))
        .exclude(redirect_page=None, redirect_link="")
        .select_related("redirect_page", "site")
    )


def _redirects_json(redirects, request) -> list[RedirectData]:
    return [
        {
            "id": redirect.pk,
            "path": redirect.old_path,
            "location": absolute(link, request),
            "is_permanent": redirect.is_permanent,
        }
        for redirect in redirects
        if (link := redirect.link)  # a page outside every site has none
    ]


def _to_keep(site, keys, request):
    return _redirects_json(_redirects(site).filter(pk__in=keys), request)


@reads(router, "sitemap/", answers=Sitemap)
def get_sitemap(request, params: Query[Paging]):
    """The addresses that search engines should know."""
    pages = pages_of(site_of(request)).defer_streamfields().specific()
    found, next_cursor = cursors.part(request, pages, params)
    items = [
        {"url": absolute(entry["location"], request), "last_modified": entry.get("lastmod")}
        for page in found
        for entry in page.get_sitemap_urls(request)
    ]
    return Answer({"items": items, "next_cursor": next_cursor}, ["pages", "sitemap"])


content_api.add_router("", router)
kinds.add(
    kinds.Kind("redirect", Redirect, _redirects, RedirectData, _to_keep),
    kinds.Part("menus", ()),
    kinds.Part("settings", (SiteSettings,)),
    kinds.Part("alerts", (Alert,)),
)
