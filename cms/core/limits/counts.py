"""How often something was done lately: a number that all processes share.

In Redis where there is one (CACHE_URL), for all machines. Else in a file, for the
processes of this machine. `limits`, the library, does the counting.
"""

import sqlite3
import time
from functools import cache
from pathlib import Path
from threading import Lock

from django.conf import settings
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

PATIENCE = 0.5  # seconds that one waits for what was counted
TIDY_EVERY = 1000  # times of counting
TIDIED = 5000  # numbers at a time: others wait meanwhile


class FileStorage(Storage):
    """Numbers in an SQLite file that is never waited for: a machine that dies loses them."""

    STORAGE_SCHEME = ["counts-in-file"]
    base_exceptions = sqlite3.Error

    def __init__(self, path, **options):
        super().__init__(f"{self.STORAGE_SCHEME[0]}://", wrap_exceptions=False)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock, self._times = Lock(), 0
        self._db = sqlite3.connect(
            path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=OFF",
            "CREATE TABLE IF NOT EXISTS counts "
            "(key TEXT PRIMARY KEY, number INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS counts_until ON counts (until)",
        ):
            self._db.execute(statement)

    def incr(self, key, expiry, amount=1):
        now = time.time()
        with self._lock, _Transaction(self._db):
            self._times += 1
            if self._times % TIDY_EVERY == 0:
                self._db.execute(
                    "DELETE FROM counts WHERE key IN "
                    "(SELECT key FROM counts WHERE until <= ? LIMIT ?)",
                    [now, TIDIED],
                )
            self._db.execute(
                # One that ends later than it can is of a clock that has been put right since.
                "INSERT INTO counts VALUES (:key, :amount, :until) ON CONFLICT (key) DO UPDATE SET "
                "number = CASE WHEN until > :now AND until <= :until "
                "THEN number + :amount ELSE :amount END, "
                "until = CASE WHEN until > :now AND until <= :until THEN until ELSE :until END",
                {"key": key, "amount": amount, "until": now + expiry, "now": now},
            )
            return self._row(key)[0]

    def get(self, key):
        with self._lock:
            number, until = self._row(key)
        return number if until > time.time() else 0

    def get_expiry(self, key):
        with self._lock:
            return self._row(key)[1]

    def _row(self, key):
        found = self._db.execute("SELECT number, until FROM counts WHERE key = ?", [key])
        return found.fetchone() or (0, time.time())

    def check(self):
        self.get("")
        return True

    def reset(self):
        with self._lock:
            return self._db.execute("DELETE FROM counts").rowcount

    def clear(self, key):
        with self._lock:
            self._db.execute("DELETE FROM counts WHERE key = ?", [key])


class _Transaction:
    """One that writes from its beginning, so that it waits its turn rather than fail."""

    def __init__(self, db):
        self._db = db

    def __enter__(self):
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, *_):
        try:
            if not kind:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # the disk is full, say
                self._db.execute("ROLLBACK")


def in_redis() -> bool:
    return settings.CACHES["shared"]["BACKEND"].endswith(".RedisCache")


@cache
def shared() -> FixedWindowRateLimiter:
    """What all processes count together. Its methods raise what `errors` names."""
    return FixedWindowRateLimiter(_in_redis() if in_redis() else FileStorage(settings.COUNTS_FILE))


@cache
def of_this_process() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(MemoryStorage())


def _in_redis():
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    locations = settings.CACHES["shared"]["LOCATION"]
    return RedisStorage(
        locations if isinstance(locations, str) else locations[0],
        key_prefix="counts",
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )


def errors() -> tuple:
    """What says that nothing can be counted now."""
    return shared().storage.base_exceptions, OSError
