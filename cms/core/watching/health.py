"""Whether a process answers, and whether it can do its work.

Who asks may be anyone: nothing is said of hosts, versions or errors. Those are
told by `manage.py doctor`, and by the log.
"""

import logging

from django.http import HttpResponseNotAllowed, JsonResponse

from . import services

logger = logging.getLogger(__name__)


_said: dict[str, str] = {}  # how each service was, as the log knows it


def _say_what_changed(findings):
    """A line when a service goes and when it comes, rather than with each look."""
    for finding in findings:
        name = finding.service.name
        if _said.get(name, "ok") != finding.status != "off":
            logger.warning("The %s is %s. %s", name, finding.status, finding.error)
        _said[name] = finding.status


def _safe(view):
    def answer(request):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = view(request)
        response["Cache-Control"] = "no-store"
        if request.method == "HEAD":
            response.content = b""
        return response

    return answer


@_safe
def live(request):
    """This process answers. A process that does not is to be started anew."""
    return JsonResponse({"status": "ok"})


@_safe
def ready(request):
    """200 when pages can be read, be it without some service; 503 when they can't.

    A process that is not ready gets no readers for a while. Starting it anew helps nobody.

    >>> {"status": "degraded", "services": {"mail": {"status": "away", "took_ms": 12}, …}}
    """
    findings = services.look_at_all()
    away = [finding for finding in findings if finding.status == "away"]
    down = any(finding.service.needed for finding in away)
    _say_what_changed(findings)
    return JsonResponse(
        {
            "status": "down" if down else "degraded" if away else "ok",
            "services": {
                finding.service.name: {"status": finding.status, "took_ms": finding.took_ms}
                for finding in findings
            },
        },
        status=503 if down else 200,
    )
