"""Pictures: in named sizes, with the words that stand for them. Originals are not public."""

from django.http import Http404
from ninja import Query, Router
from typing_extensions import TypedDict
from wagtail.images import get_image_model

from cms.core.library import public_files
from cms.core.representations import image_json
from cms.core.shapes import Image

from ..feed import kinds
from . import cursors
from .api import content_api
from .frame import Answer, Id, Paging, reads

router = Router(tags=["Pictures"])


class FocalPoint(TypedDict):
    """What must stay in sight: the middle of it, and its size, in pixels of the original."""

    x: int
    y: int
    width: int | None
    height: int | None


class LibraryImage(Image):
    """A picture of the library. `srcset` is for an `img` element."""

    srcset: str
    focal_point: FocalPoint | None


class ImageList(TypedDict):
    """A part of the list of pictures."""

    items: list[LibraryImage]
    next_cursor: str | None


@reads(router, "", answers=ImageList)
def list_images(request, params: Query[Paging]):
    """The pictures of the library."""
    images, next_cursor = cursors.part(request, _public(), params)
    items = [_library_image(image, request) for image in images]
    return Answer({"items": items, "next_cursor": next_cursor}, ["images"])


@reads(router, "{int:image_id}/", answers=LibraryImage, may_be_missing=True)
def get_image(request, image_id: Id):
    """One picture, with its sizes."""
    image = _public().filter(pk=image_id).first()
    if image is None:
        raise Http404
    return Answer(_library_image(image, request), ["images", f"image-{image.pk}"])


def _public(site=None):
    return public_files(get_image_model().for_display())


def _library_image(image, request) -> LibraryImage:
    json = image_json(image, request)
    # In WebP, as one `img` element can have no other format for those who can't show it.
    webp = [source["srcset"] for source in json["sources"] if source["type"] == "image/webp"]
    return {
        **json,
        "srcset": webp[0] if webp else "{url} {width}w".format(**json["renditions"]["fallback"]),
        "focal_point": {
            "x": image.focal_point_x,
            "y": image.focal_point_y,
            "width": image.focal_point_width,
            "height": image.focal_point_height,
        }
        if image.focal_point_x is not None
        else None,
    }


def _to_keep(site, keys, request):
    return [_library_image(image, request) for image in _public().filter(pk__in=keys)]


content_api.add_router("images/", router)
kinds.add(kinds.Kind("image", get_image_model(), _public, LibraryImage, _to_keep))
