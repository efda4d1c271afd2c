"""The story: the stream of blocks that every page's body is made of."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError

from .callouts import AccordionBlock, DetailsBlock, InsetBlock, WarningBlock
from .data import ChecklistBlock, EasyReadBlock, StepsBlock, TableBlock
from .links import CallToActionBlock, CardsBlock, ContactBlock
from .media import DocumentBlock, ImageBlock, VideoBlock
from .text import HeadingBlock, ParagraphBlock, QuoteBlock

PAGE_TITLE_LEVEL = 1


class Heading(NamedTuple):
    """A heading of a story: its level (2 to 4), its words, and its anchor in the page."""

    index: int
    level: int
    text: str
    anchor: str


def _opened_heading(child) -> tuple[int, str, str] | None:
    """Level, words and wished-for anchor of the heading that a block opens a section with."""
    if child.block_type == "heading":
        level = child.value.get("level") or "h2"
        return int(level[1]), child.value.get("text") or "", child.value.get("anchor") or ""
    level = getattr(child.block.meta, "heading_level", None)
    if level:
        return level, child.block.heading_text(child.value), ""
    return None


def outline(stream, prefix="") -> list[Heading]:
    """The headings of a story, in order, each with an anchor of its own.

    `prefix` sets the anchors of several stories on one page apart.
    """
    headings, used = [], set()
    for index, child in enumerate(stream):
        opened = _opened_heading(child)
        if opened is None:
            continue
        level, text, wished = opened
        base = wished or slugify(text) or "section"
        base = f"{prefix}-{base}" if prefix else base
        anchor, count = base, 1
        while anchor in used:
            count += 1
            anchor = f"{base}-{count}"
        used.add(anchor)
        headings.append(Heading(index, level, text, anchor))
    return headings


class BaseStoryBlock(blocks.StreamBlock):
    """A stream that keeps its headings in order and tells each block which level it is at.

    A block that opens a section of its own sets `heading_level` in its Meta and
    has a `heading_text(value)` method.

    A template that shows several stories gives each an `anchor_prefix`, and by
    `heading_shift` how many levels lower their headings are than in their own page.
    """

    class Meta:
        template = "blocks/story.html"

    def clean(self, value):
        value = super().clean(value)
        previous, errors = PAGE_TITLE_LEVEL, {}
        for heading in outline(value):
            if heading.level > previous + 1:
                errors[heading.index] = ValidationError(
                    f"“{heading.text}” skips a heading level. "
                    "Choose a higher level, or put a heading for its section before it."
                )
            previous = heading.level
        if errors and not self.is_deferred_validation:
            raise StreamBlockValidationError(block_errors=errors)
        return value

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        prefix = context.get("anchor_prefix", "")
        shift = int(context.get("heading_shift", 0))
        headings = {heading.index: heading for heading in outline(value, prefix)}
        level, placed = PAGE_TITLE_LEVEL, []
        for index, child in enumerate(value):
            heading = headings.get(index)
            if heading:
                level = heading.level
            placed.append(
                {
                    "block": child,
                    # A heading inside this block is one level below the nearest above it.
                    "heading_level": min(level + 1 + shift, 6),
                    "anchor": heading.anchor if heading else "",
                    # Its picture is seen at once. A story with a prefix is one of several.
                    "at_the_top": index == 0 and not prefix,
                }
            )
        context["placed"] = placed
        return context


class StoryBlock(BaseStoryBlock):
    """What every page can tell its story with."""

    heading = HeadingBlock(group="Text")
    rich_text = ParagraphBlock(group="Text")
    quote = QuoteBlock(group="Text")
    easy_read = EasyReadBlock(group="Text")
    image = ImageBlock(group="Pictures, films and files")
    video = VideoBlock(group="Pictures, films and files")
    document = DocumentBlock(group="Pictures, films and files")
    inset = InsetBlock(group="Set apart")
    warning = WarningBlock(group="Set apart")
    details = DetailsBlock(group="Set apart")
    accordion = AccordionBlock(group="Set apart")
    steps = StepsBlock(group="In order, in rows")
    checklist = ChecklistBlock(group="In order, in rows")
    table = TableBlock(group="In order, in rows")
    cards = CardsBlock(group="Where to go next")
    call_to_action = CallToActionBlock(group="Where to go next")
    contact = ContactBlock(group="Where to go next")

    class Meta:
        icon = "doc-full"
        label = "Story"
        description = "The body of a page."
