"""What goes wrong, said as RFC 9457 problem details."""

from urllib.parse import quote

from django.http import Http404, HttpResponse
from ninja import Schema
from ninja.errors import HttpError
from ninja.errors import ValidationError as BadParameters

from cms.core.limits.throttling import TooManyError, answer
from cms.core.refusals import MEDIA_TYPE, problem

from ..tokens import TokenRefused
from .auth import ScopeMissing, TokenNeeded

__all__ = ["MEDIA_TYPE", "problem"]
LONGEST_VALUE = 100  # characters of a bad value that an answer repeats


class ParameterProblem(Schema):
    """What is wrong with one parameter, or with one part of the body.

    `pointer` is where in the body it stands, as `#/answers/email`; null for what is
    not in the body. `parameter` is then the last part of it.
    """

    parameter: str
    pointer: str | None
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


class BadBodyError(Exception):
    """A body that can be read and not be taken; `errors` is {("answers", "email"): sentence}."""

    def __init__(self, errors: dict[tuple, str]):
        super().__init__("Something in the body can't be taken.")
        self.errors = errors


class Unreadable(Exception):  # noqa: N818 - it is an answer (400), not a fault
    """A body that can't be read. The text says why."""


def bad_request(errors: dict[str, str]) -> HttpResponse:
    named = [
        {"parameter": parameter, "pointer": None, "message": message}
        for parameter, message in errors.items()
    ]
    return problem(400, " ".join(errors.values()), named)


def bad_body(errors: dict[tuple, str]) -> HttpResponse:
    """The sentences may be shown to the person who filled in the form."""
    placed = [
        {
            "parameter": shortened(place[-1]) if place else "body",
            "pointer": "#" + "".join(f"/{_escaped(shortened(part))}" for part in place),
            "message": message,
        }
        for place, message in errors.items()
    ]
    return problem(422, "Something in the body can't be taken: see errors.", placed)


def _escaped(part: str) -> str:
    """A part of a JSON Pointer in the form of a URI fragment, RFC 6901."""
    return quote(part.replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@")


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

    @api.exception_handler(BadBodyError)
    def said_bad_body(request, error):
        return bad_body(error.errors)

    @api.exception_handler(BadParameters)
    def found_bad(request, error):
        errors = {}
        if all(found["loc"][0] == "body" for found in error.errors):
            # ("body", the view's name for it, "answers", "email")
            places = {found["loc"][2:]: f"{found['msg']}." for found in error.errors}
            return bad_body(places)
        for found in error.errors:
            if found["loc"][0] == "body":
                continue
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

    @api.exception_handler(TooManyError)
    def said_too_many(request, error):
        return answer(request, error)

    @api.exception_handler(HttpError)
    def said_otherwise(request, error):
        # Ninja wraps what a parser raises, and says less.
        said = error.__cause__ if isinstance(error.__cause__, Unreadable) else error
        return problem(error.status_code, str(said))


def _challenged(response, challenge):
    response["WWW-Authenticate"] = challenge
    return response
