"""Making the sizes of a picture: one picture at a time, in little memory, without its metadata.

A photograph may say where it was taken, by whom and with what. None of that is in
any size that is made here, whoever asks for it; its colours are kept as they were.
"""

from contextlib import contextmanager
from copy import copy
from io import BytesIO

import willow
from django.db import transaction
from django.dispatch import Signal
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps
from wagtail.images.models import Filter
from wagtail.images.rect import Rect
from willow.plugins.pillow import PillowImage

#: Sizes of a picture (`instance`) have been made: readers see another than before.
renditions_made = Signal()
#: The shorter side of what sizes are made from: twice the longest that any of them needs.
ENOUGH = 2400
STRIP = 64  # lines of the smaller picture
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L")


def make(image, specs) -> None:
    """Make these sizes of `image`: all of them, or, where that fails, none."""
    if not specs:
        return
    with image.open_file() as file:
        picture = _Picture(file)
    made = [_sized(image, CleanFilter(spec, picture)) for spec in specs]
    # With the note of it: what was made of a page before must not be taken for right.
    with transaction.atomic():
        type(made[0]).objects.bulk_create(made, ignore_conflicts=True)
        renditions_made.send(type(image), instance=image)


def _sized(image, wanted):
    """A rendition whose file is in the store, and that the database does not know yet."""
    rendition = image.get_rendition_model()(
        image=image,
        filter_spec=wanted.spec,
        focal_point_key=wanted.get_cache_key(image),
        file=image.generate_rendition_file(wanted),
    )
    rendition.file.save(rendition.file.name, rendition.file.file, save=False)
    return rendition


def lies_on_its_side(file) -> bool:
    """Whether a photograph has to be turned to be upright."""
    closed = file.closed
    try:
        file.open()
        with Pillow.open(BytesIO(file.read())) as picture:
            # Of others Pillow would read the whole picture to say.
            if picture.format not in ("JPEG", "MPO", "WEBP"):
                return False
            return picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    finally:
        file.close() if closed else file.seek(0)


class CleanFilter(Filter):
    """Wagtail's own, from a picture that says nothing of itself."""

    def __init__(self, spec, picture: "_Picture | None" = None):
        super().__init__(spec)
        self.picture = picture

    def run(self, image, output, source=None):
        picture = self.picture
        if picture is None and source is not None:
            picture = _Picture(source)
        elif picture is None:
            with image.open_file() as file:
                picture = _Picture(file)
        reader = CleanFilter(self.spec, picture)
        return Filter.run(reader, picture.as_if(image), output)

    @contextmanager
    def get_willow_image(self, image, source=None):
        yield self.picture.willow


class _Picture:
    """A picture in memory: upright, in colours of light, and no larger than is needed."""

    def __init__(self, file):
        format_name = willow.Image.open(file).format_name
        file.seek(0)
        with Pillow.open(file) as opened:
            # A JPEG can be read at a half, a quarter or an eighth.
            opened.draft(None, (ENOUGH, ENOUGH))
            opened.load()
            info = dict(opened.info)
            picture, profile = _in_colours(_reduced(opened), info.get("icc_profile"))
        picture.info = info  # which says what is up
        picture = ImageOps.exif_transpose(picture)
        picture.info = {"icc_profile": profile} if profile else {}
        self.willow = PillowImage(picture)
        self.willow.format_name = format_name

    def as_if(self, image):
        """`image` as if its file had this size: its focal point is elsewhere then."""
        width, height = self.willow.get_size()
        if (width, height) == (image.width, image.height) or not image.has_focal_point():
            return image
        across, down = width / image.width, height / image.height
        left, top, right, bottom = image.get_focal_point()
        scaled = (left * across, top * down, right * across, bottom * down)
        same = copy(image)
        same.set_focal_point(Rect(*map(round, scaled)))
        return same


def _reduced(picture):
    if picture.mode in _SIXTEEN_BITS:
        # Pillow by itself takes all that is above 255 for white.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    times = min(picture.size) // ENOUGH
    if times < 2:
        return picture
    if picture.mode in ("1", "P"):
        picture = picture.convert(_mode(picture))
    # In strips, as Pillow makes a second picture of one that is transparent.
    width, height = (-(-side // times) for side in picture.size)
    smaller = Pillow.new(picture.mode, (width, height))
    for top in range(0, height, STRIP):
        box = (0, top * times, picture.width, min((top + STRIP) * times, picture.height))
        smaller.paste(picture.crop(box).reduce(times), (0, top))
    return smaller


def _mode(picture):
    return "RGBA" if picture.has_transparency_data else "RGB"


def _in_colours(picture, profile):
    """`picture` in red, green and blue (and how opaque), and the profile that holds for it."""
    if picture.mode == "CMYK" and profile:
        # The profile says how ink looks on paper; what is made of it is for screens.
        ink, light = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, ink, light, outputMode="RGB"), None
    of_light = picture.mode in ("P", "RGB", "RGBA", "RGBX")
    return picture.convert(_mode(picture)), profile if of_light else None
