"""Secrets that staff see one time, on the screen where they are made."""

from django.template.response import TemplateResponse


def shown_once(request, *, title, value, explanation, back_url, icon="key") -> TemplateResponse:
    """The screen that shows `value`. It answers the POST that made it, so no address leads back."""
    return TemplateResponse(
        request,
        "core/shown_once.html",
        {
            "page_title": title,
            "header_title": title,
            "header_icon": icon,
            "value": value,
            "explanation": explanation,
            "back_url": back_url,
        },
    )
