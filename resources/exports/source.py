"""What a toolkit's downloads are made of: the blocks' own HTML, and the pictures in it."""

import hashlib
import json
import logging
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.html import format_html
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.models import SourceImageIOError

from cms.core import references
from cms.core.renditions import urls
from cms.core.visibility import is_in_public_collection

from .clean import Cleaner, link_inside

logger = logging.getLogger(__name__)

#: How wide pictures are in a download, in pixels: 17 cm at 150 to the inch.
PICTURE_WIDTH = 1000
_PICTURE_SPEC = {
    "png": f"width-{PICTURE_WIDTH}|format-png",
    "jpeg": f"width-{PICTURE_WIDTH}|format-jpeg|jpegquality-85",
}
_WHAT_HELPS = "Upload the picture again, or choose another."
#: Raise it when the same source should give another file.
EDITION_OF_THE_MAKER = 1


class Place(NamedTuple):
    """Where in the editor something stands."""

    page_id: int
    page_title: str
    block_id: str
    block_number: int
    block_label: str

    def __str__(self):
        return f"“{self.page_title}”, block {self.block_number} ({self.block_label})"


class SourceError(Exception):
    """A block that no download can be made of: `place`, and a sentence for the editor."""

    def __init__(self, place: Place | None, problem: str):
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place


@dataclass
class Picture:
    name: str  # of its file, one for each place where it is shown
    alt: str
    content: bytes
    media_type: str


@dataclass
class Chapter:
    """One chapter as HTML that is a level-one heading and what follows it."""

    page_id: int
    slug: str
    url: str
    title: str
    introduction: str
    blocks: list[tuple[Place, str]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    documents: list = field(default_factory=list)
    error: SourceError | None = None


@dataclass
class Publication:
    """A whole toolkit, or one chapter of it, ready to be made into any format."""

    page_id: int
    slug: str
    title: str
    kicker: str  # what stands above the title on the cover
    introduction: str  # plain text
    facts: list[tuple[str, str]]  # what the cover says below the title
    licence: tuple[str, str]  # name, address
    publisher: str
    url: str
    chapters: list[Chapter]

    @property
    def pictures(self) -> list[Picture]:
        return [picture for chapter in self.chapters for picture in chapter.pictures]

    @property
    def documents(self) -> list:
        """Each file that a chapter offers, once."""
        found = {item.pk: item for chapter in self.chapters for item in chapter.documents}
        return list(found.values())

    @property
    def error(self) -> SourceError | None:
        return next((chapter.error for chapter in self.chapters if chapter.error), None)

    @cached_property
    def html(self) -> str:
        """The body: each chapter a level-one heading, its introduction, its blocks."""
        places = {chapter.url: chapter.slug for chapter in self.chapters}
        return link_inside("\n".join(map(chapter_html, self.chapters)), places)

    @cached_property
    def digest(self) -> str:
        """Changes exactly when a download made of this would."""
        told = {
            "maker": EDITION_OF_THE_MAKER,
            "layout": hashlib.sha256(LAYOUT.read_bytes()).hexdigest(),
            "words": [self.title, self.kicker, self.introduction, self.facts, self.licence],
            "publisher": [self.publisher, self.url],
            "html": self.html,
            "pictures": [
                [picture.name, picture.alt, hashlib.sha256(picture.content).hexdigest()]
                for picture in self.pictures
            ],
        }
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


LAYOUT = Path(__file__).with_name("publication.typ")


def chapter_html(chapter: Chapter, blocks=None) -> str:
    """`chapter` as HTML, or only those of its `blocks` that are given."""
    head = format_html(
        '<h1 id="{}">{}</h1>\n<p>{}</p>', chapter.slug, chapter.title, chapter.introduction
    )
    parts = [html for _, html in (chapter.blocks if blocks is None else blocks)]
    return "\n".join([str(head), *parts])


def read_chapters(pages) -> list[Chapter]:
    """`pages` (chapters that readers may see, in order) as HTML, with their pictures.

    Call it inside `references.scope()`. A chapter that can't be read has its
    `error` set; the others are whole.
    """
    references.load_references(pages)
    pictures = _Pictures()
    chapters = []
    for page in pages:
        chapter = Chapter(page.pk, page.slug, page.full_url, page.title, page.introduction)
        cleaner = Cleaner(prefix=page.slug, url=page.full_url, picture=pictures.find)
        try:
            _read_blocks(page, chapter, cleaner, pictures)
        except SourceError as error:
            chapter.error = error
        chapters.append(chapter)
    return chapters


def _read_blocks(page, chapter, cleaner, pictures):
    stream = page.body.stream_block
    context = stream.get_context(page.body, {"page": page, "anchor_prefix": page.slug})
    for number, item in enumerate(context["placed"], start=1):
        child = item["block"]
        place = Place(page.pk, page.title, child.id, number, str(child.block.label))
        pictures.at(place, chapter)
        shown = {
            "page": page,
            "heading_level": item["heading_level"],
            "anchor": item["anchor"],
        }
        try:
            chapter.blocks.append((place, cleaner.clean(child.render(shown))))
        except SourceError:
            raise
        except SourceImageIOError as error:
            raise SourceError(place, f"a picture can't be read. {_WHAT_HELPS}") from error
        except Exception as error:  # whatever a block may do, the others are made
            logger.exception("The downloads can't show %s", place)
            raise SourceError(place, f"it can't be shown ({type(error).__name__}).") from error
    chapter.documents = _documents_of(page)


def _documents_of(page) -> list:
    """The public files that a chapter's blocks offer, from the references of its stream."""
    model = get_document_model()
    keys = {
        int(key)
        for target, key, *_ in page.body.stream_block.extract_references(page.body)
        if target is model
    }
    found = references.get_many(model, sorted(keys))
    return [item for item in found if item is not None and is_in_public_collection(item)]


class _Pictures:
    """Finds the picture behind an address on the page, and reads it in a form for print."""

    def __init__(self):
        self.by_url = {}
        self.read = {}
        self.count = 0

    def at(self, place, chapter):
        self.place, self.chapter = place, chapter

    def find(self, url: str, alt: str) -> str:
        """The file name under which a picture is in the download.

        Raises SourceError when it can't be read.
        """
        if url not in self.by_url:
            # Looked for again each time: a block may just have had one made.
            for image in references.known(get_image_model()):
                self.by_url.update(dict.fromkeys(urls(image), image))
        image = self.by_url.get(url)
        if image is None:
            raise SourceError(self.place, f"the picture “{alt}” is not in the library.")
        self.count += 1
        content, ending = self._content(image)
        name = f"picture-{self.count}.{ending}"
        media_type = "image/png" if ending == "png" else "image/jpeg"
        self.chapter.pictures.append(Picture(name, alt, content, media_type))
        return name

    def _content(self, image):
        if image.pk not in self.read:
            kind = "png" if image.file.name.lower().endswith((".png", ".gif")) else "jpeg"
            try:
                # Read anew: this one knows the renditions of pages, and would make ours each time.
                fresh = type(image).objects.get(pk=image.pk)
                rendition = fresh.get_rendition(_PICTURE_SPEC[kind])
                with rendition.file.open("rb") as file:
                    self.read[image.pk] = file.read(), kind
            except (OSError, SourceImageIOError) as error:
                problem = f"the file of the picture “{image.title}” can't be read. {_WHAT_HELPS}"
                raise SourceError(self.place, problem) from error
        return self.read[image.pk]


def language_tag() -> str:
    """The language of the words, by BCP 47, such as "en-GB"."""
    language, _, region = settings.LANGUAGE_CODE.partition("-")
    return f"{language}-{region.upper()}" if region else language
