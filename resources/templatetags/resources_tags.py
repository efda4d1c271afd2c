"""What templates that show documents ask for."""

from collections import Counter
from urllib.parse import quote

from django import template

from ..history import earlier_versions
from ..works import other_public_forms

register = template.Library()


@register.simple_tag
def other_forms(document) -> list[dict]:
    """`{% other_forms document as forms %}`: its other languages and formats, where public.

    Each is {"document", "by_title"}: `by_title` is true where the language alone
    doesn't tell it from the others.
    """
    if not hasattr(document, "other_forms_shown"):
        other_public_forms([document])
    forms = document.other_forms_shown
    languages = Counter(form.language for form in [document, *forms])
    return [{"document": form, "by_title": languages[form.language] > 1} for form in forms]


@register.simple_tag
def versions(document) -> list:
    """`{% versions document as earlier %}`: what it was before, newest first."""
    if not hasattr(document, "versions_shown"):
        earlier_versions([document])
    return document.versions_shown


@register.simple_tag
def another_format_address(document, email) -> str:
    """`{% another_format_address document site.contact_email as address %}`: a mailto: address.

    The email names the document and says what to write. RFC 6068 asks for
    percent-encoded UTF-8, and for lines that end in CR and LF.
    """
    subject = f"Another format: {document.title}"
    body = (
        f"Please send me this in another format: {document.title} ({document.filename})\r\n"
        "\r\n"
        "I need it as (large print, easy read, audio, braille, another language):\r\n"
        "\r\n"
        "How to reach me, if not by this email address:\r\n"
    )
    return f"mailto:{quote(email, safe='@')}?subject={quote(subject)}&body={quote(body)}"
