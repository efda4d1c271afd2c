"""Bands of the home page: each draws on another page, so nothing is written twice."""

from wagtail import blocks
from wagtail.models import Site

from cms.core.blocks import PageChooserBlock, StoryBlock
from cms.core.kept import kept
from cms.core.references import load_references
from cms.core.visibility import is_public
from cms.delivery.edge import tags


class BandBlock(blocks.StructBlock):
    """A band across the page about one other page. It is left out while that page is not public.

    It is the same wherever its words and its page are, so it is made once until a change.
    """

    heading = blocks.CharBlock(max_length=80)
    introduction = blocks.TextBlock(required=False, rows=2, max_length=300)

    class Meta:
        heading_level = 2

    @staticmethod
    def heading_text(value):
        return value.get("heading") or ""

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        page = value.get("page")
        context["page_shown"] = page if is_public(page) else None
        if context["page_shown"]:
            load_references([page])
        return context

    def render(self, value, context=None):
        context = context or {}
        request, page = context.get("request"), value.get("page")
        site = Site.find_for_request(request) if request else None
        words = {name: each for name, each in value.items() if name != "page"}
        made_of = (self.name, page and page.pk, site and site.pk, context.get("anchor"), str(words))

        def make():
            with tags.collected() as found:
                return super(BandBlock, self).render(value, context), found

        html, found = kept(("band", *made_of), make)
        tags.note(*found)
        return html

    def get_preview_value(self):
        page = self.child_blocks["page"].model_class.objects.live().first()
        return self.normalize({**self.meta.preview_value, "page": page})


class BenefitsBandBlock(BandBlock):
    page = PageChooserBlock("programme.BenefitsPage")

    class Meta:
        icon = "thumbtack"
        label = "Benefits"
        label_format = "{heading}"
        description = "The benefits as cards, from the benefits page."
        template = "blocks/benefits_band.html"
        preview_value = {"heading": "Why take part"}


class ToolkitBandBlock(BandBlock):
    page = PageChooserBlock("resources.ToolkitPage")
    link_text = blocks.CharBlock(max_length=60, default="Read the toolkit")

    class Meta:
        icon = "openquote"
        label = "Toolkit"
        label_format = "{heading}"
        description = "The toolkit and its first chapters."
        template = "blocks/toolkit_band.html"
        preview_value = {"heading": "The co-production toolkit", "link_text": "Read the toolkit"}


class MaterialsBandBlock(BandBlock):
    page = PageChooserBlock("resources.MaterialsPage")
    link_text = blocks.CharBlock(max_length=60, default="See all materials")

    class Meta:
        icon = "folder-open-1"
        label = "Materials"
        label_format = "{heading}"
        description = "A few posters and leaflets, with a way to the rest."
        template = "blocks/materials_band.html"
        preview_value = {"heading": "Tell people about it", "link_text": "See all materials"}


class PartnersBandBlock(BandBlock):
    page = PageChooserBlock("programme.PartnersPage")

    class Meta:
        icon = "group"
        label = "Partners"
        label_format = "{heading}"
        description = "The partners, from the partners page."
        template = "blocks/partners_band.html"
        preview_value = {"heading": "In partnership with"}


class GetInvolvedBandBlock(BandBlock):
    page = PageChooserBlock("programme.GetInvolvedPage")
    link_text = blocks.CharBlock(max_length=60, default="Get involved")

    class Meta:
        icon = "pick"
        label = "Get involved"
        label_format = "{heading}"
        description = "An invitation, with a button to the form."
        template = "blocks/get_involved_band.html"
        preview_value = {
            "heading": "Bring what you know",
            "introduction": "You don't need to be an expert. Your experience is the expertise.",
            "link_text": "Get involved",
        }


class HomeStoryBlock(StoryBlock):
    benefits_band = BenefitsBandBlock(group="Bands")
    toolkit_band = ToolkitBandBlock(group="Bands")
    materials_band = MaterialsBandBlock(group="Bands")
    partners_band = PartnersBandBlock(group="Bands")
    get_involved_band = GetInvolvedBandBlock(group="Bands")
