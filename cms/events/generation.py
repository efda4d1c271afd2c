"""The content generation: a number that moves whenever readers may see something else.

What was made at one generation is right for as long as the number stays. Asking
costs next to nothing, in any process: on one host the number is in a file that
all of them have mapped into memory, across hosts it is in Redis (`CACHE_URL`).

A second number moves when something was taken from readers: unpublished, deleted,
made private. While it stays, an older copy shows nothing that may not be seen.

Numbers begin at the clock's and only go up, so one that was lost never comes again.
"""

import fcntl
import logging
import mmap
import os
import struct
import sys
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.cache import caches

logger = logging.getLogger(__name__)

SECONDS_TO_WAIT = 0.5  # for Redis; then it is away
SECONDS_AWAY = 1  # until it is asked again
_BOTH = struct.Struct("=QQ")

#: What is compared: the number, and how often this process lost sight of it.
Mark = tuple[int, int]


def current():
    """The generation of this site."""
    shared = settings.CACHES["shared"]
    if shared["BACKEND"].endswith(".RedisCache"):
        locations = shared["LOCATION"]
        leader = locations if isinstance(locations, str) else locations[0]
        return _in_redis(leader, caches["shared"].make_key("content-generation"))
    return _in_file(settings.GENERATION_FILE)


class FileGeneration:
    """Two numbers in a file, mapped into the memory of each process of a host."""

    def __init__(self, path):
        self._path = Path(path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as file:
            if os.fstat(file).st_size < _BOTH.size:
                os.write(file, _BOTH.pack(time.time_ns(), time.time_ns()))
            self._map = mmap.mmap(file, _BOTH.size)

    def mark(self) -> Mark:
        return int.from_bytes(self._map[:8], sys.byteorder), 0

    def taken(self) -> int:
        """Another number when something was taken from readers."""
        return int.from_bytes(self._map[8:], sys.byteorder)

    def move(self, takes=False) -> None:
        with self._locked():
            # First what was taken: whoever sees the new generation sees that too.
            for start in (8, 0) if takes else (0,):
                part = slice(start, start + 8)
                before = int.from_bytes(self._map[part], sys.byteorder)
                after = max(before + 1, time.time_ns())
                self._map[part] = after.to_bytes(8, sys.byteorder)

    @contextmanager
    def _locked(self):
        """The file, opened anew: so the lock is held against threads and forks as well."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # closing is not enough: the map holds the file too
            os.close(file)


class RedisGeneration:
    """Two numbers in Redis, for several hosts. While it is away, nobody knows them."""

    def __init__(self, url, key):
        import redis  # which a site on one host does not need
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._errors = redis.RedisError
        self._number, self._taken = f"{key}:number", f"{key}:taken"
        self._sights = 0  # a new connection may have missed what happened before it
        self._away_until = 0.0
        self._owed = None  # a move that Redis has not been told of: whether it takes
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=SECONDS_TO_WAIT,
            socket_connect_timeout=SECONDS_TO_WAIT,
            retry=Retry(NoBackoff(), 0),
            redis_connect_func=self._connected,
        )

    def _connected(self, connection):
        self._sights += 1
        connection.on_connect()

    def mark(self) -> Mark | None:
        found = self._ask(self._number)
        return None if found is None else (found, self._sights)

    def taken(self) -> int | None:
        return self._ask(self._taken)

    def move(self, takes=False) -> None:
        takes = takes or bool(self._owed)
        try:
            self._tell(takes)
        except self._errors as error:
            self._lost(error)
            self._owed = takes
        else:
            self._owed = None

    def _ask(self, key):
        if time.monotonic() < self._away_until:
            return None
        try:
            if self._owed is not None:
                self._tell(self._owed)
                self._owed = None
            found = self._redis.get(key)
            if found is None:
                self._redis.set(key, time.time_ns(), nx=True)
                found = self._redis.get(key)
            return int(found)
        except self._errors as error:
            return self._lost(error)

    def _tell(self, takes):
        steps = self._redis.pipeline(transaction=True)
        for key in (self._taken, self._number) if takes else (self._number,):
            steps.set(key, time.time_ns(), nx=True)
            steps.incr(key)
        steps.execute()

    def _lost(self, error):
        logger.error("Redis does not say the content generation: %s", error)
        self._sights += 1
        self._away_until = time.monotonic() + SECONDS_AWAY


_in_redis = cache(RedisGeneration)
_in_file = cache(FileGeneration)
