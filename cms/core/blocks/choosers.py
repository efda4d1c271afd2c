"""Choosers that read what they point at together: see `cms.core.references`."""

from django.forms import Select
from django.utils.functional import cached_property
from wagtail.blocks import ChooserBlock, RichTextBlock
from wagtail.blocks import PageChooserBlock as WagtailPageChooserBlock
from wagtail.documents.blocks import DocumentChooserBlock as WagtailDocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock as WagtailImageChooserBlock
from wagtail.models import Collection
from wagtail.snippets.blocks import SnippetChooserBlock as WagtailSnippetChooserBlock

from .. import references, shapes
from ..representations import document_json, image_json, page_json, rich_text_json
from ..rich_text import FEATURES


def request_of(context):
    """The request that an API answers, from the context a block's JSON is made in."""
    return context.get("request") if context else None


class _Bulk:
    def bulk_to_python(self, values):
        if references.want(self.model_class, values):
            return [None] * len(values)
        return references.get_many(self.model_class, values)


class ImageChooserBlock(_Bulk, WagtailImageChooserBlock):
    def get_api_representation(self, value, context=None) -> shapes.Image | None:
        return image_json(value, request_of(context))


class PageChooserBlock(_Bulk, WagtailPageChooserBlock):
    def get_api_representation(self, value, context=None) -> shapes.PageLink | None:
        return page_json(value, request_of(context))


class DocumentChooserBlock(_Bulk, WagtailDocumentChooserBlock):
    def get_api_representation(self, value, context=None):
        return document_json(value, request_of(context))


class SnippetChooserBlock(_Bulk, WagtailSnippetChooserBlock):
    """The snippet's model says by `as_json(request)` how an API shows it."""

    def get_api_representation(self, value, context=None):
        return value.as_json(request_of(context)) if value else None


class CollectionChooserBlock(_Bulk, ChooserBlock):
    """One of the collections in which images and documents are kept."""

    target_model = Collection
    widget = Select()

    @cached_property
    def field(self):
        field = super().field
        field.label_from_instance = lambda collection: (
            "\u2003" * max(collection.depth - 2, 0) + collection.name
        )
        return field

    def get_form_state(self, value):
        return self.widget.format_value(value.pk if value else None)

    def get_api_representation(self, value, context=None) -> shapes.CollectionName | None:
        return {"id": value.pk, "name": value.name} if value else None

    class Meta:
        icon = "folder-open-1"


class TextBlock(RichTextBlock):
    """Rich text with the project's own features, whose links are read in bulk."""

    def __init__(self, **kwargs):
        kwargs.setdefault("features", FEATURES)
        super().__init__(**kwargs)

    def bulk_to_python(self, values):
        for value in values:
            references.want_links(value)
        return super().bulk_to_python(values)

    def get_api_representation(self, value, context=None) -> str:
        return rich_text_json(value.source, request_of(context))
