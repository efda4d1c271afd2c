"""What only one process may be at, on any machine; and is free at once when that one dies."""

import fcntl
from contextlib import contextmanager
from zlib import crc32

from django.conf import settings
from django.db import connection

_OURS = 7_205_242  # any number by which nothing else in this database locks


@contextmanager
def alone(name: str):
    """Whether the caller is the one, until the block ends.

    In PostgreSQL it is a lock of the connection, which goes with it. SQLite is for one
    machine, so there it is a lock of a file.
    """
    with (_in_postgresql if connection.vendor == "postgresql" else _in_file)(name) as mine:
        yield mine


@contextmanager
def _in_postgresql(name):
    # PostgreSQL's two numbers are of 32 bits, with a sign.
    key = [_OURS, crc32(name.encode()) - 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


@contextmanager
def _in_file(name):
    with (settings.VAR_DIR / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
