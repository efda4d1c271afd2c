"""What every page asks for, read once and kept until something that readers see changes.

The site's record, the menu, the settings, the alerts, what is restricted: they
change when an editor publishes, and are read for each page. Who knows what has
changed says so by `follow`: a function whose answer is another after each change.

Kept in this process, for its threads together: give out nothing that anyone
alters. Inside a transaction nothing is kept, as nobody else sees what it sees.
"""

import threading

from django.db import connection

from . import draft_files, references

_generation = _generation_at_hand = None
_kept = (None, {})
_MOST = 5000  # things; then all are read anew


class Newest:
    """At most `most` things by their keys, those that were put last; for all threads."""

    def __init__(self, most: int):
        self.most = most
        self._things = {}
        self._lock = threading.Lock()

    def get(self, key, default=None):
        return self._things.get(key, default)

    def put(self, things: dict) -> None:
        with self._lock:
            self._things.update(things)
            for oldest in list(self._things)[: max(len(self._things) - self.most, 0)]:
                del self._things[oldest]


def follow(generation, generation_at_hand) -> None:
    """Ask `generation()` once in a request: what it gives is another after each change.

    `generation_at_hand()` gives the same without a query, or None if that can't be.
    """
    global _generation, _generation_at_hand
    _generation, _generation_at_hand = generation, generation_at_hand


def kept(name, make):
    """`make()`, called once until a change; once in a request where nothing can be kept."""
    if draft_files.is_shown():
        return references.remember(("draft", name), make)  # its addresses are for one reader
    now = references.remember("generation", _now)
    if now is None:
        return references.remember(name, make)
    return _kept_at(now, name, make)


def at_hand(name, make):
    """As `kept`, for what must not cost a query to find out whether there was a change."""
    now = _now(_generation_at_hand)
    return make() if now is None else _kept_at(now, name, make)


def _kept_at(now, name, make):
    global _kept
    known, values = _kept
    if known != now or len(values) > _MOST:
        values = {}
        _kept = (now, values)
    if name not in values:
        values[name] = make()
    return values[name]


def _now(asked=None) -> str | None:
    generation = asked or _generation
    if generation is None or connection.in_atomic_block or not references.in_scope():
        return None
    found = generation()
    return None if found is None else str(found)
