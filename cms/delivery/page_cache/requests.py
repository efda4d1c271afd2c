"""What of a request decides the answer, and how the client wants it packed."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

LONGEST = 1000  # characters of a path, with its query, of which an answer is kept
ENCODINGS = ("br", "gzip")  # the best first


class Place(NamedTuple):
    """An address without its query. `origin` is a front end elsewhere that may read the API."""

    scheme: str
    host: str
    path: str
    origin: str


def place_of(environ) -> Place:
    """Everything as it was sent: what Django takes for another address is another one here."""
    origin = environ.get("HTTP_ORIGIN", "")
    return Place(
        _scheme(environ),
        environ.get("HTTP_HOST", ""),
        environ["PATH_INFO"],
        origin if origin in settings.CORS_ALLOWED_ORIGINS else "",
    )


def _scheme(environ):
    """As Django finds it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        said = environ.get(name)
        if said is not None:
            return "https" if said.split(",", 1)[0].strip() == secure else "http"
    return environ["wsgi.url_scheme"]


def is_known(place: Place, port: str) -> bool:
    """Whether a host is written as the site's own: anyone can make up others that Django takes."""
    name = place.host.removesuffix(f":{port}")
    return name in settings.ALLOWED_HOSTS or (
        "*" in settings.ALLOWED_HOSTS and ":" not in name and name == name.lower()
    )


def without_others(query: str, names: frozenset[str]) -> str:
    """`query` with the parameters of these names alone."""
    asked = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in asked if name in names])


@lru_cache(maxsize=256)
def encoding_for(accepted: str) -> str:
    """The encoding that an Accept-Encoding header likes best of ours; "" for none.

    >>> encoding_for("gzip;q=0.5, br;q=0.1")
    'gzip'
    """
    if len(accepted) > 200:
        return ""
    worth = {}
    for part in accepted.split(","):
        name, *parameters = part.replace(" ", "").lower().split(";")
        worth[name] = _quality(parameters)
    best = max(ENCODINGS, key=lambda name: worth.get(name, worth.get("*", 0)))
    return best if worth.get(best, worth.get("*", 0)) > 0 else ""


def _quality(parameters):
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0
    return 1


def has(etag: str, asked: str) -> bool:
    """Whether an If-None-Match header names `etag`; weakly, as RFC 9110 says.

    No quotation mark or comma is in our ETags, so pieces can be told apart simply.
    """
    if asked in (etag, "*"):
        return True
    return any(part.strip().removeprefix("W/") == etag for part in asked.split(","))
