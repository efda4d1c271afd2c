"""What may be kept of what the site answers: by the page cache, and by caches in front.

A view whose answer is the same for all readers says so by `mark`, or is wrapped
in `same_for_all`; pages are marked by a hook. The middleware then writes the
headers. Whatever is not marked is kept by nobody.
"""

from functools import wraps

from django.conf import settings

MARK = "cms.same_for_all"  # in the environ of a request, where the page cache looks
MISSING = "cms.no_such_page"


def mark(request, *, kept=True, parameters=None) -> None:
    """Say that the answer is the same for all readers.

    `kept` False: it depends on more than what the event log tells, so the page
    cache makes it anew each time. `parameters`: the names of those that it
    depends on; None when it depends on all of them.
    """
    request.META[MARK] = kept
    request.query_parameters = parameters


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
    return (
        f"public, max-age=0, s-maxage={settings.SHARED_MAX_AGE}, "
        f"stale-while-revalidate={settings.STALE_WHILE_REVALIDATE}"
    )


def keeping_middleware(get_response):
    def middleware(request):
        response = get_response(request)
        if MARK in request.META and response.status_code == 200:
            _say(request, response)
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


def _is_page(request):
    return (
        request.resolver_match is not None and request.resolver_match.view_name == "wagtail_serve"
    )
