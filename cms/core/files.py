"""Reading from the store of files, be it a disk or a bucket, piece by piece."""

import errno
import logging
from hashlib import sha256
from io import BytesIO

from django.http import Http404, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.views.decorators.http import etag

from .refusals import refuse

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024  # bytes held in memory for each reader
RETRY_AFTER = 60  # seconds
CAN_NOT_BE_KEPT = (
    "The file could not be kept: the place where files are stored is full or does not answer. "
    "Nothing has been changed. Try again in a few minutes, and tell your administrator if it "
    "goes on."
)
PICTURES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
_GONE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
_DISK_FAILS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ETIMEDOUT}


class StoreError(OSError):
    """The store of files does not answer, or refuses; a disk raises OSError by itself."""


def is_stores_fault(error: Exception) -> bool:
    """Whether `error` says that files can't be kept or read now: full, away, too slow."""
    return isinstance(error, StoreError) or getattr(error, "errno", None) in _DISK_FAILS


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


class Stored:
    """A file in a store. Nothing of it is read before it is sent.

    Raises Http404 when it is gone, and OSError when the store can't say.
    """

    def __init__(self, storage, name: str):
        self._storage, self._name = storage, name
        try:
            self._object = storage.object(name) if hasattr(storage, "object") else None
            self.size = self._object.content_length if self._object else storage.size(name)
        except _GONE as error:
            raise Http404("The file is gone.") from error

    def part(self, start: int, length: int) -> "Part":
        """`length` bytes from `start`, opened: so what fails, fails before the answer begins."""
        if not length:
            return Part(BytesIO(), 0)
        if self._object:
            return Part(self._storage.read(self._object, start, length), length)
        file = self._storage.open(self._name)
        file.seek(start)
        return Part(file, length)


class Part:
    """Some bytes of an open file, in chunks. Django closes it when they are sent, or not."""

    def __init__(self, file, length: int):
        self._file, self._left = file, length

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        chunk = self._file.read(min(CHUNK, self._left)) if self._left else b""
        if not chunk:
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._file.close()


def send(request, stored: Stored, content_type: str, *, start=0, length=None, status=200):
    """A part of a file (all of it when `length` is None); its headers alone for HEAD."""
    length = stored.size if length is None else length
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type, status=status)
    else:
        response = StreamingHttpResponse(
            stored.part(start, length), content_type=content_type, status=status
        )
    response["Content-Length"] = str(length)
    return response


def make_harmless(response):
    """Whatever a file turns out to be, a browser runs none of it in the name of this site."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def mark_public(response, cache_control: str) -> None:
    """Say that everyone may have this file now, though perhaps not in a minute.

    Caches in front of the site are told more by `cms.delivery.keeping`.
    """
    response["Cache-Control"] = cache_control
    response.is_public_file = True


def send_picture(request, storage, name: str, *, private: bool):
    """A picture whose content never changes under its name: kept for a year by browsers.

    Raises Http404 when it is no picture, or gone.
    """
    if extension(name) not in PICTURES or not name.isprintable():
        raise Http404

    @etag(lambda request: f'"{sha256(name.encode()).hexdigest()[:32]}"')
    def answer(request):
        return send(request, Stored(storage, name), PICTURES[extension(name)])

    response = make_harmless(answer(request))
    if response.status_code in (200, HttpResponseNotModified.status_code):
        if private:
            response["Cache-Control"] = "private, no-store"
        else:
            mark_public(response, "public, max-age=31536000, immutable")
    return response


def unavailable(request, error: Exception):
    """The page that says, with no stack trace, that files can't be had now."""
    logger.error("The store of files fails at %s: %s", request.path, error)
    return refuse(
        request.path,
        503,
        "Files can’t be reached just now",
        "It is not your fault. The place where we keep files is full or does not answer. Nothing "
        "that you sent us before is lost, and pages can be read as usual.",
        RETRY_AFTER,
    )
