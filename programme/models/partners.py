"""The organisations that work together, and the page about them."""

from django.db import models
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PreviewableMixin
from wagtail.search import index
from wagtail.snippets.models import register_snippet

from cms.core.api_fields import RichTextField as RichTextJSON
from cms.core.models import BasePage
from cms.core.panels import page_tabs
from cms.core.representations import image_json
from cms.core.rich_text import FEATURES

from ..blocks import PartnersStoryBlock
from ..shapes import Partner as PartnerShape


@register_snippet
class Partner(PreviewableMixin, index.Indexed, models.Model):
    """An organisation: written once, shown wherever it has a part to play."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(help_text="Who they are, in two or three sentences.")
    website = models.URLField(blank=True)
    logo = models.ForeignKey(
        "core.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Ask before you use it. It is shown on a light plate, so it works in dark mode.",
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("description"),
        FieldPanel("website"),
        FieldPanel("logo"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def as_json(self, request) -> PartnerShape:
        return {
            "id": self.pk,
            "name": self.name,
            "description": self.description,
            "website": self.website or None,
            "logo": image_json(self.logo, request),
        }

    def get_preview_template(self, request, mode_name):
        return "programme/partner_preview.html"


class PartnersPage(BasePage):
    """Who works together here, and what each of them does."""

    page_description = "The organisations that work together, each with its role here."
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = []

    introduction = RichTextField(features=FEATURES)
    body = StreamField(PartnersStoryBlock())

    edit_handler = page_tabs(
        [TitleFieldPanel("title"), FieldPanel("introduction"), FieldPanel("body")],
    )

    api_fields = [
        *BasePage.api_fields,
        APIField("introduction", serializer=RichTextJSON()),
        APIField("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "partners page"

    @property
    def partners(self) -> list:
        """The partners alone, for the home page's band."""
        return [
            child.value["partner"]
            for child in self.body
            if child.block_type == "partner" and child.value["partner"]
        ]
