"""The outermost middleware: it answers who watches the site, and notes what others ask."""

import logging
import re
import time
from uuid import uuid4

from django.conf import settings

from ..client_address import is_ours
from .health import live, ready
from .scope import scope

logger = logging.getLogger("cms.requests")

_LOOKS_LIKE_ONE = re.compile(r"[\w.=-]{8,64}", re.ASCII)
_NOT_KEPT = re.compile(r"\b(private|no-store)\b")


def watched() -> dict:
    """The addresses at which load balancers and monitors ask, and what answers there."""
    views = {"/health/live/": live, "/health/ready/": ready}
    if settings.METRICS_TOKEN:
        from . import metrics  # with a library that takes a while to import

        views["/metrics/"] = metrics.metrics
    return views


def watching_middleware(get_response):
    views, note_time = watched(), None
    if settings.METRICS_TOKEN:
        from . import metrics

        if metrics.keep_adding_up():
            note_time = metrics.note_request

    def middleware(request):
        if request.path_info in views:
            # Before anything asks for which host this is: they know our number alone.
            return views[request.path_info](request)
        request_id = id_of(request)
        request.about = {"request_id": request_id, "method": request.method, "path": request.path}
        with scope(**request.about):
            started = time.perf_counter()
            response = get_response(request)
            took = time.perf_counter() - started
            if may_say_id(request, response):
                response["X-Request-ID"] = request_id
            if note_time:
                note_time(request, response, took)
            fields = {"status": response.status_code, "milliseconds": round(took * 1000)}
            logger.info("Answered", extra={"fields": fields})
        return response

    return middleware


def id_of(request) -> str:
    """What our own proxy calls this request, or a name that nobody else has."""
    said = request.headers.get("X-Request-ID", "")
    if _LOOKS_LIKE_ONE.fullmatch(said) and is_ours(request.META.get("REMOTE_ADDR", "")):
        return said
    return uuid4().hex


def may_say_id(request, response) -> bool:
    """Whether an answer is for this request alone.

    The page cache, and caches in front, give what they keep to others, and it must
    not say who asked first. So an answer carries the id only if nobody may keep it.
    """
    return (
        request.method not in ("GET", "HEAD")
        or response.status_code >= 500
        or bool(_NOT_KEPT.search(response.get("Cache-Control", "")))
    )
