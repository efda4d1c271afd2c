"""The front door."""

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.search import index

from cms.core.api_fields import ImageField
from cms.core.blocks import LinkBlock
from cms.core.models import BasePage
from cms.core.panels import page_tabs

from ..blocks import HomeStoryBlock


class HomePage(BasePage):
    """A greeting, two ways in, and bands that draw on the other pages."""

    page_description = "The front page of the site: a greeting and bands about other pages."
    admin_default_ordering = "ord"  # as in the menu
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "home.StandardPage",
        "programme.BenefitsPage",
        "programme.PartnersPage",
        "programme.GetInvolvedPage",
        "resources.ToolkitPage",
        "resources.MaterialsPage",
    ]

    hero_title = models.CharField("greeting", max_length=80)
    hero_text = models.TextField("words below it", max_length=300)
    hero_image = models.ForeignKey(
        "core.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="picture",
        help_text="Leave empty to show the programme's own two circles.",
    )
    hero_links = StreamField(
        [("link", LinkBlock())],
        max_num=2,
        blank=True,
        verbose_name="buttons",
        help_text="The first is the one most people should press.",
    )
    body = StreamField(HomeStoryBlock())

    edit_handler = page_tabs(
        [
            TitleFieldPanel("title"),
            MultiFieldPanel(
                [
                    FieldPanel("hero_title"),
                    FieldPanel("hero_text"),
                    FieldPanel("hero_links"),
                    FieldPanel("hero_image"),
                ],
                heading="Top of the page",
            ),
            FieldPanel("body"),
        ],
    )

    api_fields = [
        *BasePage.api_fields,
        APIField("hero_title"),
        APIField("hero_text"),
        APIField("hero_image", serializer=ImageField()),
        APIField("hero_links"),
        APIField("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("hero_title"),
        index.SearchField("hero_text"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "home page"
