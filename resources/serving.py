"""Handing out files, from any store."""

from typing import NamedTuple

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import etag as answer_if_changed

from cms.core.files import PICTURES, Stored, extension, make_harmless, send

from . import counting
from .ranges import NotSatisfiable, asked_for

# By the ending of the name, which was checked against the content at the upload.
_TYPES = {
    **PICTURES,
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


class Counted(NamedTuple):
    """What a download is counted as: the same three words in the report."""

    kind: str  # "document", "toolkit" or "collection"
    key: int  # of the document, the page or the collection
    variant: str  # a version's number, or a format


def send_file(request, file, *, name: str, etag: str | None, private: bool, counted: Counted):
    """Answer with a `FieldFile` as a download called `name`.

    `etag` is a digest of the content, if it is known. The caller has looked at who may have it;
    `private` keeps it out of every cache. Raises Http404 when the file is gone,
    and OSError, which is answered with 503, when the store fails.
    """
    content_type = _TYPES.get(extension(name), "application/octet-stream")
    quoted = f'"{etag}"' if etag else None

    @answer_if_changed(lambda request: quoted)
    def answer(request):
        stored = Stored(file.storage, file.name)
        if private and hasattr(file.storage, "signed_url"):
            # Not through us: this reader has been looked at, and the address serves nobody long.
            return HttpResponseRedirect(
                file.storage.signed_url(
                    file.name, filename=name, content_type=content_type, method=request.method
                )
            )
        try:
            part = asked_for(request, stored.size, quoted)
        except NotSatisfiable:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{stored.size}"
            return response
        if part is None:
            return send(request, stored, content_type)
        start, length = part
        response = send(request, stored, content_type, start=start, length=length, status=206)
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{stored.size}"
        return response

    response = make_harmless(answer(request))
    response["Cache-Control"] = "private, no-store" if private else "public, no-cache"
    if response.status_code in (200, 206):
        response["Accept-Ranges"] = "bytes"
        response["Content-Disposition"] = content_disposition_header(True, name)
    if _is_a_download(request, response):
        counting.add(request, *counted)
    return response


def _is_a_download(request, response) -> bool:
    """A file that begins to be sent: not a question about it, and not the rest of it."""
    start = response.get("Content-Range", "bytes 0-").startswith("bytes 0-")
    return request.method == "GET" and response.status_code in (200, 206, 302) and start
