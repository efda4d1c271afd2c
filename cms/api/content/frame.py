"""What every endpoint of the content API has in common: parameters, versions, caching, headers.

    router = Router(tags=["Partners"])

    @reads(router, "", answers=PartnerList)
    def list_partners(request, params: Query[Parameters]):
        return Answer({"items": […]}, tags=["partners"])

Who has an answer already is told so before anything is made. The page cache keeps
what was made, and compresses it.
"""

import inspect
import json
from functools import cache, partial, wraps
from hashlib import sha256
from typing import Annotated, NamedTuple, get_args, get_origin, get_type_hints

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import http_date, parse_etags
from ninja import Router, Schema
from pydantic import Field

from cms.core.release import release
from cms.delivery import keeping
from cms.events import version

from ..wagtail_schemas import RichTextOutputFormat
from .auth import reader
from .finished import Written, written
from .problems import BadRequestError, Problem, shortened

MOST_ROWS = 100
ROWS = 20
UNKEPT = "x-unkept"  # said of an operation to `openapi.completed`, and not in the document
LARGEST_ID = 2**31 - 1

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Parameters(Schema):
    """What every endpoint that gives rich text takes."""

    rich_text_format: RichTextOutputFormat | None = Field(
        None, description="How rich text is written; `html` unless you say otherwise."
    )


class Paging(Schema):
    """What every list takes."""

    limit: int = Field(ROWS, ge=1, le=MOST_ROWS, description="How many rows at most.")
    cursor: str | None = Field(
        None, max_length=1000, description="`next_cursor` of the part before this one."
    )


class Answer(NamedTuple):
    """A body to be made into JSON, and the names by which caches are told to forget it."""

    body: dict | Written
    tags: list[str]


def reads(
    router: Router,
    path: str,
    *,
    answers,
    kept=True,
    may_be_missing=False,
    may_be_outdated=False,
    fresh=None,
    public=True,
    auth=reader,
):
    """Add a view that gives an `Answer` to `router`, for GET (HEAD and OPTIONS come by themselves).

    `answers` is the type of the body. `kept` False: what it gives depends on more
    than the content's version, so its ETag is made of the body. `may_be_missing`:
    it raises Http404 at times, `may_be_outdated`: HttpError(410). `fresh`, called
    with the view's own arguments before anything else, may wait for news; caches in
    between must then ask each time. `public` False: its answers are for one reader
    alone, and nobody keeps them. `auth` says who may ask; None where the address itself
    does.
    """

    def register(view):
        known = _parameters(view)

        @wraps(view)
        def answer(request, **arguments):
            refuse_unknown(request, known)
            make = partial(view, request, **arguments)
            if not public:
                return _unkept(make)
            if fresh:
                fresh(request, **arguments)
            elif settings.CONTENT_API_OPEN:
                keeping.mark(request, kept=kept)
            response = _versioned(request, make, kept)
            if fresh:
                whose = "" if settings.CONTENT_API_OPEN else "private, "
                response["Cache-Control"] = f"{whose}no-cache"
            return response

        refusals = [400, *[401, 403] * bool(auth)]
        refusals += [404] * may_be_missing + [410] * may_be_outdated
        extra = {"security": [{}, {"Bearer": []}]} if auth is reader else {}
        router.get(
            path,
            auth=auth,
            response={200: answers, **dict.fromkeys(refusals, Problem)},
            openapi_extra=extra if public else {**extra, UNKEPT: True},
            **said_of(view),
        )(answer)
        return view

    return register


def said_of(view) -> dict:
    """The endpoint's name and words, from the view's own: its first line, and the rest."""
    summary, _, description = inspect.getdoc(view).partition("\n")
    return {
        "operation_id": view.__name__,
        "url_name": view.__name__,
        "summary": summary,
        "description": description.strip(),
    }


def _parameters(view) -> set[str]:
    """The names of the query parameters that a view declares."""
    hints = get_type_hints(view, include_extras=True).values()
    models = [get_args(hint)[0] for hint in hints if get_origin(hint) is Annotated]
    return {
        field.alias or name
        for model in models
        if inspect.isclass(model) and issubclass(model, Schema)
        for name, field in model.model_fields.items()
    }


def refuse_unknown(request, known):
    """Parameters that mean nothing here are the client's mistake, and so is a null character."""
    errors = {}
    for name, values in request.GET.lists():
        if name not in known:
            shown = shortened(name)
            errors[shown] = f"{shown}: There is no such parameter here."
        elif any("\x00" in value for value in values):
            errors[name] = f"{name}: It holds a null character."
    if errors:
        raise BadRequestError(errors)


# Versions ------------------------------------------------------------------------


def _versioned(request, make, kept):
    if not kept:
        answer = make()
        answer = answer._replace(body=written(answer.body))
        etag = _etag(request, sha256(answer.body.encode()).hexdigest())
        return _unchanged(request, etag) or _respond(answer, etag)
    now = version.current()
    etag = _etag(request, now)
    return _unchanged(request, etag, now.changed) or _respond(make(), etag, now.changed)


def _unchanged(request, etag, changed=None):
    """304 when the client has this very answer.

    A date is too coarse to say so, and “*” does not say what the client has.
    """
    if etag not in parse_etags(request.headers.get("If-None-Match", "")):
        return None
    return _with_headers(HttpResponseNotModified(), etag, changed)


def _etag(request, content) -> str:
    """Another one for whatever could make another answer."""
    asked = sorted(request.GET.lists())
    made_of = f"{content} {release()} {request.build_absolute_uri(request.path)} {asked}"
    return f'"{sha256(made_of.encode()).hexdigest()[:32]}"'


@cache
def contract() -> str:
    """What clients are told of the shapes: another value when one of them is another."""
    from .api import content_api  # which reads every endpoint

    return sha256(json.dumps(content_api.get_openapi_schema()).encode()).hexdigest()


# Answers -------------------------------------------------------------------------


def _respond(answer, etag, changed=None):
    response = HttpResponse(written(answer.body), content_type="application/json")
    names = sorted({"content", *answer.tags})
    response["Cache-Tag"] = ",".join(names)
    response["Surrogate-Key"] = " ".join(names)
    return _with_headers(response, etag, changed)


def _unkept(make):
    """An answer for this reader alone, that leaves no trace on its way."""
    response = HttpResponse(written(make().body), content_type="application/json")
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Authorization"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _with_headers(response, etag, changed):
    response["ETag"] = etag
    if changed:
        response["Last-Modified"] = http_date(changed.timestamp())
    if settings.CONTENT_API_OPEN:
        response["Cache-Control"] = keeping.cache_control()
    else:
        response["Cache-Control"] = "private, max-age=0, must-revalidate"
        response["Vary"] = "Authorization"
    return response
