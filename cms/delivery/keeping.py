"""What may be kept of what the site answers: by the page cache, and by caches in front.

A view whose answer is the same for all readers says so by `mark`, or is wrapped
in `same_for_all`; pages are marked by a hook. The middleware then writes the
headers. Whatever is not marked is kept by nobody.
"""

import re
from functools import wraps

from django.conf import settings
from django.utils import timezone

from cms.events import version

from .edge import tags

MARK = "cms.same_for_all"  # in the environ of a request, where the page cache looks
MISSING = "cms.no_such_page"
OLDEST = 24 * 60 * 60  # seconds, of a copy that is given when nothing newer can be made
_SECONDS = re.compile(r"\b(s-maxage|stale-while-revalidate|stale-if-error)=(\d+)")


def mark(request, *, kept=True, parameters=None, of_one=False) -> None:
    """Say that the answer is the same for all readers.

    `kept` False: it depends on more than what the event log tells, so the page
    cache makes it anew each time. `parameters`: the names of those that it
    depends on; None when it depends on all of them. `of_one`: it changes only with
    what is read for it; else caches in front forget it at each change.
    """
    request.META[MARK] = kept
    request.query_parameters = parameters
    if not of_one:
        tags.note(tags.CHANGES)


def same_for_all(view, may=lambda request: True):
    """`view`, marked; for requests that `may` does not refuse."""

    @wraps(view)
    def marked(request, *args, **kwargs):
        if may(request):
            mark(request)
        return view(request, *args, **kwargs)

    return marked


def is_private(environ) -> bool:
    """Whether a request may be an editor's, by its headers."""
    return "HTTP_AUTHORIZATION" in environ or (
        settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", "")
    )


def cache_control() -> str:
    control = (
        f"public, max-age=0, s-maxage={settings.SHARED_MAX_AGE}, "
        f"stale-while-revalidate={settings.STALE_WHILE_REVALIDATE}"
    )
    # Only by caches that are told what to forget.
    return f"{control}, stale-if-error={OLDEST}" if settings.EDGE_PURGE_URL else control


def until(control: str, seconds: float) -> str:
    """`control` for an answer that nobody may give when `seconds` have passed."""
    left = max(int(seconds), 0)
    kept = {name: int(number) for name, number in _SECONDS.findall(control)}
    after = left - min(kept.get("s-maxage", 0), left)
    most = {"s-maxage": left, "stale-while-revalidate": after, "stale-if-error": after}
    return _SECONDS.sub(lambda found: f"{found[1]}={min(int(found[2]), most[found[1]])}", control)


def keeping_middleware(get_response):
    def middleware(request):
        with tags.collected() as found:
            response = get_response(request)
        if MARK in request.META and response.status_code == 200:
            _say(request, response)
            _tag(response, found)
        elif getattr(response, "is_public_file", False):
            _say_of_file(response)
            _tag(response, found)
        elif response.status_code == 404 and _is_page(request):
            request.META[MISSING] = True
        return response

    return middleware


def _say(request, response):
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = cache_control()
        if request.query_parameters is not None:
            names = " ".join(f'"{name}"' for name in request.query_parameters)
            response["No-Vary-Search"] = f"params, except=({names})" if names else "params"
    shared = "s-maxage" in response["Cache-Control"]
    if shared and is_private(request.META):
        response["Cache-Control"] = "private, no-store"


def _say_of_file(response):
    """Have caches in front keep it for as long as a page: it may go with its own.

    Nobody asks the database when that expires. While it is not known, they keep nothing.
    """
    known = version.at_hand()
    left = settings.SHARED_MAX_AGE if known else 0
    if known and known.until:
        left = min(left, (known.until - timezone.now()).total_seconds())
    response["Cache-Control"] += f", s-maxage={max(int(left), 0)}"


def _tag(response, found):
    if settings.EDGE_PURGE_URL:
        response[tags.HEADER] = tags.header(found)


def _is_page(request):
    return (
        request.resolver_match is not None and request.resolver_match.view_name == "wagtail_serve"
    )
