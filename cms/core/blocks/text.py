"""Blocks of words."""

from wagtail import blocks

from .choosers import TextBlock


class HeadingBlock(blocks.StructBlock):
    """A section's heading: its anchor can be linked to, its level is checked by the story."""

    text = blocks.CharBlock(max_length=120)
    level = blocks.ChoiceBlock(
        choices=[("h2", "Section"), ("h3", "Part of a section"), ("h4", "Part of a part")],
        default="h2",
        help_text="Don't skip a level: a part belongs to a section above it.",
    )
    anchor = blocks.RegexBlock(
        regex=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        required=False,
        max_length=60,
        help_text=(
            "The end of a link to this heading, such as “what-to-bring”. "
            "Leave it empty and it is made from the words."
        ),
        error_messages={"invalid": "Use small letters, numbers and single hyphens only."},
    )

    class Meta:
        icon = "title"
        label = "Heading"
        label_format = "{text}"
        description = "Starts a section. Sections are listed at the side of a long page."
        template = "blocks/heading.html"
        preview_value = {"text": "Before the meeting", "level": "h2"}


class ParagraphBlock(TextBlock):
    class Meta:
        icon = "pilcrow"
        label = "Text"
        description = "Paragraphs, lists and links."
        template = "blocks/rich_text.html"
        preview_value = (
            "<p>Co-production means planning a service <b>together</b>, as equals. "
            "People who use it and people who run it share the decisions.</p>"
            "<ul><li>Everyone's time counts.</li><li>Everyone's experience counts.</li></ul>"
        )


class QuoteBlock(blocks.StructBlock):
    quote = blocks.TextBlock(
        rows=3, help_text="Their own words, without quotation marks: the page adds them."
    )
    name = blocks.CharBlock(
        required=False,
        max_length=80,
        help_text="A name, a first name or nothing: as the person chose.",
    )
    role = blocks.CharBlock(
        required=False, max_length=120, help_text="Such as “parent in Shoeburyness”."
    )

    class Meta:
        icon = "openquote"
        label = "Quote"
        label_format = "{quote}"
        description = "Someone's lived experience, in their own words. Ask before you publish it."
        template = "blocks/quote.html"
        preview_value = {
            "quote": "They asked what would help, and then they did it with us.",
            "name": "Amina",
            "role": "parent in Shoeburyness",
        }
