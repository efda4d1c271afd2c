"""Drafts outside the editor: where they open, and what a token leads to.

A token is signed. An editor's own leads, for 15 minutes, to what they have typed
(`KeptDraft`); a link's to the newest draft of its page, until it ends or is
withdrawn (`PreviewLink`). Why a token does not work is never told.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page, Site

from . import draft_files
from .models import KeptDraft, PreviewLink
from .models.preview import LIFE, key_in_editors_token, key_in_links_token, may_share


class Draft(NamedTuple):
    """A page as it is not yet public, until when its token works, and for whom: `draft_files`."""

    page: Page
    until: datetime
    holder: str


class NoDraft(Exception):  # noqa: N818 - it is an answer (404), not a fault
    """The token is unknown, altered, withdrawn or over, or of another site."""


def read(token: str, site: Site) -> Draft:
    """What `token` leads to on `site`, be it an editor's or a link's. Raises NoDraft."""
    found = key_in_editors_token(token)
    if found is None:
        link, page = read_link(token, site)
        return Draft(page, link.ends_at, draft_files.holder_of_link(link))
    key, until = found
    kept = KeptDraft.objects.select_related("page", "user").filter(pk=key).first()
    if kept is None or not kept.user.is_active or until <= timezone.now().timestamp():
        raise NoDraft
    page = _page_of(kept)
    _check_place(page, site)
    ends_at = datetime.fromtimestamp(until, UTC)
    return Draft(page, ends_at, draft_files.holder_until(ends_at))


def read_link(token: str, site: Site) -> tuple[PreviewLink, Page]:
    """The link of `token`, and the newest draft of its page. Raises NoDraft."""
    key = key_in_links_token(token)
    links = PreviewLink.objects.select_related("page", "created_by")
    link = links.filter(pk=key).first() if key else None
    if link is None or not link.works:
        raise NoDraft
    page = link.page.get_latest_revision_as_object()
    _check_place(page, site)
    return link, page


def _page_of(kept) -> Page:
    if kept.page:
        return kept.page.specific_deferred.with_content_json(kept.content)
    model = ContentType.objects.get_for_id(kept.content["content_type"]).model_class()
    return model.from_serializable_data(kept.content, strict_fks=False)


def _check_place(page, site):
    if not page.url_path.startswith(site.root_page.url_path):
        raise NoDraft


def forget_what_is_over() -> int:
    """Delete kept drafts that no token leads to any more, and links that have ended."""
    now = timezone.now()
    kept, _ = KeptDraft.objects.filter(kept_at__lt=now - LIFE).delete()
    links, _ = PreviewLink.objects.filter(ends_at__lte=now).delete()
    return kept + links


__all__ = ["Draft", "NoDraft", "forget_what_is_over", "may_share", "read", "read_link"]
