"""Saying no: a page for people, RFC 9457 problem details for programs.

Neither needs a database, a request or a style sheet: it has to work when nothing else does.
"""

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from http import HTTPStatus

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpResponse
from django.template.loader import render_to_string

MEDIA_TYPE = "application/problem+json"
APIS = "/api/"


def problem(status: int, detail: str, errors: list[dict] | None = None) -> HttpResponse:
    """An answer that says what went wrong. It is never kept by a cache in between."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def refuse(path: str, status: int, title: str, detail: str, seconds: int = 0) -> HttpResponse:
    """What is answered at `path`, where nothing else can be. `seconds`: when to try again.

    `detail` is one or more sentences, for the person or the program's maker.
    """
    if path.startswith(APIS):
        response = problem(status, f"{detail} {when(seconds)}".strip())
    else:
        page = render_to_string(
            "refused.html", {"title": title, "detail": detail, "when": when(seconds)}
        )
        response = _as_page(page, status)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def when(seconds: int) -> str:
    """When it is worth trying again, in a sentence; "" for 0.

    >>> when(90)
    'Try again in 2 minutes.'
    """
    if not seconds:
        return ""
    minutes = -(-seconds // 60)
    if minutes < 60:
        return f"Try again in {minutes} minutes." if minutes > 1 else "Try again in a minute."
    hours = -(-minutes // 60)
    return f"Try again in {hours} hours." if hours > 1 else "Try again in an hour."


def too_large(path: str, most: int) -> HttpResponse:
    """More was sent than is taken: `most` bytes."""
    return refuse(
        path,
        413,
        "What you sent is too large",
        f"We take up to {_amount(most)} here. Nothing of it was kept. If it was a file, make it "
        "smaller, or leave it out.",
    )


def bad_request(request, exception) -> HttpResponse:
    """Django's `handler400`."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return refuse(
            request.path,
            413,
            "What you sent is too large",
            "There are more fields or files in it, or more text, than we can take at once. "
            "Nothing of it was kept.",
        )
    return refuse(
        request.path,
        400,
        "We could not read that request",
        "Something in it is not as it should be. If you followed a link, tell us where it is.",
    )


def server_error(request) -> HttpResponse:
    """What is answered to a fault of ours: says nothing of it."""
    if request.path.startswith(APIS):
        return problem(500, "Something went wrong at our end. We have been told about it.")
    return _as_page(render_to_string("500.html"), 500)


def _as_page(page, status):
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _policy(),
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(page, status=status, headers=headers)


@cache
def _policy() -> str:
    """The page brings its own style: no file may be there."""
    style = re.search(r"<style>(.*?)</style>", render_to_string("500.html"), re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'self' 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


def _amount(size: int) -> str:
    if size >= 1024 * 1024:
        return f"{size // (1024 * 1024)} MB"
    return f"{size // 1024} KB"
