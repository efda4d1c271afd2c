"""Files: what the store has and the database names, and putting them back."""

import os
from collections.abc import Iterator
from hashlib import sha256

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404

from cms.core.files import CHUNK, Stored

from .archive import Hashed
from .problems import BackupError
from .tables import MADE_AGAIN, file_fields, in_backup, label


def named_in_database() -> dict[str, bool]:
    """The files that rows point at: whether each must be there, as nothing makes it again."""
    names = {}
    for model in in_backup():
        for field in file_fields(model):
            values = QuerySet(model).exclude(**{field.attname: ""}).values_list(field.attname)
            for (name,) in values.iterator():
                if name:
                    names[name] = names.get(name, False) or label(model) not in MADE_AGAIN
    return names


def in_store(folder: str = "") -> Iterator[str]:
    """The names of all files in the store."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        if file:
            yield f"{folder}{file}"
    for below in folders:
        yield from in_store(f"{folder}{below}/")


def opened(name: str):
    """(size, file to read from), or None when it is gone."""
    try:
        stored = Stored(default_storage, name)
        return stored.size, Pieces(stored.part(0, stored.size))
    except (Http404, FileNotFoundError):
        return None


class Pieces:
    """A file of what comes piece by piece."""

    def __init__(self, part):
        self._part, self._rest = part, b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (piece := next(self._part, b"")):
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def close(self):
        self._part.close()


def is_there(name: str, size: int, digest: str) -> bool | None:
    """Whether the store has this file; None when it has another of that name."""
    there = opened(name)
    if there is None:
        return False
    found, file = there
    if found != size:
        file.close()
        return None
    known = sha256()
    while data := file.read(CHUNK):
        known.update(data)
    file.close()
    return True if known.hexdigest() == digest else None


def put(name: str, size: int, content: Hashed, digest: str) -> None:
    """Store a file under its very name, or nothing at all."""
    if default_storage.exists(name):
        default_storage.delete(name)
    kept = None
    try:
        kept = default_storage.save(name, Arriving(content, name, size))
        if kept != name or content.hexdigest() != digest:
            raise BackupError(f"The store did not keep {name} as it is.")
    except BaseException:
        default_storage.delete(kept or name)  # half a file must not look like a whole one
        raise


class Arriving(File):
    """A file that can be read once, from its beginning to its end."""

    def __init__(self, content, name, size):
        super().__init__(content, name)
        self.size = size

    def seekable(self):
        return False

    def seek(self, offset, whence=os.SEEK_SET):
        if offset or whence != os.SEEK_SET:
            raise OSError("It can be read once.")

    @property
    def closed(self):
        return False

    def close(self):
        pass
