"""The page that every page type is made from."""

from django.db import models
from django.http import Http404
from django.utils import timezone
from wagtail.api import APIField
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.search import index

from .. import references
from ..api_fields import ImageField, VisiblePagesField
from ..blocks.story import outline
from ..page_permissions import BasePagePermissionTester
from ..visibility import is_public, restricted_paths, visible_children


class BasePage(Page):
    """What every page has: words for listings, a picture, an owner, a date to look again."""

    #: What readers call this kind of page, where search results say it first.
    reader_kind = "Page"
    #: The query parameters that the page looks at. To any others its answer is the same.
    query_parameters: tuple[str, ...] = ()

    summary = models.CharField(
        max_length=255,
        help_text=(
            "One or two sentences for lists and search results. "
            "Also what search engines show, unless you write something else for them."
        ),
    )
    listing_image = models.ForeignKey(
        "core.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Shown where this page is listed, and when someone shares it.",
    )
    content_owner_name = models.CharField(
        "content owner",
        max_length=100,
        help_text="Who keeps this page true. They need no account. Readers don't see the name.",
    )
    content_owner_email = models.EmailField("content owner's email")
    review_on = models.DateField(
        "review on",
        null=True,
        blank=True,
        help_text="When someone should read this page again. The page explorer shows the date.",
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary", boost=2),
        index.AutocompleteField("summary"),
    ]

    api_fields = [
        APIField("summary"),
        APIField("listing_image", serializer=ImageField()),
        APIField("breadcrumbs", serializer=VisiblePagesField()),
    ]

    class Meta:
        abstract = True

    def permissions_for_user(self, user):
        return BasePagePermissionTester(user, self)

    @property
    def meta_description(self) -> str:
        return self.search_description or self.summary

    @property
    def is_expired(self) -> bool:
        """True from the minute of `expire_at`, though the scheduler may not have run yet."""
        return self.expire_at is not None and self.expire_at <= timezone.now()

    @property
    def contents(self) -> list:
        """The headings of the page's body, for an in-page contents list."""
        body = getattr(self, "body", None)
        return [entry for entry in outline(body) if entry.level == 2] if body else []

    @property
    def breadcrumbs(self) -> list:
        """The public ancestors from the site's home page down, this page not included."""
        known = references.remember("ancestors", dict)
        if not known.keys() >= set(_ancestor_paths(self)):
            beside = references.together(self)
            paths = {path for page in beside for path in _ancestor_paths(page)}
            known.update(dict.fromkeys(paths))
            known.update({page.path: page for page in beside if isinstance(page, Page)})
            missing = {path for path in paths if known[path] is None}
            known.update({page.path: page for page in Page.objects.filter(path__in=missing)})
        ancestors = (known[path] for path in _ancestor_paths(self))
        return [page for page in ancestors if is_public(page)]

    def visible_children(self):
        """The children that a reader may see, in the order editors gave them."""
        return visible_children(self)

    def get_view_restrictions(self):
        # Wagtail reads all ancestors to find out; on most sites there is nothing to find.
        return (
            super().get_view_restrictions()
            if restricted_paths()
            else PageViewRestriction.objects.none()
        )

    def get_sitemap_urls(self, request=None):
        return [] if self.is_expired else super().get_sitemap_urls(request)

    def serve(self, request, *args, **kwargs):
        if self.is_expired:
            raise Http404
        return super().serve(request, *args, **kwargs)

    def get_context(self, request, *args, **kwargs):
        references.load_references([self])
        site = Site.find_for_request(request)
        if site:  # it holds the first of the breadcrumbs
            references.remember("ancestors", dict)[site.root_page.path] = site.root_page
        return super().get_context(request, *args, **kwargs)


def _ancestor_paths(page) -> list[str]:
    """Tree paths above `page`, without the root of the tree, which no site shows."""
    step = Page.steplen
    return [page.path[:end] for end in range(2 * step, len(page.path), step)]
