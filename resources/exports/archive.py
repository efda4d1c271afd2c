"""Everything of a toolkit in one ZIP, with a list of what is in it."""

import hashlib
import shutil
import zipfile
from datetime import datetime

from django.utils.text import get_valid_filename

from .source import Publication


def pack(target, publication: Publication, exports, *, made_on: datetime) -> None:
    """Write a ZIP to an open file: `exports`, and the files that the chapters offer.

    No more than a block of any file is in memory. Raises OSError when a file
    can't be read.
    """
    lines = [publication.title, publication.kicker, f"Made on {made_on:%-d %B %Y}", ""]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name, file, what):
            entry = zipfile.ZipInfo(name, date_time=made_on.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as source, archive.open(entry, "w") as copy:
                shutil.copyfileobj(source, copy)
            lines.extend([name, f"    {what}", ""])

        for export in exports:
            add(f"{publication.slug}.{export.format}", export.file, "The whole toolkit")
        for document in publication.documents:
            add(f"files/{document_name(document)}", document.file, document.title)
        lines += [f"Licence: {publication.licence[0]}", publication.licence[1], publication.url]
        archive.writestr("contents.txt", "\r\n".join(lines))


def document_name(document) -> str:
    """A file name that no other document in the ZIP has."""
    stem, dot, ending = get_valid_filename(document.filename).rpartition(".")
    return f"{stem[:100]}-{document.pk}{dot}{ending}"


def digest(exports: list[str], documents) -> str:
    """Changes with the digests of the files, and with what the chapters offer besides."""
    told = [f"{item.pk}:{item.title}:{item.get_file_hash()}" for item in documents]
    return hashlib.sha256("\n".join([*exports, *told]).encode()).hexdigest()
