"""The sizes in which pictures are shown: one list for pages, the API and what is made ahead.

`SPECS` maps a name to a Wagtail filter spec. `WIDTHS` are those that a browser
may choose between by `srcset`; the others have one purpose each.
"""

import logging

from .files import is_stores_fault

logger = logging.getLogger(__name__)

SPECS = {
    "small": "width-480|format-webp|webpquality-80",
    "medium": "width-800|format-webp|webpquality-80",
    "large": "width-1200|format-webp|webpquality-80",
    "thumbnail": "fill-240x160|format-webp|webpquality-80",
    "social": "fill-1200x630|format-jpeg|jpegquality-82",
}
WIDTHS = ("small", "medium", "large")


def renditions(image) -> dict:
    """Every named rendition of `image`, by name.

    Costs no query when the image was read with `Image.for_display()` and its
    renditions are made (they are, when it is uploaded). When one is not, and the
    store of files fails, its place is empty and the page goes on.
    """
    try:
        made = image.get_renditions(*SPECS.values())
    except OSError as error:
        if not is_stores_fault(error.__cause__ or error):  # Wagtail wraps it in one of its own
            raise
        logger.error("No picture of image %s could be made: %s", image.pk, error)
        made = {made.filter_spec: made for made in image.renditions.all()}
    return {name: made.get(spec) or _missing(image, spec) for name, spec in SPECS.items()}


def _missing(image, spec):
    return image.get_rendition_model()(
        image=image, filter_spec=spec, width=image.width, height=image.height, file="images/none"
    )
