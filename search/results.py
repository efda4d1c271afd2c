"""What a search finds: pages first, then documents."""

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from wagtail.documents import get_document_model
from wagtail.models import Page, Site, get_page_models

from cms.core.library import public_files
from cms.core.models import BasePage
from cms.core.search_backend import find
from cms.core.visibility import public_pages

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
        pages = public_pages(tree)
        documents = public_files(get_document_model().objects.all(), to_search=True)
        if types:
            found = [model for model in get_page_models() if model._meta.label in types]
            kinds = ContentType.objects.get_for_models(*found).values()
            pages = pages.filter(content_type__in=[kind.pk for kind in kinds])
            documents = documents if DOCUMENT in types else documents.none()
        self.pages = find(pages, query)
        self.documents = find(documents, query)

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
    """(page, its type, its summary) of each, in the same order: one query for all types.

    A join with each type's table would take the database longer to plan than the search.
    """
    keys = defaultdict(list)
    for page in pages:
        keys[page.specific_class or Page].append(page.pk)
    parts = [
        model.objects.filter(pk__in=found).order_by().values_list("pk", "summary")
        for model, found in keys.items()
        if issubclass(model, BasePage)
    ]
    summaries = dict(parts[0].union(*parts[1:], all=True)) if parts else {}
    for page in pages:
        yield page, page.specific_class or Page, summaries.get(page.pk, "")
