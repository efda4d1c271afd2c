"""What the search page's template asks for."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()


@register.filter
def mark_words(text: str, query: str):
    """`text` with the words of `query` in <mark>, whatever their letters' case."""
    words = sorted((re.escape(word) for word in query.split()), key=len, reverse=True)
    if not words:
        return conditional_escape(text)
    parts = re.split(rf"(\b(?:{'|'.join(words)})\w*)", str(text), flags=re.IGNORECASE)
    # Split with one group gives text and finds by turns; each is escaped by itself.
    return mark_safe(  # noqa: S308
        "".join(
            format_html("<mark>{}</mark>", part) if index % 2 else conditional_escape(part)
            for index, part in enumerate(parts)
        )
    )
