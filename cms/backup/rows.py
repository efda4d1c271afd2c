"""Rows as text that is the same for every database, and back.

No model is made and none saved, so no signal is sent: nothing is told to anyone,
no task begins and no time is set to now.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import QuerySet, sql
from django.db.models.sql.constants import ROW_COUNT

from .tables import fields_of, to_empty

CHUNK = 1024 * 1024  # bytes of rows that are held in memory, give or take one row
_READ_AT_ONCE = 200
_WRITTEN_AT_ONCE = 200
_AS_IT_IS = (bool, int, float, str, type(None))


@contextmanager
def as_it_is_now():
    """The whole database as it is at one moment, while others go on writing."""
    if connection.in_atomic_block:  # a test's, which is such a moment already
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Ours begin with the lock for writing (settings.DATABASES), which keeps editors out.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def read(model) -> Iterator[tuple[int, bytes]]:
    """All rows, by their key, in parts: how many, and their text, a line for each."""
    fields = fields_of(model)
    names = [field.attname for field in fields]
    rows = QuerySet(model).order_by("pk").values_list(*names)
    number, lines = 0, bytearray()
    for row in rows.iterator(chunk_size=_READ_AT_ONCE):
        values = SimpleNamespace(**dict(zip(names, row, strict=True)))
        line = [_plain(field, values) for field in fields]
        lines += json.dumps(line, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"
        number += 1
        if len(lines) >= CHUNK:
            yield number, bytes(lines)
            number, lines = 0, bytearray()
    if number:
        yield number, bytes(lines)


def _plain(field, values):
    value = getattr(values, field.attname)
    # Times as Django's serialisers write them, to the microsecond.
    return value if isinstance(value, _AS_IT_IS) else field.value_to_string(values)


def write(model, names: list[str], text: bytes, leave_out=()) -> int:
    """Add rows as they were read; but not those with a file among `leave_out`."""
    fields = {field.attname: field for field in fields_of(model)}
    fields = [fields[name] for name in names]
    rows = []
    for line in text.splitlines():
        values = json.loads(line)
        if leave_out and not leave_out.isdisjoint(v for v in values if isinstance(v, str)):
            continue
        pairs = zip(fields, values, strict=True)
        rows.append(SimpleNamespace(**{f.attname: f.to_python(value) for f, value in pairs}))
    at_once = min(_WRITTEN_AT_ONCE, connection.ops.bulk_batch_size(fields, rows) or 1)
    for start in range(0, len(rows), at_once):
        query = sql.InsertQuery(model)
        query.insert_values(fields, rows[start : start + at_once], raw=True)
        query.get_compiler(connection=connection).execute_sql()
    return len(rows)


def empty_all() -> None:
    """Take every row away, also what migrations put there: the backup has its own."""
    for model in to_empty():
        sql.DeleteQuery(model).get_compiler(connection=connection).execute_sql(ROW_COUNT)


def settle(models: Iterable) -> None:
    """See that every reference leads somewhere, and that new rows get new numbers."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
