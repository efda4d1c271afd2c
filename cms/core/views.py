"""Pages that are not pages of the tree: errors, and the pictures that pages show."""

import posixpath

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model

from .files import PICTURES, extension, make_harmless, send_picture
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
