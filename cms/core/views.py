"""Pages that are not pages of the tree: shared drafts, and the pictures that pages show."""

import posixpath
from types import SimpleNamespace

from django.core.files.storage import default_storage
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model
from wagtail.models import Site

from . import draft_files, previews, references
from .files import PICTURES, extension, make_harmless, mark_public, send_picture
from .library import is_let_in, is_public_file, may_see, public_picture, with_publicity
from .models import PreviewLink, SiteSettings
from .models.page import redirect_to_draft
from .originals import UnreadableError, without_metadata

SHORT_WHILE = 300  # seconds


@require_safe
def media(request, path):
    """A size of a picture, from whatever store, or the picture of someone who edits.

    Documents and whole pictures have views of their own. Originals have none: they may say
    in their metadata where they were taken.
    """
    # What is served is what was looked at: “images/../documents/x” is no image.
    path = posixpath.normpath(path)
    if path.startswith("avatar_images/"):
        # Editors show theirs to each other.
        if not request.user.has_perm("wagtailadmin.access_admin"):
            raise Http404
        return send_picture(request, default_storage, path, private=True)
    if not path.startswith("images/"):
        raise Http404
    model = get_image_model()
    key = public_picture(path)
    if key is None:
        image = model.objects.select_related("collection").filter(renditions__file=path).first()
        if image is None or not is_let_in(request, image):
            raise Http404
    else:
        references.given.send(model, objects=[SimpleNamespace(pk=key)])
    return send_picture(request, default_storage, path, private=key is None)


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
        with draft_files.shown_to(draft_files.holder_of_link(link)):
            response = page.serve_preview(request, "")
            response.context_data["draft_ends_at"] = link.ends_at
            response.render()
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def whole_picture(request, image_id):
    """A picture as it was uploaded, without its metadata: shown until its sizes are made."""
    images = with_publicity(get_image_model().objects.select_related("collection"))
    image = get_object_or_404(images, pk=image_id)
    if not may_see(request, image) or extension(image.file.name) not in PICTURES:
        raise Http404
    try:
        with image.file.storage.open(image.file.name) as file:
            content = without_metadata(file.read())
    except (FileNotFoundError, UnreadableError) as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=PICTURES[extension(image.file.name)])
    if is_public_file(image):
        mark_public(response, f"public, max-age={SHORT_WHILE}")
    else:
        response["Cache-Control"] = "private, no-store"
    return make_harmless(response)
