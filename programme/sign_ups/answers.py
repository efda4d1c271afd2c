"""Answers as they are kept, and as they are read."""

from datetime import date

from django.utils import formats

from ..models import SignUp, SignUpChoice

_NAMES = {"name", "given-name", "family-name"}


def write(sign_up, page, cleaned_data: dict) -> None:
    """Put a valid form's answers into a sign-up, which is saved after that.

    Each is {"name", "question", "kind", "answer"}: the field's key, its words and type when
    it was asked, and a string, a number, true or false, or a list of strings.
    """
    fields = page.get_form_fields()
    sign_up.answers = [
        {
            "name": field.clean_name,
            "question": field.label,
            "kind": field.field_type,
            "answer": _plain(cleaned_data[field.clean_name]),
        }
        for field in fields
        if field.clean_name in cleaned_data
    ]
    names = [
        cleaned_data.get(field.clean_name) or "" for field in fields if field.autocomplete in _NAMES
    ]
    sign_up.name = " ".join(filter(None, names))[:255]


def write_choices(sign_up, page, cleaned_data: dict) -> None:
    """Note what staff sort sign-ups by. The sign-up has been saved, and has none yet."""
    SignUpChoice.objects.bulk_create(
        SignUpChoice(sign_up=sign_up, kind=field.used_as, value=value[:255])
        for field in page.get_form_fields()
        if field.used_as and cleaned_data.get(field.clean_name)
        for value in _as_list(cleaned_data[field.clean_name])
    )


def initial(sign_up) -> dict:
    """What a form is filled in with that changes the answers."""
    return {answer["name"]: answer["answer"] for answer in sign_up.answers}


def are(sign_up, page, cleaned_data: dict) -> bool:
    """Whether a sign-up holds these answers of a valid form."""
    same = SignUp(page=page)
    write(same, page, cleaned_data)
    return initial(same) == initial(sign_up)


def summary(sign_up) -> list[tuple[str, str]]:
    """[(question, answer as a sentence), …], as it was asked."""
    return [(answer["question"], readable(answer)) for answer in sign_up.answers]


def readable(answer: dict) -> str:
    value = answer["answer"]
    if value is True:
        return "Yes"
    if value is False:
        return "No"
    if answer["kind"] == "date" and value:
        return formats.date_format(date.fromisoformat(value), "j F Y")
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)


def email_in(page, cleaned_data: dict) -> str:
    """The address that the person gave; "" when the form asks for none or it is left empty."""
    return cleaned_data.get(email_field(page)) or ""


def email_field(page) -> str:
    """The name of the question for the person's address: the first of that type."""
    return next((f.clean_name for f in page.get_form_fields() if f.field_type == "email"), "")


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | list):
        return value
    return str(value)  # a decimal keeps its digits


def _as_list(value) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
