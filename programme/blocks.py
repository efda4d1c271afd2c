"""Blocks of the programme: benefits and partners."""

from wagtail import blocks

from cms.core.blocks import OptionalPictureBlock, SnippetChooserBlock, StoryBlock, TextBlock
from cms.core.blocks.media import an_image


class BenefitBlock(OptionalPictureBlock):
    """One benefit: a full row of the benefits page, a card on the home page."""

    title = blocks.CharBlock(max_length=80)
    summary = blocks.TextBlock(
        rows=2, max_length=200, help_text="One sentence. The home page shows it on a card."
    )
    text = TextBlock()
    quote = blocks.TextBlock(
        required=False, rows=2, help_text="A lived experience that shows it, in the person's words."
    )
    quote_name = blocks.CharBlock(required=False, max_length=120, label="Who said it")

    class Meta:
        icon = "thumbtack"
        label = "Benefit"
        label_format = "{title}"
        description = "What people gain from co-production, with a picture and a quote."
        template = "blocks/benefit.html"
        heading_level = 2
        form_layout = [
            "title", "summary", "text", "image", "decorative", "alt_text", "quote", "quote_name",
        ]  # fmt: skip

    @staticmethod
    def heading_text(value):
        return value.get("title") or ""

    def get_preview_value(self):
        return self.normalize(
            {
                "image": an_image(),
                "decorative": True,
                "title": "Personal development",
                "summary": "Learn new skills, meet people and build networks.",
                "text": "<p>People who take part learn by doing, beside others who do.</p>",
                "quote": "I chaired a meeting. I'd never even spoken in one.",
                "quote_name": "Volunteer, Leigh-on-Sea",
            }
        )


class PartnerBlock(blocks.StructBlock):
    partner = SnippetChooserBlock("programme.Partner")
    role = blocks.TextBlock(rows=2, max_length=300, help_text="What this partner does here.")

    class Meta:
        icon = "group"
        label = "Partner"
        label_format = "{partner}"
        description = "An organisation we work with, and its part in the programme."
        template = "blocks/partner.html"
        heading_level = 2

    @staticmethod
    def heading_text(value):
        return value["partner"].name if value.get("partner") else ""

    def get_preview_value(self):
        from .models import Partner

        return self.normalize(
            {"partner": Partner.objects.first(), "role": "Pays for the work and acts on it."}
        )


class BenefitsStoryBlock(StoryBlock):
    benefit = BenefitBlock(group="Benefits")


class PartnersStoryBlock(StoryBlock):
    partner = PartnerBlock(group="Partners")
