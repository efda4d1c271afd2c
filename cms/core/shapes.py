"""The shapes of the JSON that `representations` makes: one type for each, named as in OpenAPI."""

from typing_extensions import TypedDict

from .renditions import NAMES


class Rendition(TypedDict):
    """A picture in one size: its absolute address, and its size in pixels."""

    url: str
    width: int
    height: int


Renditions = TypedDict("Renditions", dict.fromkeys(NAMES, Rendition))


class Source(TypedDict):
    """A picture in one format: what a `source` element takes. `type` is such as "image/avif"."""

    type: str
    srcset: str


class Image(TypedDict):
    """A picture in its place; `alt` is empty where it is only decoration. Sizes are in pixels.

    `sources` are for a `picture` element, best first; `renditions.fallback` is for its `img`.
    """

    id: int
    title: str
    alt: str
    width: int
    height: int
    renditions: Renditions
    sources: list[Source]


class PageLink(TypedDict):
    """A link to a page that readers may see."""

    id: int
    title: str
    url: str


class Link(TypedDict):
    """Words that lead to a page here, or elsewhere; `url` is null when they lead nowhere now."""

    text: str
    url: str | None
    page: PageLink | None


class CollectionName(TypedDict):
    """One of the collections in which documents are kept."""

    id: int
    name: str
