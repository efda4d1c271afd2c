"""What Django answered, and whether it may be kept."""

import re
import time
from typing import NamedTuple

from cms.events import version

from ..keeping import MARK, MISSING

SECONDS_MISSING = 10  # that “not found” is kept
_AGE = re.compile(r"\bs-maxage=(\d+)")
_NAMES = re.compile(r'"([^"]*)"')
_MAY_VARY_ON = {"accept-encoding", "origin"}


class Answer:
    """What an application says, until its body is read or handed on."""

    def __init__(self, application, environ):
        self.made = time.time()
        self.environ = environ
        self.status, self.headers = "", []
        self.parts = application(environ, self._start)
        self.by_name = {}
        for name, value in self.headers:
            self.by_name.setdefault(name.lower(), []).append(value)

    def _start(self, status, headers, exc_info=None):
        self.status, self.headers = status, headers
        return lambda data: None  # Django never writes so

    @property
    def failed(self) -> bool:
        return self.status.startswith("5")

    def header(self, name) -> str:
        return ", ".join(self.by_name.get(name, ()))

    def is_same_for_all(self) -> bool:
        """Whether Django marked it as such, and nothing in it says otherwise."""
        if self.status.startswith("200"):
            said = MARK in self.environ and self.seconds > 0
        else:
            said = self.status.startswith("404") and MISSING in self.environ
        return (
            said
            and not {"set-cookie", "content-encoding", "content-range"} & self.by_name.keys()
            and not re.search(r"\b(private|no-store|no-cache)\b", self.header("cache-control"))
            and {name.strip().lower() for name in self.header("vary").split(",") if name.strip()}
            <= _MAY_VARY_ON
        )

    @property
    def seconds(self) -> int:
        """For how long caches may keep it."""
        if self.status.startswith("404"):
            return SECONDS_MISSING
        found = _AGE.search(self.header("cache-control"))
        return int(found[1]) if found else 0

    @property
    def depends_on_events_alone(self) -> bool:
        return self.environ.get(MARK, True)

    @property
    def parameters(self) -> frozenset[str] | None:
        """The query parameters that it looked at; None when it may have been all of them.

        https://datatracker.ietf.org/doc/draft-ietf-httpbis-no-vary-search/
        """
        said = self.header("no-vary-search")
        return frozenset(_NAMES.findall(said)) if said.startswith("params") else None

    def close(self) -> None:
        """What the framework does at the end of a request is done then."""
        if hasattr(self.parts, "close"):
            self.parts.close()


class Holds(NamedTuple):
    """For how long what the content says holds, and since when."""

    changed: float | None
    until: float

    @classmethod
    def now(cls) -> "Holds":
        """Within a request, whose connection to the database it uses. Raises DatabaseError."""
        found = version.current()
        return cls(
            found.changed and found.changed.timestamp(),
            found.until.timestamp() if found.until else float("inf"),
        )
