"""What people gain from co-production."""

from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from cms.core.api_fields import RichTextField as RichTextJSON
from cms.core.models import BasePage
from cms.core.panels import page_tabs
from cms.core.rich_text import FEATURES

from ..blocks import BenefitsStoryBlock


class BenefitsPage(BasePage):
    """The benefits, each with a picture and a quote from lived experience."""

    page_description = "What people gain from co-production: one row for each benefit."
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = []

    introduction = RichTextField(features=FEATURES)
    body = StreamField(BenefitsStoryBlock())

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
        verbose_name = "benefits page"

    @property
    def benefits(self) -> list:
        """The benefits alone, for the home page's band."""
        return [
            {"value": self.body[entry.index].value, "anchor": entry.anchor}
            for entry in self.contents
            if self.body[entry.index].block_type == "benefit"
        ]
