"""An answer that is kept: plain and packed, with its ETags."""

import threading
from hashlib import sha256
from typing import NamedTuple

import brotli
from django.utils.text import compress_string

SMALLEST_PACKED = 200  # bytes; what is less gains nothing
_OF_THE_BODY = {"content-length", "content-encoding"}


class Form(NamedTuple):
    """An entry's body in one encoding, and its headers."""

    body: bytes
    etag: str
    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]  # those of a 304


class Entry:
    """What was answered, and until when it holds."""

    def __init__(self, status, headers, body, *, mark, taken, made, until, expires):
        self.status = status
        self.mark = mark  # the content generation
        self.taken = taken
        self.made = made  # seconds since the epoch, as those below
        self.until = until  # then it is made anew
        self.expires = expires  # then something in it may not be seen any more
        self.size = len(body) + sum(len(name) + len(value) for name, value in headers) + 1000
        self.shelf = None  # of the store, when it is kept
        self._headers = [header for header in headers if header[0].lower() not in _OF_THE_BODY]
        self._digest = sha256(body).hexdigest()[:32]
        self._lock = threading.Lock()
        self.forms = {"": self._form("", body)}

    @property
    def body(self) -> bytes:
        return self.forms[""].body

    def form(self, encoding: str) -> Form:
        """In `encoding`; packed when it is first asked for."""
        found = self.forms.get(encoding)
        if found is None:
            with self._lock:
                found = self.forms.get(encoding) or self._packed(encoding)
        return found

    def _packed(self, encoding):
        packed = _pack(self.body, encoding) if len(self.body) >= SMALLEST_PACKED else self.body
        if len(packed) < len(self.body):
            form = self._form(encoding, packed)
            if self.shelf:
                self.shelf.grow(self, len(packed))
        else:
            form = self.forms[""]
        self.forms[encoding] = form
        return form

    def _form(self, encoding, body):
        etag = f'"{self._digest}-{encoding}"' if encoding else f'"{self._digest}"'
        unchanged = [(name, value) for name, value in self._headers if name.lower() != "etag"]
        unchanged.append(("ETag", etag))
        headers = [*unchanged, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        unchanged = [header for header in unchanged if header[0].lower() != "content-type"]
        return Form(body, etag, headers, unchanged)


def _pack(body, encoding):
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
    return compress_string(body)
