"""The shelf of promotional materials."""

from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from cms.core.api_fields import RichTextField as RichTextJSON
from cms.core.models import BasePage
from cms.core.panels import page_tabs
from cms.core.rich_text import FEATURES

from ..blocks import MaterialsStoryBlock


class MaterialsPage(BasePage):
    """Posters, leaflets, pictures: document collections, each under its heading."""

    reader_kind = "Materials"
    query_parameters = ("kind", "language", "format", "collection", "page")
    page_description = "Posters, leaflets and pictures to take away, shelf by shelf."
    parent_page_types = ["home.HomePage"]
    subpage_types = []

    introduction = RichTextField(features=FEATURES)
    body = StreamField(
        MaterialsStoryBlock(),
        help_text="Add a collection for each shelf. New documents of that collection show up here "
        "by themselves.",
    )

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
        verbose_name = "materials page"

    def get_context(self, request, *args, **kwargs):
        from ..listing import Listing  # it reads documents, and models are read before

        context = super().get_context(request, *args, **kwargs)
        context["listing"] = Listing(self, request)
        return context

    @property
    def newest(self) -> list:
        """Up to four documents with a picture, each of another collection, for the home page."""
        shelves = [
            child.block.documents(child.value)
            for child in self.body
            if child.block_type == "collection"
        ]
        return [
            next(document for document in shelf if document.thumbnail)
            for shelf in shelves
            if any(document.thumbnail for document in shelf)
        ][:4]
