"""The WSGI application around the other one.

What is kept is given again while three things hold: the content generation is
the one that it was made at, nothing in it has expired, and it is no older than its
own `s-maxage`. Else it is made anew, once for all who wait for it.
"""

import logging
import threading
import time

from django.db import DatabaseError
from django.utils.http import http_date

from ..edge import tags
from ..keeping import OLDEST, is_private, until
from .answers import Answer, Holds
from .entries import Entry
from .requests import LONGEST, encoding_for, has, is_known, place_of, without_others
from .store import Lately, Store

logger = logging.getLogger(__name__)

PATIENCE = 5  # seconds that one waits for an answer that another is making
_METHODS = {"GET", "HEAD"}
#: How often each kind of answer was given in this process. A number in a dict costs a
#: ten-thousandth of a millisecond, and CPython lets no other thread in between.
given = {"hit": 0, "miss": 0, "stale": 0, "bypass": 0}


class PageCache:
    """`application`, with its answers kept in this process.

    `but_not` are paths of those who watch the site: they are no readers, not counted, and
    wait for nothing here.
    """

    def __init__(
        self, application, generation, *, entries: int, size: int, but_not: frozenset = frozenset()
    ):
        self.application = application
        self.generation = generation
        self.but_not = but_not
        self.store = Store(entries, size)
        self._flights: dict = {}
        self._lock = threading.Lock()
        self._parameters = Lately(entries)  # {place: (mark, names)}
        self._asked = Lately(2 * entries)  # keys on the shelf of others, by their hashes
        self._never_kept = Lately(2 * entries)  # the same, of which nobody need wait

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] in self.but_not:
            return self.application(environ, start_response)
        if environ["REQUEST_METHOD"] not in _METHODS or is_private(environ):
            return self._hand_on(Answer(self.application, environ), start_response)
        place, query = place_of(environ), environ.get("QUERY_STRING", "")
        mark = self.generation.mark()
        if query:
            query = self._that_matters(place, query, mark)
        key = (place, query)
        entry = self._fresh(key, mark)
        if entry is not None:
            return _give(environ, start_response, entry, "hit")
        if mark is None or len(place.path) + len(query) > LONGEST:
            return self._hand_on(Answer(self.application, environ), start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            # A file is not fetched to say its size.
            answer = Answer(self.application, dict(environ))
            if not answer.is_same_for_all():
                return self._hand_on(answer, start_response)
            answer.close()
        return self._make(environ, start_response, key)

    def _that_matters(self, place, query, mark) -> str:
        """`query` without parameters that the page at `place` is known not to look at."""
        known = self._parameters.get(place)
        return without_others(query, known[1]) if known and known[0] == mark else query

    def _fresh(self, key, mark) -> Entry | None:
        entry = self.store.get(key)
        return entry if entry is not None and _holds(entry, mark) else None

    # Making ------------------------------------------------------------------

    def _make(self, environ, start_response, key):
        """One renders and the others wait, unless they are known to get different answers."""
        if self._never_kept.get(hash(key)):
            return self._render(environ, start_response, key, None)
        give_up = time.monotonic() + PATIENCE
        while (left := give_up - time.monotonic()) > 0:
            with self._lock:
                flight = self._flights.get(key)
                leads = flight is None
                if leads:
                    flight = self._flights[key] = _Flight()
            if leads:
                try:
                    # It may have come between the look and the take-off.
                    entry = self._fresh(key, self.generation.mark())
                    if entry is not None:
                        return _give(environ, start_response, entry, "hit")
                    return self._render(environ, start_response, key, flight)
                finally:
                    self._land(key, flight)
            flight.landed.wait(left)
            if flight.brought is None:
                break
            entry, how = flight.brought
            if how == "stale" or _holds(entry, self.generation.mark()):
                return _give(environ, start_response, entry, how)
        return self._render(environ, start_response, key, None)

    def _land(self, key, flight, brought=None):
        if flight is not None and not flight.landed.is_set():
            flight.brought = brought
            with self._lock:
                self._flights.pop(key, None)
            flight.landed.set()

    def _render(self, environ, start_response, key, flight):
        old = self.store.get(key)
        mark, taken = self.generation.mark(), self.generation.taken()
        asked = {**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": key[1]}
        try:
            answer = Answer(self.application, asked)
        except Exception:
            if not self._may_stand_in(old):
                raise
            logger.exception("A page could not be made. An older copy is given.")
            return self._stand_in(environ, start_response, key, flight, old)
        if answer.failed and self._may_stand_in(old):
            answer.close()
            return self._stand_in(environ, start_response, key, flight, old)
        # Some may read a draft whose address they know, and nothing else.
        for_one_origin = not key[0].origin and answer.header("access-control-allow-origin")
        if for_one_origin or not answer.is_same_for_all():
            self._never_kept.note(hash(key))
            if not answer.failed:
                self.store.drop(key)
            self._land(key, flight)  # before the body, which may be a large file
            return self._hand_on(answer, start_response)
        entry = self._entry(answer, mark, taken)
        self._keep(environ, key, answer, entry)
        self._land(key, flight, (entry, "hit") if answer.depends_on_events_alone else None)
        return _give(environ, start_response, entry, "miss", self._outdated(entry))

    def _entry(self, answer, mark, taken) -> Entry:
        headers = [(name, value) for name, value in answer.headers if name.lower() != "vary"]
        vary = list(answer.by_name.get("vary", ()))
        if "accept-encoding" not in answer.header("vary").lower():
            vary.append("Accept-Encoding")
        headers.append(("Vary", ", ".join(vary)))
        holds = None
        try:
            body = b"".join(answer.parts)
            holds = Holds.now()
        except DatabaseError as error:
            logger.error("An answer is not kept, for nobody knows when it expires: %s", error)
            mark = None
        finally:
            answer.close()
        if holds and holds.until < float("inf"):
            headers = [
                (name, until(value, holds.until - answer.made))
                if name.lower() == "cache-control"
                else (name, value)
                for name, value in headers
            ]
        if holds and holds.changed and "last-modified" not in answer.by_name:
            headers.append(("Last-Modified", http_date(holds.changed)))
        expires = holds.until if holds else answer.made
        return Entry(
            answer.status,
            headers,
            body,
            mark=mark,
            taken=taken,
            made=answer.made,
            until=min(answer.made + answer.seconds, expires),
            expires=expires,
        )

    def _keep(self, environ, key, answer, entry):
        """In the store, if it is sure what it is the answer to, and that it still holds."""
        place, query = key
        if not answer.depends_on_events_alone:
            self._never_kept.note(hash(key))
            return
        self._never_kept.forget(hash(key))
        if entry.mark is None or entry.mark != self.generation.mark():
            return
        if answer.parameters is not None:
            self._parameters.note(place, (entry.mark, answer.parameters))
            if without_others(query, answer.parameters) != query:
                return  # the next one asks without them
        if entry.status.startswith("404"):
            if not query:
                self.store.put(self.store.missing, key, entry)
        elif not query and not place.origin and is_known(place, environ.get("SERVER_PORT", "")):
            self.store.put(self.store.pages, key, entry)
        elif self._asked.get(hash(key)):
            self.store.put(self.store.others, key, entry)
        else:
            self._asked.note(hash(key))  # once is not enough

    def _outdated(self, entry):
        """A function that says whether something has changed since `entry` was begun."""
        return lambda: entry.mark is not None and entry.mark != self.generation.mark()

    # An older copy -----------------------------------------------------------

    def _may_stand_in(self, old) -> bool:
        """Whether `old` may be given while nothing newer can be made."""
        now = time.time()
        return (
            old is not None
            and old.status.startswith("200")
            and old.taken is not None
            and now < old.expires
            and now < old.made + OLDEST
            # Whatever was taken from readers since then stays taken.
            and old.taken == self.generation.taken()
        )

    def _stand_in(self, environ, start_response, key, flight, old):
        self._land(key, flight, (old, "stale"))
        return _give(environ, start_response, old, "stale")

    def _hand_on(self, answer, start_response):
        given["bypass"] += 1
        start_response(answer.status, [*answer.headers, ("X-Cache", "bypass")])
        return answer.parts


def _holds(entry, mark) -> bool:
    # What was made later than now is of a clock that has been set back: it would never end.
    return mark is not None and entry.mark == mark and entry.made <= time.time() < entry.until


class _Flight:
    """An answer that is being made, for those who wait for it."""

    def __init__(self):
        self.landed = threading.Event()
        self.brought = None  # (entry, how it is given)


def _give(environ, start_response, entry, how, outdated=lambda: False):
    given[how] += 1
    form = entry.form(encoding_for(environ.get("HTTP_ACCEPT_ENCODING", "")))
    about = [("Age", str(max(int(time.time() - entry.made), 0))), ("X-Cache", how)]
    if how == "stale" or outdated():
        about.append(("Cache-Control", "no-store"))
        headers = [header for header in form.headers if header[0].lower() not in _NOT_OF_STALE]
        start_response(entry.status, headers + about)
    else:
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and entry.status.startswith("200") and has(form.etag, asked):
            start_response("304 Not Modified", form.unchanged + about)
            return [b""]
        start_response(entry.status, form.headers + about)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else form.body]


_NOT_OF_STALE = {
    "cache-control",
    "etag",
    "last-modified",
    "surrogate-key",
    "cache-tag",
    tags.HEADER.lower(),
}
