"""A page that tells something: about us, privacy, accessibility."""

from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.search import index

from cms.core.blocks import StoryBlock
from cms.core.models import BasePage
from cms.core.panels import page_tabs


class StandardPage(BasePage):
    """Words and pictures in story blocks."""

    page_description = "A page of words and pictures, such as “About” or “Privacy”."
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]

    body = StreamField(StoryBlock())

    edit_handler = page_tabs([TitleFieldPanel("title"), FieldPanel("body")])

    api_fields = [*BasePage.api_fields, APIField("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "standard page"
