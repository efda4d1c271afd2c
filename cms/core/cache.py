"""Redis as a cache that may be away: then nothing is found in it, and nothing is kept."""

import logging
import threading
import time
from functools import wraps

from django.core.cache.backends import redis

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds that one waits for it
SECONDS_AWAY = 5  # until it is asked again, after it has failed


class _Away:
    """Whether it has failed a moment ago, for all threads. The log has one line then."""

    def __init__(self):
        self._until, self._lock = 0.0, threading.Lock()

    def now(self) -> bool:
        return time.monotonic() < self._until

    def note(self, error) -> None:
        with self._lock:
            said = self._until and time.monotonic() < self._until + SECONDS_AWAY
            self._until = time.monotonic() + SECONDS_AWAY
        if not said:
            logger.error("Redis is away: nothing is cached. %s", error)


_away = _Away()


def _or(instead):
    """`instead(…)`, a method's own arguments, while Redis is away."""

    def decorate(method):
        @wraps(method)
        def asked(self, *args, **kwargs):
            from redis import RedisError  # which a site without a Redis does not need

            if not _away.now():
                try:
                    return method(self, *args, **kwargs)
                except (RedisError, OSError) as error:
                    _away.note(error)
            return instead(*args, **kwargs)

        return asked

    return decorate


class RedisCache(redis.RedisCache):
    """Django's, which raises while Redis is away: no page could be read then."""

    def __init__(self, server, params):
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        patient = {
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
            # Once more, on a new connection: the old one may be of before a restart.
            "retry": Retry(NoBackoff(), 1),
        }
        super().__init__(server, {**params, "OPTIONS": {**patient, **params.get("OPTIONS", {})}})

    get = _or(lambda key, default=None, version=None: default)(redis.RedisCache.get)
    get_many = _or(lambda *args, **kwargs: {})(redis.RedisCache.get_many)
    has_key = _or(lambda *args, **kwargs: False)(redis.RedisCache.has_key)
    add = _or(lambda *args, **kwargs: False)(redis.RedisCache.add)
    set = _or(lambda *args, **kwargs: None)(redis.RedisCache.set)
    set_many = _or(lambda data, *args, **kwargs: list(data))(redis.RedisCache.set_many)
    touch = _or(lambda *args, **kwargs: False)(redis.RedisCache.touch)
    delete = _or(lambda *args, **kwargs: False)(redis.RedisCache.delete)
    delete_many = _or(lambda *args, **kwargs: None)(redis.RedisCache.delete_many)
