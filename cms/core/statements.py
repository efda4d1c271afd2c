"""Queries that Django writes once, and that are asked again and again with other values.

Django takes longer to write a statement than the database to answer it: for what every
reader asks for, that is most of the time. So such a statement is kept as it was written.
"""

from collections.abc import Callable, Iterator
from functools import cache

from django.db import connection


class Statement:
    """`Statement(write, slug="a slug", site=-1)`, and then `statement.rows(slug=…, site=…)`.

    `write(slug=…, site=…)` gives a queryset made by `values_list`. Its shape must not
    follow from the values. They are text and whole numbers, which need no translation for
    a database; those given first are unlike all else in the query, to be found again.
    """

    def __init__(self, write: Callable, **examples: str | int):
        compiler = write(**examples).query.get_compiler(connection=connection)
        self._sql, values = compiler.as_sql()
        names = {value: name for name, value in examples.items()}
        # Where each value is, by its name; or what is there each time.
        self._places = [
            (names.get(value) if isinstance(value, str | int) else None, value) for value in values
        ]
        if missing := set(examples) - {name for name, _ in self._places}:
            raise ValueError(f"These values are not in the statement as they are: {missing}")
        self._fields = [each[0] for each in compiler.select]
        self._compilers = type(compiler)
        self._query = compiler.query

    def rows(self, **values: str | int) -> Iterator[tuple]:
        """One query."""
        asked = [fixed if name is None else values[name] for name, fixed in self._places]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, asked)
            found = cursor.fetchall()
        translated = self._compilers(self._query, connection, None)
        return translated.apply_converters(found, translated.get_converters(self._fields))


def by_key(model, key: int):
    """The `model` that has this key, None if there is none; one query."""
    return next(iter(model._default_manager.raw(_by_key(model), [key])), None)


@cache
def _by_key(model) -> str:
    found = model._base_manager.filter(pk=-1).order_by()
    return found.query.get_compiler(connection=connection).as_sql()[0]
