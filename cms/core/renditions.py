"""The sizes in which pictures are shown: one list for pages, the APIs and what is made ahead.

A browser chooses among the widths, each at most half as wide again as the one
before it; the others have one purpose each. They are made by `cms.core.pictures`,
in the background. Here they are only looked up: nobody who reads waits for one.
"""

import logging
from typing import NamedTuple

from django.core.cache import caches
from django.db import DatabaseError
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.images.models import Filter

from . import draft_files
from .kept import kept

logger = logging.getLogger(__name__)

AVIF = {
    width: f"width-{width}|format-avif|avifquality-60"
    for width in (160, 240, 320, 480, 640, 800, 1200)
}
# For the few browsers that can't show AVIF: fewer steps.
WEBP = {width: f"width-{width}|format-webp|webpquality-80" for width in (240, 480, 800, 1200)}
WIDTHS = {"image/avif": AVIF, "image/webp": WEBP}
NAMED = {
    "small": WEBP[480],
    "medium": WEBP[800],
    "large": WEBP[1200],
    "thumbnail": "fill-240x160|format-webp|webpquality-80",
    "social": "fill-1200x630|format-jpeg|jpegquality-82",
}
# For whatever shows neither AVIF nor WebP. PNG keeps what is transparent.
FALLBACK = {
    "jpeg": "width-800|format-jpeg|jpegquality-82",
    "png": "width-800|format-png",
}
NAMES = (*NAMED, "fallback")
EVERY_SPEC = (*{*AVIF.values(), *WEBP.values(), *NAMED.values(), *FALLBACK.values()},)
_FILTERS = {spec: Filter(spec) for spec in EVERY_SPEC}
WIDEST = max(AVIF)
_ASKED_AGAIN_AFTER = 600  # seconds


class Shown(NamedTuple):
    """A picture in one size: what a rendition has, or what stands for it until it is made."""

    url: str
    width: int
    height: int


def specs(image) -> list[str]:
    """What is made of `image`. Of a small one only the widths that it has pixels for."""
    fitting = [spec for widths in WIDTHS.values() for spec in _fitting(widths, image.width)]
    return [*fitting, _fallback_spec(image), NAMED["thumbnail"], NAMED["social"]]


def _fitting(widths, most):
    """The specs of `widths` up to the first that shows every pixel of the picture."""
    for width, spec in widths.items():
        yield spec
        if width >= most:
            return


def _fallback_spec(image):
    may_be_transparent = image.file.name.lower().endswith((".png", ".gif"))
    return FALLBACK["png" if may_be_transparent else "jpeg"]


def missing(image) -> list[str]:
    """Of `specs(image)`, those that are still to be made."""
    found = _found(image)
    return [spec for spec in specs(image) if spec not in found]


def _found(image) -> dict:
    """{spec: rendition} of those that are made: from memory if read by `Image.for_display()`."""
    filters = [_FILTERS[spec] for spec in specs(image)]
    return {made.spec: rendition for made, rendition in _existing(image, filters)}


def _existing(image, filters):
    return image.find_existing_renditions(*filters).items()


def pictures_of(image) -> "Pictures":
    """What there is to show of `image`, kept until something changes."""
    return kept(("pictures", image.pk), lambda: Pictures(image))


class Pictures:
    """What there is to show of `image` now. What there is not is asked for."""

    def __init__(self, image):
        self.image = image
        self._made = _found(image)
        self._srcsets = {}
        if len(self._made) < len(specs(image)):
            ask_for(image)

    def named(self, name: str) -> Shown:
        """One of `NAMES`; when it is not made, the nearest that is."""
        if name == "fallback":
            return self.fallback
        found = self._made.get(NAMED[name])
        return _shown(found) if found else self._nearest(1200 if name == "large" else 800)

    @cached_property
    def fallback(self) -> Shown:
        """For an `img` element."""
        found = self._made.get(_fallback_spec(self.image))
        return _shown(found) if found else self._nearest(800)

    @property
    def social(self):
        """The rendition for those who share a page; None when it is not made."""
        return self._made.get(NAMED["social"])

    def srcsets(self, widest: int) -> dict[str, str]:
        """{"image/avif": "… 160w, …", "image/webp": "…"}: what `source` elements take."""
        if widest not in self._srcsets:
            shown = self.sources(widest).items()
            self._srcsets[widest] = {kind: srcset(each) for kind, each in shown}
        return self._srcsets[widest]

    def sources(self, widest: int = WIDEST) -> dict[str, list[Shown]]:
        """{"image/avif": [...], "image/webp": [...]}: narrow to wide, best first."""
        found = {}
        for kind, widths in WIDTHS.items():
            # A picture is never enlarged, so a wide one may be no wider than the one before.
            by_width = {
                made.width: _shown(made)
                for width, spec in widths.items()
                if width <= widest and (made := self._made.get(spec))
            }
            if by_width:
                found[kind] = list(by_width.values())
        return found

    def _nearest(self, width) -> Shown:
        for widths in (WEBP, AVIF):
            made = [self._made[spec] for spec in widths.values() if spec in self._made]
            if made:
                return _shown(min(made, key=lambda rendition: abs(rendition.width - width)))
        image = self.image
        return Shown(whole_url(image), image.width, image.height)


def _shown(rendition) -> Shown:
    return Shown(rendition.url, rendition.width, rendition.height)


def srcset(shown: list[Shown]) -> str:
    return ", ".join(f"{each.url} {each.width}w" for each in shown)


def whole_url(image) -> str:
    """Where the picture is as it was uploaded, but for what it says of itself and its place."""
    return draft_files.address(reverse("whole_picture", args=[image.pk]))


def urls(image) -> list[str]:
    """Every address under which a page may show `image`."""
    return [*(rendition.url for rendition in _found(image).values()), whole_url(image)]


def ask_for(image) -> None:
    """Have what is missing made in the background; once in ten minutes, however many ask."""
    from .tasks import make_renditions

    # Where tasks are done at once, the one who asks would wait.
    if not make_renditions.get_backend().supports_defer:
        return
    try:
        if caches["shared"].add(f"picture-asked-{image.pk}", True, _ASKED_AGAIN_AFTER):
            make_renditions.enqueue(image.pk)
    except DatabaseError as error:
        logger.error("The sizes of image %s could not be asked for: %s", image.pk, error)
    except Exception as error:  # each cache has errors of its own, and the page must be read
        logger.error("The cache does not answer: %s", error)
