"""What the search page's template asks for."""

import re
from itertools import zip_longest

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join

register = template.Library()


@register.filter
def mark_words(text: str, query: str):
    """`text` with the words of `query` in <mark>, whatever their letters' case."""
    words = sorted((re.escape(word) for word in query.split()), key=len, reverse=True)
    if not words:
        return conditional_escape(text)
    parts = re.split(rf"(\b(?:{'|'.join(words)})\w*)", str(text), flags=re.IGNORECASE)
    # Split with one group gives text and finds by turns, and text at the end.
    marked = [format_html("<mark>{}</mark>", find) for find in parts[1::2]]
    pairs = zip_longest(parts[::2], marked, fillvalue="")
    return format_html_join("", "{}{}", pairs)
