"""Wagtail's database search, for queries with anything in them and for many pages.

On SQLite a lone quotation mark in a query ends FTS5's string early and the
search fails (modelsearch 1.3.2). To the index a mark is only a gap between
words, so a space stands for it. `tests/core/test_search_backend.py` says when
upstream is mended and that can go. What it does for many pages is in `quick_search`.
"""

from modelsearch.backends.base import EmptySearchResults
from wagtail.search.backends import database, get_search_backend

_MARKS = str.maketrans({'"': " ", "\x00": " "})


def SearchBackend(params):  # noqa: N802 - the name that Wagtail looks for
    """The backend of the current database, with quotation marks read as spaces."""
    from . import quick_search  # which reads the models of the index

    upstream = type(database.SearchBackend(params))
    kind = quick_search.compiler_for(upstream)

    class QuickCompiler(kind, upstream.query_compiler_class):
        pass

    class QuickAutocompleteCompiler(kind, upstream.autocomplete_query_compiler_class):
        pass

    class QuickResults(quick_search.QuickResults, upstream.results_class):
        pass

    class QuoteProofBackend(upstream):
        query_compiler_class = QuickCompiler
        autocomplete_query_compiler_class = QuickAutocompleteCompiler
        results_class = QuickResults

        def search(self, query, *args, **kwargs):
            return super().search(_without_marks(query), *args, **kwargs)

        def autocomplete(self, query, *args, **kwargs):
            return super().autocomplete(_without_marks(query), *args, **kwargs)

        def find(self, query, queryset):
            words = _without_marks(query)
            if not words:
                return EmptySearchResults()
            return self.results_class(self, self.query_compiler_class(queryset, words))

    return QuoteProofBackend(params)


def find(queryset, query: str):
    """`queryset.search(query)`, filtered by any field, whether the index has it or not."""
    return get_search_backend().find(query, queryset)


def _without_marks(query):
    return query.translate(_MARKS).strip() if isinstance(query, str) else query
