"""Drafts, for those who have a token: of one draft, or of all."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from corsheaders.signals import check_request_enabled
from django.dispatch import receiver
from django.http import Http404
from django.utils import timezone
from ninja import Path, Query, Router
from wagtail.models import Page, Site

from cms.core import draft_files, previews
from cms.core.models import SiteSettings
from cms.core.models.preview import LIFE
from cms.core.references import load_references
from cms.core.visibility import restricted_paths

from ..models import Scope
from .api import PREFIX, content_api
from .auth import Bearer
from .finished import written_object
from .frame import Answer, Id, Parameters, reads
from .page_shapes import TYPES, Whole, whole_json
from .pages import PageAtPath, ViewParameters, view_json
from .public import site_of
from .seo import Words

router = Router(tags=["Drafts"])
Token = Annotated[str, Path(max_length=200, description="As the preview address was given it.")]


class Preview(PageAtPath):
    """A draft, in the shape of a page at its path. `preview_ends_at` is when its token does."""

    preview_ends_at: datetime


@reads(router, "preview/{token}/", answers=Preview, may_be_missing=True, public=False, auth=None)
def get_preview(request, token: Token, params: Query[ViewParameters]):
    """The draft that a preview's token leads to.

    It is what an editor has typed and not saved, or the newest draft of a page that
    was shared by a link. The `id` is 0 while a new page was never saved. A token that
    is altered, over or withdrawn, or of another site, is 404.
    """
    site = site_of(request)
    try:
        page, until, holder = previews.read(token, site)
    except previews.NoDraft as error:
        raise Http404 from error
    with draft_files.shown_to(holder):
        _be_ready(page)
        whole = {**whole_json(page, request), "id": page.pk or 0}
        body = view_json(whole, Words.of(page), site, request, params.include)
        return Answer(written_object({**body, "preview_ends_at": until}), [])


@reads(
    router,
    "drafts/{int:page_id}/",
    answers=Whole,
    may_be_missing=True,
    public=False,
    auth=Bearer(Scope.DRAFTS_READ),
)
def get_draft(request, page_id: Id, params: Query[Parameters]):
    """The newest draft of a page, whole.

    Of a page without a draft it is what is public. For a front end's own server: keep
    the token there. A private page is 404. The addresses of its pictures and documents
    work for 15 minutes.
    """
    site = site_of(request)
    pages = Page.objects.descendant_of(site.root_page, inclusive=True)
    page = pages.select_related("latest_revision").filter(pk=page_id).first()
    if page is None or page.path.startswith(restricted_paths()):
        raise Http404
    draft = page.get_latest_revision_as_object()
    with draft_files.shown_to(draft_files.holder_until(timezone.now() + LIFE)):
        _be_ready(draft)
        return Answer(whole_json(draft, request), [])


def _be_ready(page):
    """Have all that a draft points at read; its children are in it. Raises Http404."""
    if page.specific_class._meta.label not in TYPES:
        raise Http404
    load_references([page])


@receiver(check_request_enabled)
def the_front_end_may_read_previews(request, **kwargs):
    """From a browser, though it is not among CORS_ALLOWED_ORIGINS: one setting is enough."""
    if not request.path_info.startswith(f"{PREFIX}preview/"):
        return False
    site = Site.find_for_request(request)
    address = SiteSettings.preview_address_at(site.pk) if site else ""
    parts = urlsplit(address)
    return bool(address) and request.headers.get("Origin") == f"{parts.scheme}://{parts.netloc}"


content_api.add_router("", router)
