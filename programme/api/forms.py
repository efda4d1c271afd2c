"""Forms, in the content API: what they ask, and taking what people send."""

import hashlib
import json
import secrets
from typing import Annotated, Literal

from django.http import Http404
from ninja import Body, Header, Query, Router, Schema
from pydantic import ConfigDict, Field, PlainValidator
from typing_extensions import TypedDict

from cms.api.content.api import content_api
from cms.api.content.auth import ANYONE, Bearer
from cms.api.content.frame import Answer, Id, Parameters, reads
from cms.api.content.problems import BadBodyError
from cms.api.content.public import site_of, tags_of
from cms.api.content.writing import takes
from cms.api.models import Scope
from cms.core.client_address import place
from cms.core.limits.throttling import count
from cms.core.references import load_references
from cms.core.representations import absolute, rich_text_json
from cms.core.visibility import public_pages

from ..models import GetInvolvedPage, SignUp
from ..sign_ups import answers, spam, taking, throttle
from .answers import cleaned
from .questions import Question, SchemaOfAnswers, questions_json, schema_json

router = Router(tags=["Forms"])


class Privacy(TypedDict):
    """What people must be told before they send the form; show all of it above the button."""

    purpose: str
    who_sees: str
    how_long: str
    how_to_leave: str


class ThankYou(TypedDict):
    """What to show when it is all done."""

    title: str
    text: str


class Form(TypedDict):
    """A form. `schema` is the JSON Schema of the answers, and `questions` their order."""

    id: int
    title: str
    url: str
    submissions_url: str
    schema: SchemaOfAnswers
    questions: list[Question]
    privacy: Privacy
    submit_label: str
    thank_you: ThankYou


# What an answer may be; which of these it must be, its question says: see `answers`.
GivenAnswer = Annotated[
    object,
    PlainValidator(
        lambda value: value, json_schema_input_type=str | float | bool | list[str] | None
    ),
]


class Submission(Schema):
    """A form, filled in: {name of the question: answer}. What was not answered is left out."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, GivenAnswer] = Field(description="They must fit the `schema` of the form.")


class Taken(TypedDict):
    """What happens next, also in words for the person.

    `confirm`: they get an email, with a link that they must follow. `received`:
    there is nothing more to do.
    """

    status: Literal["confirm", "received"]
    message: str


@reads(router, "{int:page_id}/", answers=Form, may_be_missing=True)
def get_form(request, page_id: Id, params: Query[Parameters]):
    """What a form asks, and what people must be told."""
    page = _form_page(request, page_id)
    load_references([page])
    form = page.get_form(page=page)
    return Answer(
        {
            "id": page.pk,
            "title": page.title,
            "url": absolute(page.get_url(request), request),
            "submissions_url": absolute(f"{request.path}submissions/", request),
            "schema": schema_json(page, form),
            "questions": questions_json(page, form),
            "privacy": {
                "purpose": rich_text_json(page.purpose, request),
                "who_sees": rich_text_json(page.privacy_text, request),
                "how_long": page.how_long,
                "how_to_leave": page.how_to_leave,
            },
            "submit_label": page.submit_label,
            "thank_you": {
                "title": page.thank_you_title,
                "text": rich_text_json(page.thank_you_text, request),
            },
        },
        tags_of(page.pk, page._meta.label),
    )


@takes(
    router,
    "{int:page_id}/submissions/",
    answers=Taken,
    auth=Bearer(Scope.FORMS_WRITE, required=False),
)
def send_form(
    request,
    page_id: Id,
    sent: Body[Submission],
    idempotency_key: str = Header(
        None,
        alias="Idempotency-Key",
        min_length=16,
        max_length=255,
        description="A random text of your own, such as a UUID: the same when you try again, "
        "so that the form is kept once.",
    ),
):
    """Send a form that somebody has filled in.

    It is kept, and the person gets an email by which they confirm. Without a token there
    is a limit to what is taken from one place; there always is one for one email address.
    """
    page = _form_page(request, page_id)
    if request.auth is ANYONE:
        count("form", place(request.META), writes=True)
    given = cleaned(page, sent.answers)
    kept = taking.take(
        page,
        given,
        key=_key(request, page, idempotency_key),
        sender=throttle.sender(place(request.META)) if request.auth is ANYONE else "",
        suspicion=spam.suspicion(given),
    )
    if not answers.are(kept, page, given):
        raise BadBodyError(
            {("answers",): "The Idempotency-Key has been used before, with other answers."}
        )
    return _taken(kept)


def _form_page(request, page_id):
    """A form that the public may see. Raises Http404."""
    pages = GetInvolvedPage.objects.descendant_of(site_of(request).root_page, inclusive=True)
    page = public_pages(pages).filter(pk=page_id).first()
    if page is None:
        raise Http404
    return page


def _key(request, page, given: str | None) -> str:
    """What is kept of an Idempotency-Key: nobody else's is the same."""
    if not given:
        return secrets.token_hex(32)
    whose = None if request.auth is ANYONE else request.auth.pk
    return hashlib.sha256(json.dumps([page.pk, whose, given]).encode()).hexdigest()


def _taken(kept) -> Taken:
    if kept.status == SignUp.Status.SPAM:
        message = "We have your form. A person looks at it before we write to you."
        return {"status": "received", "message": message}
    if kept.email:
        message = (
            "We are sending an email to the address in your answers. Open it, and follow the "
            "link to confirm that you filled in the form."
        )
        return {"status": "confirm", "message": message}
    return {"status": "received", "message": "We have your form."}


content_api.add_router("forms/", router)
