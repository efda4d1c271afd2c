"""The shapes of the JSON that `representations` makes: one type for each, named as in OpenAPI."""

from typing_extensions import TypedDict

from .renditions import SPECS


class Rendition(TypedDict):
    """A picture in one size: its absolute address, and its size in pixels."""

    url: str
    width: int
    height: int


Renditions = TypedDict("Renditions", dict.fromkeys(SPECS, Rendition))


class Image(TypedDict):
    """A picture in its place; `alt` is empty where it is only decoration. Sizes are in pixels."""

    id: int
    title: str
    alt: str
    width: int
    height: int
    renditions: Renditions


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
