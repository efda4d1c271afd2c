"""The emails that the live site has sent, which it keeps as files."""

import re
import time
from email import message_from_string, policy
from pathlib import Path

WAIT = 20  # seconds, in which the worker sends a letter

FOLDER: Path | None = None  # of the site that runs


def newest_link(kind: str, to: str) -> str:
    """The path in the newest letter to `to` that has a link of this kind in it."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        for text in _letters(to):
            found = re.search(rf"https?://[^/\s]+(/sign-up/{kind}/\S+)", text)
            if found:
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"In {WAIT} seconds, no letter with such a link came to {to}.")


def _letters(to):
    files = sorted(FOLDER.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in files:
        letter = message_from_string(file.read_text(), policy=policy.default)
        if letter["To"] == to:
            yield letter.get_body(("plain",)).get_content()
