"""Answers that came as JSON, handed to the form that the website uses too."""

from decimal import Decimal

from cms.api.content.problems import BadBodyError, shortened

# {kind of question: (the type of its answer, what to say of another one)}; text unless it is here.
_TYPES = {
    "number": (Decimal, "This must be a number."),
    "checkbox": (bool, "This must be true or false."),
    "checkboxes": (list, "This must be a list of texts."),
}
_TEXT = (str, "This must be text.")


def cleaned(page, answers: dict) -> dict:
    """The answers as the form has them when it is valid. Raises BadBodyError, by question.

    An answer that is null is one that was not given.
    """
    given = {name: answer for name, answer in answers.items() if answer is not None}
    kinds = {question.clean_name: question.field_type for question in page.get_form_fields()}
    errors = {}
    for name, answer in given.items():
        if name not in kinds:
            errors[name] = "The form does not ask this."
        elif not _fits(answer, kinds[name]):
            errors[name] = _TYPES.get(kinds[name], _TEXT)[1]
    form = page.get_form({**given, **dict.fromkeys(errors)}, page=page)
    for name, faults in form.errors.as_data().items():
        errors.setdefault(name, " ".join(_said(fault) for fault in faults))
    if errors:
        raise BadBodyError({("answers", name): message for name, message in errors.items()})
    return form.cleaned_data


def _fits(answer, kind) -> bool:
    if not isinstance(answer, _TYPES.get(kind, _TEXT)[0]):
        return False
    return kind != "checkboxes" or all(isinstance(each, str) for each in answer)


def _said(fault) -> str:
    """A fault in the form's words, which may repeat what was sent: not all of it, if it is long."""
    if fault.params and "value" in fault.params:
        fault.params["value"] = shortened(fault.params["value"])
    return " ".join(fault.messages)
