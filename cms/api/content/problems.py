"""What goes wrong, said as RFC 9457 problem details."""

import json
from http import HTTPStatus

from django.http import Http404, HttpResponse
from ninja import Schema
from ninja.errors import HttpError
from ninja.errors import ValidationError as BadParameters

from ..tokens import TokenRefused
from .auth import ScopeMissing, TokenNeeded

MEDIA_TYPE = "application/problem+json"
LONGEST_VALUE = 100  # characters of a bad value that an answer repeats


class ParameterProblem(Schema):
    """What is wrong with one parameter."""

    parameter: str
    message: str


class Problem(Schema):
    """RFC 9457 problem details. `errors` says which parameters are at fault, if any are."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ParameterProblem]


class BadRequestError(Exception):
    """A request that can't be understood; `errors` is {parameter: sentence}."""

    def __init__(self, errors: dict[str, str]):
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def problem(status: int, detail: str, errors: dict[str, str] | None = None) -> HttpResponse:
    """An answer that says what went wrong. It is never kept by a cache in between."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": [
            {"parameter": parameter, "message": message}
            for parameter, message in (errors or {}).items()
        ],
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def bad_request(errors: dict[str, str]) -> HttpResponse:
    return problem(400, " ".join(errors.values()), errors)


def not_found() -> HttpResponse:
    return problem(404, "There is nothing at this address.")


def shortened(value) -> str:
    """A value from a request, short enough to be repeated."""
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def register(api) -> None:
    """Have the API's errors said as problems."""

    @api.exception_handler(BadRequestError)
    def said_bad(request, error):
        return bad_request(error.errors)

    @api.exception_handler(BadParameters)
    def found_bad(request, error):
        errors = {}
        for found in error.errors:
            # ("query", "params", "limit") or ("path", "page_id")
            name = next((str(part) for part in found["loc"][1:] if part != "params"), "request")
            errors.setdefault(name, f"{name}: {found['msg']}.")
        return bad_request(errors)

    @api.exception_handler(Http404)
    def said_not_found(request, error):
        return not_found()

    @api.exception_handler(TokenNeeded)
    @api.exception_handler(TokenRefused)
    def said_unknown(request, error):
        challenge = "Bearer"
        if isinstance(error, TokenRefused):
            challenge += ' error="invalid_token"'
        return _challenged(problem(401, str(error)), challenge)

    @api.exception_handler(ScopeMissing)
    def said_forbidden(request, error):
        challenge = f'Bearer error="insufficient_scope", scope="{error.scope}"'
        return _challenged(problem(403, str(error)), challenge)

    @api.exception_handler(HttpError)
    def said_otherwise(request, error):
        return problem(error.status_code, str(error))


def _challenged(response, challenge):
    response["WWW-Authenticate"] = challenge
    return response
