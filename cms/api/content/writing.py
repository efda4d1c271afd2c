"""What every endpoint that takes something has in common; `frame` has it for those that give.

    @takes(router, "{int:page_id}/submissions/", answers=Taken, auth=Bearer(Scope.FORMS_WRITE))
    def send_form(request, page_id: Id, sent: Body[Submission]):
        return {"status": "received"}

What is sent is JSON, of a size that we expect, from a page that may send it.
"""

import json
from decimal import Decimal, DecimalException
from functools import wraps

from django.conf import settings
from django.http import HttpResponse
from ninja import Router
from ninja.decorators import decorate_view
from ninja.parser import Parser

from cms.core.origins import is_foreign
from cms.core.refusals import too_large

from .frame import refuse_unknown, said_of
from .problems import BadRequestError, Problem, Unreadable, bad_request, problem

_REFUSALS = (400, 401, 403, 404, 413, 415, 422, 429)


class StrictParser(Parser):
    """Reads JSON as its standard has it: what Python would add to it, or trip over, is refused."""

    def parse_body(self, request):
        try:
            # Decimals, because a number may have any length, and keeps its digits.
            sent = json.loads(
                request.body,
                parse_int=Decimal,
                parse_float=Decimal,
                parse_constant=_refuse_constant,
            )
            json.dumps(sent, default=str, ensure_ascii=False).encode()  # half characters fail
        except (ValueError, RecursionError, DecimalException) as error:
            raise Unreadable("The body is not JSON that can be read.") from error
        return sent


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON.")


def takes(router: Router, path: str, *, answers, auth, status=202):
    """Add a view that takes JSON by POST to `router`, and gives a body of the type `answers`."""

    def register(view):
        @wraps(view)
        def answer(request, **arguments):
            body = json.dumps(view(request, **arguments), ensure_ascii=False)
            return HttpResponse(
                body,
                status=status,
                content_type="application/json",
                headers={"Cache-Control": "no-store"},
            )

        operation = router.post(
            path,
            auth=auth,
            response={status: answers, **dict.fromkeys(_REFUSALS, Problem)},
            openapi_extra=None if auth.required else {"security": [{}]},
            **said_of(view),
        )
        operation(decorate_view(_looked_at)(answer))
        return view

    return register


def _looked_at(run):
    """`run`, for requests that can be right, before anyone reads them."""

    @wraps(run)
    def checked(request, **arguments):
        if is_foreign(request, settings.CORS_ALLOWED_ORIGINS):
            return problem(403, "Pages at this origin may not send anything here.")
        if request.content_type != "application/json":
            return problem(415, "Send JSON, and say so: Content-Type: application/json.")
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if not length:
            return problem(400, "The body is empty, or came without its Content-Length.")
        if length > settings.LARGEST_BODY:
            return too_large(request.path, settings.LARGEST_BODY)
        try:
            refuse_unknown(request, set())
        except BadRequestError as error:
            return bad_request(error.errors)
        return run(request, **arguments)

    return checked
