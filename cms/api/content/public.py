"""What of the site an answer may show, and what caches call it."""

from django.http import Http404
from wagtail.models import Page, Site

from cms.core.visibility import public_pages


def site_of(request) -> Site:
    """The site that the request asked for. Raises Http404 when there is none."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site


def pages_of(site):
    """The public pages of a site."""
    return public_pages(Page.objects.descendant_of(site.root_page, inclusive=True))


def tags_of(key: int, kind: str) -> list[str]:
    """The names by which caches forget whatever shows a page of the type `kind`."""
    return [f"page-{key}", f"type-{kind}"]
