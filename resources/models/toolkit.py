"""The toolkit and its chapters: a publication, read on the page or taken away."""

from datetime import date
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.api import APIField
from wagtail.contrib.routable_page.models import path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.core import references
from cms.core.api_fields import ImageField, JSONOf, VisiblePagesField
from cms.core.api_fields import RichTextField as RichTextJSON
from cms.core.blocks import StoryBlock
from cms.core.kept import Newest, kept
from cms.core.models import BasePage
from cms.core.navigation import siblings
from cms.core.panels import page_tabs
from cms.core.rich_text import FEATURES
from cms.core.visibility import public_pages

from ..api_fields import DownloadsField, reading_minutes
from ..blocks import ToolkitStoryBlock
from .downloadable import DOWNLOADS_TAB, DownloadableMixin


class ChangeBlock(blocks.StructBlock):
    """A line of “what has changed”."""

    date = blocks.DateBlock(default=timezone.localdate)
    text = blocks.TextBlock(rows=2, max_length=300, help_text="What is different, for a reader.")
    minor = blocks.BooleanBlock(
        required=False,
        label="A small correction",
        help_text="Small corrections are kept, and not listed.",
    )

    class Meta:
        icon = "history"
        label = "Change"
        label_format = "{date} {text}"
        description = "What changed in an edition, and when."
        template = "blocks/change.html"
        preview_value = {"date": date(2026, 11, 23), "text": "First edition.", "minor": False}


WORDS_A_MINUTE = 200  # what most adults read with ease

#: Addresses below the toolkit that no chapter may take.
RESERVED_SLUGS = {"all", "download"}


class ToolkitPage(DownloadableMixin, BasePage):
    """The cover, the contents and the editions of the toolkit."""

    reader_kind = "Toolkit"
    download_formats = ("pdf", "docx", "odt", "epub", "zip")
    page_description = "The toolkit's cover and contents. Its chapters are pages inside it."
    admin_default_ordering = "ord"  # as chapters are read
    parent_page_types = ["home.HomePage"]
    subpage_types = ["resources.ToolkitChapterPage"]

    introduction = RichTextField(features=FEATURES)
    edition = models.CharField(max_length=60, help_text="Such as “First edition, November 2026”.")
    cover_image = models.ForeignKey(
        "core.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Upright, like the cover of a book.",
    )
    licence_name = models.CharField(
        "licence", max_length=120, default="Open Government Licence v3.0"
    )
    licence_url = models.URLField(
        "licence's address",
        default="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    )
    change_notes = StreamField(
        [("change", ChangeBlock())],
        blank=True,
        help_text="What has changed, newest first. People who know the toolkit look here.",
    )
    body = StreamField(StoryBlock(), blank=True)

    edit_handler = page_tabs(
        [
            TitleFieldPanel("title"),
            FieldPanel("introduction"),
            FieldPanel("cover_image"),
            FieldPanel("body"),
        ],
        ObjectList(
            [
                MultiFieldPanel(
                    [
                        FieldPanel("edition"),
                        FieldPanel("licence_name"),
                        FieldPanel("licence_url"),
                    ],
                    heading="This edition",
                ),
                FieldPanel("change_notes"),
            ],
            heading="Edition",
        ),
        DOWNLOADS_TAB,
    )

    api_fields = [
        *BasePage.api_fields,
        APIField("introduction", serializer=RichTextJSON()),
        APIField("edition"),
        APIField("cover_image", serializer=ImageField()),
        APIField("licence_name"),
        APIField("licence_url"),
        APIField("change_notes"),
        APIField("chapters", serializer=VisiblePagesField()),
        APIField("downloads", serializer=DownloadsField()),
        APIField("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "toolkit"

    @property
    def chapters(self) -> list:
        """The public chapters, in their order; one query for all toolkits shown together."""
        known = references.remember("chapters", dict)
        if self.path not in known:
            beside = references.together(self)
            known.update({page.path: [] for page in beside if isinstance(page, ToolkitPage)})
            within = reduce(or_, (Q(path__startswith=path) for path in known))
            for chapter in public_pages(ToolkitChapterPage.objects.filter(within)).order_by("path"):
                known[chapter.path[: -Page.steplen]].append(chapter)
        return known[self.path]

    @property
    def updated_at(self):
        """When the toolkit or one of its chapters was last published; None for a draft."""
        dates = [page.last_published_at for page in (self, *self.chapters)]
        return max((date for date in dates if date), default=None)

    @path("all/", name="all")
    def whole(self, request):
        """Every chapter on one page, to read, to search in and to print."""
        references.load_references([self, *self.chapters])
        return self.render(request, template="resources/toolkit_all.html")

    @property
    def listed_changes(self) -> list:
        """Change notes that readers see: all but small corrections."""
        return [change.value for change in self.change_notes if not change.value["minor"]]


class ToolkitChapterPage(DownloadableMixin, BasePage):
    """One chapter. Its place among its siblings is its number."""

    reader_kind = "Toolkit chapter"
    download_formats = ("pdf", "docx")
    page_description = "One chapter of the toolkit: words, checklists, activities, templates."
    parent_page_types = ["resources.ToolkitPage"]
    subpage_types = []

    introduction = models.TextField(
        max_length=400, help_text="One or two sentences: what someone can do after reading this."
    )
    body = StreamField(ToolkitStoryBlock())

    edit_handler = page_tabs(
        [TitleFieldPanel("title"), FieldPanel("introduction"), FieldPanel("body")],
        DOWNLOADS_TAB,
    )

    api_fields = [
        *BasePage.api_fields,
        APIField("introduction"),
        APIField("reading_minutes", serializer=JSONOf(reading_minutes)),
        APIField("downloads", serializer=DownloadsField()),
        APIField("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "toolkit chapter"

    def clean(self):
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError(
                {"slug": f"“{self.slug}” is an address of the toolkit itself. Choose another."}
            )

    @property
    def reading_minutes(self) -> int:
        """How long the chapter takes to read, in whole minutes, at least one.

        Its words are counted once until a change; those of a draft are others.
        """
        body = hash(repr(list(self.body.raw_data)))
        known = kept(("reading minutes", self.pk), lambda: Newest(1))
        minutes = known.get(body)
        if minutes is None:
            texts = self.body.stream_block.get_searchable_content(self.body)
            words = sum(len(str(text).split()) for text in texts)
            minutes = max(1, round(words / WORDS_A_MINUTE))
            known.put({body: minutes})
        return minutes

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        chapters = siblings(self)
        number = next((i for i, chapter in enumerate(chapters) if chapter.pk == self.pk), None)
        context |= {"toolkit": self.get_parent(), "chapters": chapters}
        if number is not None:
            context |= {
                "number": number + 1,
                "previous": chapters[number - 1] if number else None,
                "next": chapters[number + 1] if number + 1 < len(chapters) else None,
            }
        return context
