"""How many may do at once what holds a thread for as long as a client likes.

The server has `THREADS` in each process. Pages are quick, and always find one that is free.
"""

from collections import Counter
from contextlib import contextmanager
from threading import Lock

THREADS = 28  # each takes up to a megabyte
BODIES = 6  # being received
DOWNLOADS = 10  # being sent
WAITING = 6  # for news, in the content API


class NoTurnError(Exception):
    """All are taken, or those of one place."""


class Turns:
    """So many at once, and no more than three quarters of them from one place."""

    def __init__(self, most: int):
        self._most, self._of_one = most, most * 3 // 4
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def one(self, place: str):
        """Raises NoTurnError."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[place] >= self._of_one:
                raise NoTurnError
            self._taken[place] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[place] -= 1
                if not self._taken[place]:
                    del self._taken[place]
