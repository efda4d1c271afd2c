"""The sitemap in parts: an index of them, and each as large as any other, however large the site.

A part has the pages with a hundred keys in a row. So it is found by the index of keys,
and a page that comes or goes moves none to another part.
"""

from django.contrib.sitemaps.views import SitemapIndexItem, x_robots_tag
from django.db.models import F, Max
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap
from wagtail.contrib.sitemaps.views import sitemap

from .kept import kept
from .visibility import public_pages

KEYS = 100  # in a part


class Part(Sitemap):
    """Wagtail's sitemap, of the pages of one part alone."""

    def __init__(self, request, number: int):
        super().__init__(request)
        self.number = number

    def items(self):
        first = self.number * KEYS
        return (
            _pages(self.get_wagtail_site())
            .filter(pk__gte=first, pk__lt=first + KEYS)
            .order_by("pk")
            .specific(defer=True)  # what is asked of them, every page has
        )


@x_robots_tag
def index(request):
    """The parts of the sitemap."""
    site = Sitemap(request).get_wagtail_site()
    written = kept(("sitemap", site.pk), lambda: _index(site))
    return HttpResponse(written, content_type="application/xml")


def part(request, number: int):
    """One part of the sitemap. Raises Http404 when there is none."""
    pages = Part(request, number)
    if not pages.items().exists():
        raise Http404
    return sitemap(request, {"pages": pages})


def _pages(site):
    return public_pages(site.root_page.get_descendants(inclusive=True))


def _index(site) -> str:
    parts = (
        _pages(site)
        .order_by()
        .values_list(F("pk") / KEYS)
        .annotate(changed_at=Max("last_published_at"))
        .order_by(F("pk") / KEYS)
    )
    items = [
        SitemapIndexItem(site.root_url + reverse("sitemap_part", args=[number]), changed_at)
        for number, changed_at in parts
    ]
    return render_to_string("sitemap_index.xml", {"sitemaps": items})
