"""What receivers are told: which thing has changed, and where to read it. No personal data."""

import json
from collections.abc import Callable
from urllib.parse import urljoin

from wagtail.admin.utils import get_admin_base_url

from cms.events.changes import Change

_api_path: Callable[[str, str], str | None] | None = None


def find_in_the_api_by(function: Callable[[str, str], str | None]) -> None:
    """Have `function` say where the API has a thing.

    Takes its model, such as "home.HomePage", and its key. Gives the path, or None
    when the API has no such things. The API is above this app, so it comes to us.
    """
    global _api_path
    _api_path = function


def body(change: Change) -> str:
    """The message about a change, as JSON in the form that Standard Webhooks advises."""
    path = _api_path(change.model, change.key) if _api_path else None
    return _json(
        change.what,
        change.at,
        {
            "number": change.number,
            "model": change.model,
            "key": change.key,
            "urls": list(change.urls),
            "api_url": urljoin(get_admin_base_url(), path) if path else None,
        },
    )


def test_body(at) -> str:
    """The message that the test button sends."""
    return _json("test", at, {})


def _json(what, at, data):
    timestamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": what, "timestamp": timestamp, "data": data})
