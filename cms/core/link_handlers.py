"""Links in rich text: read in bulk, and never to what readers may not see."""

from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from . import references
from .visibility import is_in_public_collection, is_public


class _BulkLinks:
    @classmethod
    def get_many(cls, attrs_list):
        keys = [int(attrs["id"]) if attrs.get("id", "").isdigit() else None for attrs in attrs_list]
        return references.get_many(cls.get_model(), keys)


class BulkPageLinkHandler(_BulkLinks, PageLinkHandler):
    @classmethod
    def get_many(cls, attrs_list):
        """Without pages that are not public: the words stay, and lead nowhere."""
        return [page if is_public(page) else None for page in super().get_many(attrs_list)]


class BulkDocumentLinkHandler(_BulkLinks, DocumentLinkHandler):
    @classmethod
    def get_many(cls, attrs_list):
        """Without documents of private collections, likewise."""
        return [
            document if document and is_in_public_collection(document) else None
            for document in super().get_many(attrs_list)
        ]
