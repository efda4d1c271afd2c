"""The page that every page type is made from."""

from django.db import models
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from wagtail.api import APIField
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.search import index

from .. import references
from ..api_fields import ImageField, VisiblePagesField
from ..blocks.story import outline
from ..navigation import child_at
from ..page_permissions import BasePagePermissionTester
from ..visibility import is_public, restricted_paths
from .preview import KeptDraft
from .settings import PLACE_OF_TOKEN, SiteSettings

IN_THE_FRONT_END = "front-end"  # a mode of preview


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
            beside = [item for item in references.together(self) if isinstance(item, Page)]
            paths = {path for page in beside for path in _ancestor_paths(page)} - known.keys()
            known.update(dict.fromkeys(paths))
            known.update({page.path: page for page in beside})
            missing = {path for path in paths if known[path] is None}
            known.update({page.path: page for page in Page.objects.filter(path__in=missing)})
        ancestors = (known[path] for path in _ancestor_paths(self))
        return [page for page in ancestors if is_public(page)]

    def get_view_restrictions(self):
        # Wagtail reads all ancestors to find out; on most sites there is nothing to find.
        return (
            super().get_view_restrictions()
            if restricted_paths()
            else PageViewRestriction.objects.none()
        )

    def get_sitemap_urls(self, request=None):
        return [] if self.is_expired else super().get_sitemap_urls(request)

    @property
    def preview_modes(self):
        return self.with_front_end(super().preview_modes)

    def with_front_end(self, modes) -> list:
        """Wagtail's `modes` of preview, after the outside front end where there is one."""
        if not SiteSettings.preview_address_at(self._site_id):
            return modes
        on_this_site = [(name, "On this site" if name == "" else label) for name, label in modes]
        return [(IN_THE_FRONT_END, "In the front end"), *on_this_site]

    @property
    def _site_id(self):
        # Unlike `get_site` it asks the database for nothing.
        place = self.get_url_parts()
        return place[0] if place else None

    def make_preview_request(
        self, original_request=None, preview_mode=None, extra_request_attrs=None
    ):
        """The page as a response; in the front end, a redirect with a token that leads to it."""
        site_id = self._site_id
        address = SiteSettings.preview_address_at(site_id) if site_id else ""
        if preview_mode != IN_THE_FRONT_END or not address or original_request is None:
            return super().make_preview_request(original_request, preview_mode, extra_request_attrs)
        editing = (extra_request_attrs or {}).get("is_editing", False)
        kept = KeptDraft.keep(self, original_request.user, editing=editing)
        return redirect_to_draft(address, kept.token())

    def route(self, request, path_components):
        if not path_components:
            return super().route(request, path_components)
        child = child_at(self, path_components[0])
        if child is None:
            raise Http404
        return child.route(request, path_components[1:])

    def serve(self, request, *args, **kwargs):
        if self.is_expired:
            raise Http404
        return super().serve(request, *args, **kwargs)

    def get_context(self, request, *args, **kwargs):
        references.load_references([self])
        site = Site.find_for_request(request)
        if site and self.depth > site.root_page.depth:  # the first and last of the breadcrumbs
            ancestors = (site.root_page, self.get_parent())
            references.remember("ancestors", dict).update({each.path: each for each in ancestors})
        return super().get_context(request, *args, **kwargs)


def redirect_to_draft(address: str, token: str):
    """To an outside front end, which must learn of nothing but the token."""
    response = redirect(address.replace(PLACE_OF_TOKEN, token))
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _ancestor_paths(page) -> list[str]:
    """Tree paths above `page`, without the root of the tree, which no site shows."""
    step = Page.steplen
    return [page.path[:end] for end in range(2 * step, len(page.path), step)]
