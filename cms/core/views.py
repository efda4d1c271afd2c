"""Pages that are not pages of the tree: shared drafts, and the pictures that pages show."""

import posixpath

from django.core.files.storage import default_storage
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model
from wagtail.models import Site

from . import previews
from .files import PICTURES, extension, make_harmless, send_picture
from .models import PreviewLink, SiteSettings
from .models.page import redirect_to_draft
from .originals import UnreadableError, without_metadata
from .visibility import is_in_public_collection, may_see, private_renditions

SHORT_WHILE = 300  # seconds


@require_safe
def media(request, path):
    """A rendition, from whatever store. Originals and documents have views of their own, or none.

    An original may say in its metadata where it was taken.
    """
    # What is served is what was looked at: “images/../documents/x” is no image.
    path = posixpath.normpath(path)
    if not path.startswith("images/"):
        raise Http404
    private = private_renditions().filter(file=path).first()
    if private and not may_see(request, private.image):
        raise Http404
    return send_picture(request, default_storage, path, private=private is not None)


@require_safe
def shared_draft(request, token):
    """The newest draft of a page, for whoever has a link to it that works."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    try:
        link, page = previews.read_link(token, site)
    except previews.NoDraft as error:
        raise Http404 from error
    if request.method == "GET":
        PreviewLink.objects.filter(pk=link.pk).update(
            times_opened=F("times_opened") + 1, last_opened_at=timezone.now()
        )
    address = SiteSettings.preview_address_at(site.pk)
    if address:
        response = redirect_to_draft(address, token)
    else:
        response = page.serve_preview(request, "")
        response.context_data["draft_ends_at"] = link.ends_at
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def whole_picture(request, image_id):
    """A picture as it was uploaded, without its metadata: shown until its sizes are made."""
    image = get_object_or_404(get_image_model().objects.select_related("collection"), pk=image_id)
    if not may_see(request, image) or extension(image.file.name) not in PICTURES:
        raise Http404
    try:
        with image.file.storage.open(image.file.name) as file:
            content = without_metadata(file.read())
    except (FileNotFoundError, UnreadableError) as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=PICTURES[extension(image.file.name)])
    response["Cache-Control"] = (
        f"public, max-age={SHORT_WHILE}" if is_in_public_collection(image) else "private, no-store"
    )
    return make_harmless(response)
