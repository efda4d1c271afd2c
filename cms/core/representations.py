"""JSON of the things that pages and blocks point at: one shape each, used by every API.

A block, a page's own field and an endpoint that show the same image show it in
the same words. All addresses are absolute.
"""

import re
from urllib.parse import urljoin

from wagtail.api.rich_text import APIRichText
from wagtail.models import Site

from .kept import kept
from .renditions import NAMES, pictures_of, srcset
from .shapes import Image, PageLink, Renditions, Source
from .visibility import is_in_public_collection, is_public

# What Wagtail's finished HTML still has that is for the editor, or for this site alone.
_EDITORS_KEY = re.compile(r' data-block-key="[^"]*"')
_LOCAL_LINK = re.compile(r'(<a\b[^>]*\bhref=")(/(?!/))')
_LOCAL_MARKDOWN_LINK = re.compile(r"(\]\()(/(?!/))")


def absolute(url, request):
    """`url` on the site that `request` asked for; as it is when it names a host already."""
    root = _root(request)
    if url.startswith("/") and not url.startswith("//"):
        return root + url
    return urljoin(root + "/", url) if root else url


def _root(request) -> str:
    """The address of the site that `request` asked for; "" for none."""
    site = Site.find_for_request(request) if request else None
    return site.root_url if site else ""


def image_json(image, request, *, alt=None) -> Image | None:
    """An image with its alternative text and named renditions; None for no image.

    `alt` is the page's own text where it has one ("" when the picture is only
    decoration there); None takes the image's description.
    """
    if image is None or not is_in_public_collection(image):
        return None
    return {
        "id": image.pk,
        "title": image.title,
        "alt": image.description if alt is None else alt,
        "width": image.width,
        "height": image.height,
        **_sizes(image, request),
    }


def renditions_json(image, request) -> Renditions:
    """{"small": {"url": "https://…", "width": 480, "height": 320}, …}: every named rendition."""
    return _sizes(image, request)["renditions"]


def sources_json(image, request) -> list[Source]:
    """[{"type": "image/avif", "srcset": "https://… 480w, …"}, …]: the widths of each format."""
    return _sizes(image, request)["sources"]


def _sizes(image, request) -> dict:
    """Both of them; kept for all places that show the image, so nobody alters it."""
    root = _root(request)
    return kept(("sizes", image.pk, root), lambda: _make_sizes(pictures_of(image), root))


def _make_sizes(pictures, root):
    named = {name: pictures.named(name) for name in NAMES}
    sources = pictures.sources().items()
    return {
        "renditions": {name: _at(root, shown)._asdict() for name, shown in named.items()},
        "sources": [
            {"type": kind, "srcset": srcset([_at(root, each) for each in shown])}
            for kind, shown in sources
        ],
    }


def _at(root, shown):
    """All addresses of pictures are our own, wherever the files are: they begin with a slash."""
    return shown._replace(url=root + shown.url)


def page_json(page, request) -> PageLink | None:
    """A link to a page; None when readers may not see it, or it has no address."""
    url = page.get_url(request) if is_public(page) else None
    return {"id": page.pk, "title": page.title, "url": absolute(url, request)} if url else None


def document_json(document, request):
    """A file to download, as its model shows it; None when it is private."""
    if document is None or not is_in_public_collection(document):
        return None
    return document.as_json(request)


def rich_text_json(source, request) -> str:
    """Rich text in the format that the request asks for; finished HTML unless it says otherwise."""
    chosen = APIRichText.resolve_format(request.GET.get("rich_text_format") if request else None)
    text = APIRichText.serialize(source, format=chosen)
    site = Site.find_for_request(request) if request else None
    root = site.root_url if site else ""
    if chosen == APIRichText.FORMAT_HTML:
        return _LOCAL_LINK.sub(rf"\g<1>{root}\g<2>", _EDITORS_KEY.sub("", text))
    if chosen == APIRichText.FORMAT_MARKDOWN:
        return _LOCAL_MARKDOWN_LINK.sub(rf"\g<1>{root}\g<2>", text)
    return text
