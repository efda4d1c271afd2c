"""Pages that are not pages of the tree: errors, and the pictures that pages show."""

import posixpath

from django.core.files.storage import default_storage
from django.http import Http404
from django.views.decorators.http import require_safe

from .files import send_picture
from .visibility import may_see, private_renditions


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
