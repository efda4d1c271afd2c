"""Wagtail's database search, for queries with anything in them.

On SQLite a lone quotation mark in a query ends FTS5's string early and the
search fails (modelsearch 1.3.2). To the index a mark is only a gap between
words, so a space stands for it. `tests/core/test_search_backend.py` says when
upstream is mended and this file can go.
"""

from wagtail.search.backends import database

_MARKS = str.maketrans({'"': " ", "\x00": " "})


def SearchBackend(params):  # noqa: N802 - the name that Wagtail looks for
    """The backend of the current database, with quotation marks read as spaces."""
    backend = database.SearchBackend(params)

    class QuoteProofBackend(type(backend)):
        def search(self, query, *args, **kwargs):
            return super().search(_without_marks(query), *args, **kwargs)

        def autocomplete(self, query, *args, **kwargs):
            return super().autocomplete(_without_marks(query), *args, **kwargs)

    return QuoteProofBackend(params)


def _without_marks(query):
    return query.translate(_MARKS).strip() if isinstance(query, str) else query
