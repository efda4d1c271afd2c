"""A form's questions as JSON: as a JSON Schema of the answers, and in their order, to draw them.

Both are made from the very form that takes the answers.
"""

from typing import Annotated, Literal, NotRequired

from django.core.validators import RegexValidator
from pydantic import Field
from typing_extensions import TypedDict

from ..models.get_involved import FIELD_TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaOfChoice(TypedDict):
    """One of the answers that are offered."""

    const: str
    title: str


class SchemaOfText(TypedDict):
    """The schema of an answer that is a string."""

    type: Literal["string"]
    title: str
    description: str
    minLength: NotRequired[int]
    maxLength: NotRequired[int]
    pattern: NotRequired[str]
    format: NotRequired[Literal["email", "date", "uri"]]
    oneOf: NotRequired[list[SchemaOfChoice]]


class SchemaOfNumber(TypedDict):
    """The schema of an answer that is a number."""

    type: Literal["number"]
    title: str
    description: str


class SchemaOfTick(TypedDict):
    """The schema of a box to tick; `const` stands where it has to be ticked."""

    type: Literal["boolean"]
    title: str
    description: str
    const: NotRequired[Literal[True]]


class SchemaOfOneChoice(TypedDict):
    """The schema of one of several answers."""

    oneOf: list[SchemaOfChoice]


class SchemaOfSeveral(TypedDict):
    """The schema of an answer that is a list of choices."""

    type: Literal["array"]
    title: str
    description: str
    items: SchemaOfOneChoice
    uniqueItems: Literal[True]
    minItems: NotRequired[int]
    maxItems: NotRequired[int]


SchemaOfAnswer = Annotated[
    SchemaOfText | SchemaOfNumber | SchemaOfTick | SchemaOfSeveral, Field(discriminator="type")
]

SchemaOfAnswers = TypedDict(
    "SchemaOfAnswers",
    {
        "$schema": Literal[DIALECT],
        "type": Literal["object"],
        "title": str,
        "properties": dict[str, SchemaOfAnswer],
        "required": list[str],
        "additionalProperties": Literal[False],
    },
)


class Choice(TypedDict):
    value: str
    label: str


class MoreHelp(TypedDict):
    """What to say as soon as someone chooses `choice`; "" for one box to tick."""

    choice: str
    text: str


class Question(TypedDict):
    """A question, with all that it takes to draw it. `name` is its name among the answers."""

    name: str
    kind: Literal[tuple(kind for kind, _ in FIELD_TYPES)]
    label: str
    hint: str
    group: str
    required: bool
    choices: list[Choice]
    max_choices: int | None
    more_help: MoreHelp | None
    autocomplete: str
    initial: str | bool | list[str]


_FORMATS = {"email": "email", "date": "date", "url": "uri"}


def schema_json(page, form) -> SchemaOfAnswers:
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": page.title,
        "properties": {
            question.clean_name: _answer(question, form.fields[question.clean_name])
            for question in page.get_form_fields()
        },
        "required": [name for name, field in form.fields.items() if field.required],
        "additionalProperties": False,
    }


def _answer(question, field) -> SchemaOfAnswer:
    words = {"title": question.label, "description": field.help_text}
    if question.field_type == "number":
        return {"type": "number", **words}
    if question.field_type == "checkbox":
        return {"type": "boolean", **words, **({"const": True} if field.required else {})}
    choices = [{"const": value, "title": label} for value, label in _choices(field)]
    if question.field_type == "checkboxes":
        several = {"type": "array", **words, "items": {"oneOf": choices}, "uniqueItems": True}
        if field.required:
            several["minItems"] = 1
        if question.max_choices:
            several["maxItems"] = question.max_choices
        return several
    text = {"type": "string", **words}
    if choices:
        return {**text, "oneOf": choices}
    if field.required:
        text["minLength"] = 1
    if getattr(field, "max_length", None):
        text["maxLength"] = field.max_length
    for validator in field.validators:
        if question.field_type == "telephone" and isinstance(validator, RegexValidator):
            text["pattern"] = validator.regex.pattern
    if question.field_type in _FORMATS:
        text["format"] = _FORMATS[question.field_type]
    return text


def questions_json(page, form) -> list[Question]:
    return [_question(each, form.fields[each.clean_name]) for each in page.get_form_fields()]


def _question(question, field) -> Question:
    more = question.help_when_chosen
    initial = field.initial or ""
    return {
        "name": question.clean_name,
        "kind": question.field_type,
        "label": question.label,
        "hint": field.help_text,
        "group": question.group,
        "required": field.required,
        "choices": [{"value": value, "label": label} for value, label in _choices(field)],
        "max_choices": question.max_choices,
        "more_help": {"choice": question.help_for_choice, "text": more} if more else None,
        "autocomplete": question.autocomplete,
        "initial": bool(initial) if question.field_type == "checkbox" else initial,
    }


def _choices(field) -> list[tuple[str, str]]:
    return list(getattr(field, "choices", []))
