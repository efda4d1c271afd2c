"""Whose page made a browser send a request."""

from collections.abc import Container
from urllib.parse import urlsplit


def is_foreign(request, allowed: Container[str] = ()) -> bool:
    """Whether a page of another site, and none of the `allowed` origins, made a browser send this.

    Browsers say where a POST comes from: https://www.w3.org/TR/fetch-metadata/ and
    the Origin header of older ones. A client that says neither is not a browser.
    """
    origin = request.headers.get("Origin")
    if origin and origin in allowed:
        return False
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site:
        return fetch_site not in ("same-origin", "none")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()
