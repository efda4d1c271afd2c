"""Searches that take no longer than they must, on a site of ten thousand pages.

Wagtail's database search (modelsearch 1.3) joins every row that it finds with its page
and ranks all of them, for the number of results as for the results themselves. On SQLite
it searches once more for each row that it ranks, so four times the pages take sixteen
times as long. Here the index is asked by itself: for keys, which of them are wanted, and
the best of those; then as many objects are read as are shown.

`is_quick` says which searches are done so: for plain words, in all fields. The rest are
left to upstream. `tests/core/test_quick_search.py` compares both, and fails when
upstream has become quick itself.
"""

from functools import reduce
from operator import add

from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    IntegerField,
    OuterRef,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from modelsearch.utils import get_descendants_content_types_pks
from wagtail.search.models import IndexEntry
from wagtail.search.query import PlainText

MOST_RANKED = 500  # of those with the words in the title, and of all: the newest. The rest follow.


class QuickCompiler:
    """Before a query compiler of upstream's: what the index alone can tell."""

    @property
    def is_quick(self) -> bool:
        return (
            isinstance(self.query, PlainText)
            and bool(self.query.query_string.split())
            and self.fields is None
            and isinstance(_target(self.queryset.model._meta.pk), IntegerField)
        )

    def found(self, config):
        """The rows of the index that match and whose objects are wanted, each with its `key`."""
        kinds = get_descendants_content_types_pks(self.queryset.model)
        wanted = self.queryset.order_by().filter(pk=OuterRef("key"))
        return (
            self.matching(config)
            .alias(kind=self.kind)
            .annotate(key=_key(self.entry))
            .filter(Exists(wanted), kind__in=kinds)
        )

    def best(self, config, start, stop) -> list[int]:
        """The keys of these results, the best first."""
        found = self.found(config)
        score = reduce(
            add,
            (
                self.build_tsrank(vector, self.query, config=config) * boost
                for vector, boost in self.vectors(config)
            ),
        )
        ranked, others = self.parted(found, config)
        keys = list(
            ranked.annotate(score=score)
            .order_by(self.order, "-key")
            .values_list("key", flat=True)[start:stop]
        )
        if others is not None and (stop is None or len(keys) < stop - start):
            before = ranked.count()
            first = max(start - before, 0)
            last = None if stop is None else max(stop - before, first)
            keys += others.order_by("-key").values_list("key", flat=True)[first:last]
        return keys

    def search(self, config, start, stop, score_field=None, **more):
        if score_field or not self.is_quick or (self.order_by_relevance and (start or stop)):
            return super().search(config, start, stop, score_field=score_field, **more)
        queryset = self.queryset.filter(pk__in=self.found(config).values("key"))
        if not self.order_by_relevance and not queryset.query.order_by:
            queryset = queryset.order_by("-pk")  # as upstream does
        return queryset[start:stop]


class OnPostgreSQL(QuickCompiler):
    entry, order = "", "-score"
    kind = F("content_type_id")

    def matching(self, config):
        # The very expression of which the database has an index.
        (first, _), *others = self.vectors(config)
        whole = reduce(lambda one, other: CombinedExpression(one, "||", other[0]), others, first)
        words = self.build_tsquery(self.query, config=config)
        return IndexEntry.objects.annotate(words=whole).filter(words=words)

    def vectors(self, config):
        named = self.get_index_vectors(self.build_tsquery(self.query, config=config))
        return [(_here(vector), _here(boost)) for vector, boost in named]

    def parted(self, found, config):
        words = self.build_tsquery(self.query, config=config)
        in_title = found.filter(**{self.vectors(config)[0][0].name: words})
        newest = [some.order_by("-pk").values("pk")[:MOST_RANKED] for some in (in_title, found)]
        near = newest[0].union(newest[1])
        ranked = IndexEntry.objects.filter(pk__in=near).annotate(key=_key(self.entry))
        return ranked, found.exclude(pk__in=near)


class OnSQLite(QuickCompiler):
    entry, order = "index_entry__", "score"
    # Not the bare field: SQLite would go through all rows of a kind by their index, and
    # search for the words once for each.
    kind = F("index_entry__content_type_id") + 0

    def matching(self, config):
        from modelsearch.backends.database.sqlite.query import MatchExpression
        from wagtail.search.models import SQLiteFTSIndexEntry

        words = self.build_search_query(self.query, config=config)
        return SQLiteFTSIndexEntry.objects.filter(MatchExpression(self.FTS_TABLE_FIELDS, words))

    def vectors(self, config):
        return self.get_index_vectors()

    def parted(self, found, config):
        return found, None  # the words' own index knows the worth of each


def compiler_for(backend) -> type[QuickCompiler]:
    """What stands before the compilers of a backend of upstream's."""
    return OnPostgreSQL if "postgres" in backend.__module__ else OnSQLite


class QuickResults:
    """Before upstream's results: counted in the index, and read by their keys."""

    @property
    def _is_quick(self):
        return self.query_compiler.is_quick and not self._score_field

    def _do_search(self):
        compiler = self.query_compiler
        if not (self._is_quick and compiler.order_by_relevance):
            return super()._do_search()
        keys = compiler.best(compiler.get_config(self.backend), self.start, self.stop)
        found = compiler.queryset.order_by().in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def _do_count(self):
        if not self._is_quick:
            return super()._do_count()
        compiler = self.query_compiler
        found = compiler.found(compiler.get_config(self.backend)).count()
        stop = found if self.stop is None else min(self.stop, found)
        return max(stop - self.start, 0)


def _key(entry):
    return Cast(f"{entry}object_id", BigIntegerField())


def _here(value):
    """A field of the index, as its own rows name it."""
    return F(value.name.removeprefix("index_entries__")) if isinstance(value, F) else value


def _target(field):
    """The field of the key itself, where a table's key is another table's."""
    while field.remote_field:
        field = field.target_field
    return field
