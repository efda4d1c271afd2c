from django.db import models
from wagtail import blocks
from wagtail.api import APIField
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page
from wagtail.search import index


def struct(template, **children):
    return blocks.StructBlock(list(children.items()), template=f"plain/{template}.html")


def text():
    return blocks.CharBlock(required=False)


def picture():
    return {
        "image": ImageChooserBlock(required=False),
        "decorative": blocks.BooleanBlock(required=False),
        "alt_text": text(),
    }


def link():
    return blocks.StructBlock(
        [
            ("text", text()),
            ("page", blocks.PageChooserBlock(required=False)),
            ("url", blocks.URLBlock(required=False)),
        ]
    )


def rows(**children):
    return blocks.ListBlock(blocks.StructBlock(list(children.items())))


rich = blocks.RichTextBlock

BLOCKS = [
    ("heading", struct("heading", text=text(), level=text(), anchor=text())),
    ("rich_text", rich()),
    ("quote", struct("quote", quote=text(), name=text(), role=text())),
    ("easy_read", struct("easy_read", pairs=rows(**picture(), text=text()))),
    ("image", struct("image", **picture(), caption=text(), credit=text())),
    ("video", struct("video", title=text(), url=text(), transcript=rich(), **picture())),
    ("document", struct("document", document=DocumentChooserBlock(), description=text())),
    ("inset", struct("inset", text=rich())),
    ("warning", struct("inset", text=rich())),
    ("details", struct("details", summary=text(), text=rich())),
    ("accordion", struct("accordion", sections=rows(heading=text(), text=rich()))),
    ("steps", struct("steps", heading=text(), steps=rows(title=text(), text=rich()))),
    ("checklist", struct("checklist", heading=text(), items=blocks.ListBlock(text()))),
    (
        "table",
        struct(
            "table",
            caption=text(),
            row_headers=blocks.BooleanBlock(required=False),
            table=TypedTableBlock(
                [("text", text()), ("number", blocks.DecimalBlock()), ("rich_text", rich())]
            ),
        ),
    ),
    (
        "cards",
        struct(
            "cards", heading=text(), cards=rows(title=text(), text=text(), link=link(), **picture())
        ),
    ),
    ("call_to_action", struct("call_to_action", heading=text(), text=text(), link=link())),
    (
        "contact",
        struct(
            "contact",
            name=text(),
            description=text(),
            email=text(),
            telephone=text(),
            address=text(),
        ),
    ),
    (
        "activity",
        struct(
            "activity",
            title=text(),
            duration=text(),
            group_size=text(),
            materials=text(),
            steps=blocks.ListBlock(text()),
            learning=rich(),
        ),
    ),
    (
        "template",
        struct(
            "template",
            title=text(),
            introduction=text(),
            fields=rows(label=text(), hint=text(), lines=blocks.IntegerBlock()),
            document=DocumentChooserBlock(required=False),
        ),
    ),
    (
        "benefit",
        struct(
            "benefit",
            title=text(),
            summary=text(),
            text=rich(),
            **picture(),
            quote=text(),
            quote_name=text(),
        ),
    ),
]


class PlainPage(Page):
    summary = models.CharField(max_length=255)
    body = StreamField(BLOCKS)

    template = "plain/page.html"
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    api_fields = [APIField("summary"), APIField("body")]
