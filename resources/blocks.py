"""Blocks of the toolkit and of the materials page."""

from wagtail import blocks
from wagtail.models import Collection

from cms.core.blocks import (
    CollectionChooserBlock,
    DocumentChooserBlock,
    StoryBlock,
    TextBlock,
)
from cms.core.blocks.choosers import request_of

from .representations import archive_json, document_json
from .shapes import Archive, DocumentFile


class ActivityBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120)
    duration = blocks.CharBlock(max_length=60, help_text="Such as “30 minutes”.")
    group_size = blocks.CharBlock(required=False, max_length=60)
    materials = blocks.CharBlock(
        required=False, max_length=255, help_text="What to have at hand: pens, cards, a big table."
    )
    steps = blocks.ListBlock(TextBlock(), min_num=1)
    learning = TextBlock(
        required=False, label="What people take away", help_text="Questions to end with."
    )

    class Meta:
        icon = "group"
        label = "Activity"
        label_format = "{title}"
        description = "Something a group does together: time, size, things and steps."
        template = "blocks/activity.html"
        preview_value = {
            "title": "Two circles",
            "duration": "30 minutes",
            "group_size": "4 to 12 people",
            "materials": "Large paper, pens",
            "steps": [
                "<p>Draw two circles that overlap.</p>",
                "<p>Write what you know in one, and what others know in the other.</p>",
            ],
            "learning": "<p>What stands in the shared part?</p>",
        }


class TemplateFieldBlock(blocks.StructBlock):
    label = blocks.CharBlock(max_length=160)
    hint = blocks.CharBlock(required=False, max_length=255)
    lines = blocks.IntegerBlock(min_value=1, max_value=12, default=1)

    class Meta:
        icon = "edit"
        label = "Field"
        label_format = "{label}"
        description = "Something to write in, with room for the answer."
        template = "blocks/template_field.html"
        preview_value = {"label": "What is this meeting for?", "lines": 2}


class TemplateBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120)
    introduction = blocks.TextBlock(required=False, rows=2, max_length=400)
    fields = blocks.ListBlock(TemplateFieldBlock(), min_num=1)
    document = DocumentChooserBlock(
        required=False, help_text="The same template as a file to print."
    )

    class Meta:
        icon = "form"
        label = "Template to fill in"
        label_format = "{title}"
        description = "A form to print and write on. It can be a file to download, too."
        template = "blocks/template.html"
        preview_value = {
            "title": "Meeting agenda",
            "introduction": "Send it a week before, so that people can prepare.",
            "fields": [
                {"label": "What is this meeting for?", "lines": 2},
                {"label": "When and where", "hint": "With the way in.", "lines": 1},
            ],
        }


class CollectionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=120)
    introduction = TextBlock(required=False)
    collection = CollectionChooserBlock(
        help_text="Every public document of this collection is shown, and those inside it."
    )

    class Meta:
        icon = "folder-open-1"
        label = "Collection"
        label_format = "{heading}"
        description = "A shelf of promotional materials: all documents of one collection."
        template = "blocks/collection.html"
        heading_level = 2

    @staticmethod
    def heading_text(value):
        return value.get("heading") or ""

    def get_context(self, value, parent_context=None):
        from .works import works  # blocks are read before models

        context = super().get_context(value, parent_context)
        listing = context.get("listing")
        context["shelf"] = (
            listing.shelf_of(value.get("collection"))
            if listing
            else {"documents": works(self.documents(value))}
        )
        return context

    def get_api_representation(self, value, context=None):
        """Besides its fields: `documents`, and `archive`, all of them in one ZIP.

        {"archive": {"url": "https://…", "size": 4200000, "document_count": 12} or None, …}
        """
        from .shelves import archive_of

        json = super().get_api_representation(value, context)
        request, documents = request_of(context), self.documents(value)
        json["documents"] = [document_json(document, request) for document in documents]
        archive = archive_of(value.get("collection"), {document.pk for document in documents})
        json["archive"] = archive_json(archive, request)
        return json

    @staticmethod
    def api_shape(fields: dict) -> dict:
        return {**fields, "documents": list[DocumentFile], "archive": Archive | None}

    @staticmethod
    def documents(value):
        from .shelves import documents_in  # blocks are read before models

        return documents_in(value.get("collection"))

    def get_preview_value(self):
        return self.normalize(
            {
                "heading": "Posters",
                "introduction": "<p>For notice boards, windows and waiting rooms.</p>",
                "collection": Collection.objects.order_by("path").last(),
            }
        )


class ToolkitStoryBlock(StoryBlock):
    activity = ActivityBlock(group="Toolkit")
    template = TemplateBlock(group="Toolkit")


class MaterialsStoryBlock(StoryBlock):
    collection = CollectionBlock(group="Materials")
