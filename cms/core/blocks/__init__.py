from .callouts import AccordionBlock, DetailsBlock, InsetBlock, WarningBlock
from .choosers import (
    CollectionChooserBlock,
    DocumentChooserBlock,
    ImageChooserBlock,
    PageChooserBlock,
    SnippetChooserBlock,
    TextBlock,
)
from .data import ChecklistBlock, EasyReadBlock, StepsBlock, TableBlock
from .links import CallToActionBlock, CardsBlock, ContactBlock, LinkBlock, SocialLinkBlock
from .media import DocumentBlock, ImageBlock, OptionalPictureBlock, PictureBlock, VideoBlock
from .story import BaseStoryBlock, Heading, StoryBlock, outline
from .text import HeadingBlock, ParagraphBlock, QuoteBlock

__all__ = [
    "AccordionBlock",
    "BaseStoryBlock",
    "CallToActionBlock",
    "CardsBlock",
    "ChecklistBlock",
    "CollectionChooserBlock",
    "ContactBlock",
    "DetailsBlock",
    "DocumentBlock",
    "DocumentChooserBlock",
    "EasyReadBlock",
    "Heading",
    "HeadingBlock",
    "ImageBlock",
    "ImageChooserBlock",
    "InsetBlock",
    "LinkBlock",
    "OptionalPictureBlock",
    "PageChooserBlock",
    "ParagraphBlock",
    "PictureBlock",
    "QuoteBlock",
    "SnippetChooserBlock",
    "SocialLinkBlock",
    "StepsBlock",
    "StoryBlock",
    "TableBlock",
    "TextBlock",
    "VideoBlock",
    "WarningBlock",
    "outline",
]
