"""What a search finds: pages first, then documents."""

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from wagtail.documents import get_document_model
from wagtail.models import Page, Site, get_page_models

from cms.core.models import BasePage
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
            *(self._page(*found) for found in _with_summaries(pages)),
            *(self._document(document) for document in documents),
        ]

    def _page(self, page, model, summary):
        return {
            "kind": getattr(model, "reader_kind", "Page"),
            "title": page.title,
            "url": page.get_url(self.request),
            "summary": summary,
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


def _with_summaries(pages):
    """(page, its type, its summary) of each, in the same order: one query for all types."""
    keys = [page.pk for page in pages]
    types = [model for model in get_page_models() if issubclass(model, BasePage)]
    summaries = {model: f"{model._meta.model_name}__summary" for model in types}
    rows = Page.objects.filter(pk__in=keys).values("pk", *summaries.values())
    by_key = {row["pk"]: row for row in rows}
    for page in pages:
        model = page.specific_class or Page
        yield page, model, by_key[page.pk].get(summaries.get(model), "") or ""
