"""What a search finds: pages first, then documents."""

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from wagtail.documents import get_document_model
from wagtail.models import Page, Site, get_page_models

from cms.core.visibility import in_public_collection, public_pages

MAX_QUERY_LENGTH = 200  # characters; what is longer is cut
DOCUMENT = "document"


def clean_query(text: str) -> str:
    """What someone typed, as one line without control characters."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:MAX_QUERY_LENGTH].strip()


class SearchResults(Sequence):
    """The pages and documents of a site that a query finds, as one list to page through.

    Each item is {"kind", "title", "url", "summary", "page", "document"}, where
    one of the last two is None.
    """

    def __init__(self, query: str, request, types: list[str] = ()):
        """`types` are what to look for, such as "home.HomePage", or "document"; all when empty."""
        self.request = request
        site = Site.find_for_request(request)
        tree = site.root_page.get_descendants(inclusive=True) if site else Page.objects.none()
        # By key, because a search backend can filter only by fields of its index.
        pages = Page.objects.filter(pk__in=public_pages(tree).values("pk"))
        documents = get_document_model().objects.all()
        public = in_public_collection(documents).values("pk")
        documents = documents.filter(pk__in=public)
        if types:
            # Keys of content types, because these are in the index.
            found = [model for model in get_page_models() if model._meta.label in types]
            kinds = ContentType.objects.get_for_models(*found).values()
            pages = pages.filter(content_type__in=[kind.pk for kind in kinds])
            documents = documents if DOCUMENT in types else documents.none()
        self.pages = pages.search(query)
        self.documents = documents.search(query)

    def __len__(self):
        return self.pages.count() + self.documents.count()

    def __getitem__(self, wanted: slice) -> list[dict]:
        page_count = self.pages.count()
        pages = self.pages[wanted.start : min(wanted.stop, page_count)]
        start = max(wanted.start - page_count, 0)
        stop = max(wanted.stop - page_count, 0)
        documents = self.documents[start:stop] if stop else []
        return [
            *(self._page(page) for page in _specific(pages)),
            *(self._document(document) for document in documents),
        ]

    def _page(self, page):
        return {
            "kind": getattr(page, "reader_kind", "Page"),
            "title": page.title,
            "url": page.get_url(self.request),
            "summary": getattr(page, "summary", ""),
            "page": page,
            "document": None,
        }

    def _document(self, document):
        return {
            "kind": document.get_kind_display(),
            "title": document.title,
            "url": document.url,
            "summary": document.description,
            "page": None,
            "document": document,
        }


def _specific(pages):
    """The same pages in the same order, with the fields of their own types but the streams."""
    keys = [page.pk for page in pages]
    found = {
        page.pk: page for page in Page.objects.filter(pk__in=keys).defer_streamfields().specific()
    }
    return [found[key] for key in keys if key in found]
