"""Which part of a file a request asks for (RFC 9110, section 14)."""

import re

# One range of bytes. Several at once, other units and what can't be read are answered with
# the whole file, as 14.2 allows.
_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)


class NotSatisfiable(ValueError):  # noqa: N818 - the words of the RFC
    """The range lies behind the end of the file."""


def asked_for(request, size: int, etag: str | None) -> tuple[int, int] | None:
    """The first byte and the number of bytes that are asked for; None for the whole file.

    `etag` is the strong validator of the file, in its quotes. Raises NotSatisfiable.
    """
    given = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or not given or not size:
        return None
    # 13.1.5: the range only if the file is still the one that the reader has a part of.
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = given.groups()
    if not first and not last:
        return None
    if not first:
        return _suffix(int(last), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise NotSatisfiable
    return start, min(int(last or size), size - 1) - start + 1


def _suffix(length, size):
    if not length:
        raise NotSatisfiable
    length = min(length, size)
    return size - length, length
