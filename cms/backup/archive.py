"""One file: a tar, written and read as a stream, with a manifest at its end.

rows/<model>/<number>.jsonl     rows, a megabyte or so in each
media/<name>                    files, as they are called in the store
manifest.json                   what this is of, and the SHA-256 of each of the above
manifest.sha256                 that of the manifest; a file without it is not whole
"""

import json
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from io import BytesIO

from . import encryption
from .problems import BackupError

FORMAT = 1
ROWS, MEDIA = "rows/", "media/"
_MANIFEST, _SEAL = "manifest.json", "manifest.sha256"
_AT_ONCE = 256 * 1024  # bytes
_DAMAGED = "The backup is damaged, or its end is missing."
_NO_BACKUP = "This file is no backup of a site."


class Hashed:
    """A file, and the SHA-256 of what was read of it."""

    def __init__(self, file):
        self._file, self._digest = file, sha256()

    def read(self, size=-1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


class _Member(Hashed):
    def read(self, size=-1) -> bytes:
        try:
            return super().read(size)
        except tarfile.TarError as error:
            raise BackupError(_DAMAGED) from error


class _Stream:
    """What `tarfile` asks of a file that it only writes to. Its own stream mode goes on writing
    when it is thrown away, half-way, into a file that is closed by then."""

    def __init__(self, file):
        self.write = file.write

    def tell(self):
        return 0


class Writer:
    """Adds members one after the other. `finish` makes the file a whole one."""

    def __init__(self, file):
        self._tar = tarfile.TarFile(fileobj=_Stream(file), mode="w", format=tarfile.PAX_FORMAT)
        self._members = {}

    def add(self, name: str, size: int, file) -> None:
        """Add exactly `size` bytes of `file`."""
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        source = Hashed(file)
        self._tar.addfile(info, source)
        self._tar.members.clear()  # which would grow with every file
        self._members[name] = [size, source.hexdigest()]

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, len(content), BytesIO(content))

    def finish(self, manifest: dict) -> None:
        about = {"format": FORMAT, **manifest, "members": self._members.copy()}
        text = json.dumps(about, ensure_ascii=False, indent=1).encode()
        self.add_bytes(_MANIFEST, text)
        self.add_bytes(_SEAL, sha256(text).hexdigest().encode())
        self._tar.close()


@contextmanager
def members(file):
    """An iterator of (name, size, content) of each member of a backup; read each at once."""
    with closing(_members(file)) as found:
        yield found


def _members(file) -> Iterator[tuple[str, int, Hashed]]:
    with _plain(file) as plain:
        try:
            tar = tarfile.open(fileobj=plain, mode="r|")  # noqa: SIM115
            while (info := tar.next()) is not None:
                content = tar.extractfile(info)
                if content is None:
                    raise BackupError(_NO_BACKUP)  # a folder or a link
                yield info.name, info.size, _Member(content)
                tar.members.clear()
            while plain.read(_AT_ONCE):  # decrypting has an end of its own, which must be seen
                pass
        except tarfile.TarError as error:
            raise BackupError(_DAMAGED) from error


@contextmanager
def _plain(file):
    file.seek(0)
    begins = file.read(512)
    file.seek(0)
    if begins.startswith(encryption.BEGINS):
        with encryption.decrypted(file) as plain:
            yield plain
    elif begins[257:262] == b"ustar":
        yield file
    else:
        raise BackupError(_NO_BACKUP)


def verified(file) -> dict:
    """The manifest of a backup, when every byte of it is as it was written."""
    found, manifest, seal = {}, None, None
    with members(file) as there:
        for name, size, content in there:
            if name == _MANIFEST:
                manifest = content.read()
            elif name == _SEAL:
                seal = content.read()
            elif not name.startswith((ROWS, MEDIA)) or ".." in name.split("/"):
                raise BackupError(_NO_BACKUP)
            else:
                while content.read(_AT_ONCE):
                    pass
                found[name] = [size, content.hexdigest()]
    if manifest is None or seal != sha256(manifest).hexdigest().encode():
        raise BackupError(_DAMAGED if found else _NO_BACKUP)
    about = json.loads(manifest)
    if about.pop("format") != FORMAT:
        raise BackupError("A newer release made this backup. Restore it with that release.")
    if about["members"] != found:
        raise BackupError(_DAMAGED)
    return about
