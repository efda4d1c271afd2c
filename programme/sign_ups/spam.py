"""What makes a sign-up suspect. It is set aside for staff to look at, never thrown away."""

import re

TRAP = "leave_this_empty"  # a field that people do not see, and machines fill in
MOST_LINKS = 2
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


def suspicion(cleaned_data: dict, *, trap: str = "", too_quick: bool = False) -> str:
    """Why it may be spam, in a sentence for staff; "" when nothing speaks for it."""
    if trap:
        return "Something was written in the field that people do not see."
    if too_quick:
        return "The form was sent sooner than a person can fill it in."
    text = " ".join(value for value in cleaned_data.values() if isinstance(value, str))
    links = len(_LINK.findall(text))
    if links > MOST_LINKS:
        return f"There are {links} web addresses in the answers."
    return ""
