"""Text from outside, made safe to open in a spreadsheet program.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

# What a formula begins with, also in its full-width forms; programs skip blanks,
# quotation marks and characters without width before it.
_FORMULA = re.compile(r"[\s\"'“”‘’\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
# No sheet can hold these: XML 1.0 has no place for them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def harmless(value):
    """A cell that no spreadsheet program takes for a formula. What is not text stays as it is."""
    if not isinstance(value, str):
        return value
    value = _CONTROLS.sub("", value)
    return f"'{value}" if value.startswith(("\t", "\r", "\n")) or _FORMULA.match(value) else value
