"""Encryption in the format of age (age-encryption.org/v1): `age -d` opens a backup, too.

The library reads and writes files; ours are streams, so a pipe and a thread stand between.
"""

import os
import threading
from contextlib import contextmanager, suppress

import pyrage
from django.conf import settings

from .problems import BackupError

BEGINS = b"age-encryption.org/v1\n"
_BAD_KEY = (
    "BACKUP_KEY is no key. It begins with age1 (enough to back up) or AGE-SECRET-KEY-1 (to "
    "restore as well). “manage.py backup --make-key” makes both."
)
_WRONG_KEY = "The key in BACKUP_KEY does not open this backup."
_NO_KEY = "This backup is encrypted. Set BACKUP_KEY to the secret key, AGE-SECRET-KEY-1…"
_DAMAGED = "The backup is damaged, or its end is missing."


def make_key() -> tuple[str, str]:
    """The secret key and the public one."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient():
    """Whom backups are encrypted to; None when no key is set."""
    key = settings.BACKUP_KEY.strip()
    if not key:
        return None
    try:
        if key.upper().startswith("AGE-SECRET-KEY-"):
            return pyrage.x25519.Identity.from_str(key).to_public()
        return pyrage.x25519.Recipient.from_str(key)
    except (pyrage.IdentityError, pyrage.RecipientError) as error:
        raise BackupError(_BAD_KEY) from error


def _identity():
    key = settings.BACKUP_KEY.strip()
    if not key or key.startswith("age1"):
        raise BackupError(_NO_KEY)
    try:
        return pyrage.x25519.Identity.from_str(key)
    except pyrage.IdentityError as error:
        raise BackupError(_BAD_KEY) from error


@contextmanager
def encrypted(file, to):
    """A file to write to; what is written reaches `file` encrypted."""

    def encrypt(source):
        try:
            pyrage.encrypt_io(source, file, [to])
        except pyrage.EncryptError as error:
            raise BackupError(str(error)) from error

    with _piped(encrypt, "wb") as target:
        yield target


@contextmanager
def decrypted(file):
    """A file to read from: what `file` holds, each part verified before it is given."""
    identity = _identity()

    def decrypt(target):
        try:
            pyrage.decrypt_io(file, target, [identity])
        except Exception as error:  # the library has one for each step, and the file's own
            wrong = "matching keys" in str(error).lower()
            raise BackupError(_WRONG_KEY if wrong else _DAMAGED) from error

    with _piped(decrypt, "rb") as source:
        yield source


@contextmanager
def _piped(work, mode):
    """Our end of a pipe, while a thread does `work(its end)`. What goes wrong there is raised."""
    reading, writing = os.pipe()
    ours, theirs = (writing, reading) if mode == "wb" else (reading, writing)
    failed, left = [], threading.Event()

    def go():
        with suppress(OSError), open(theirs, "rb" if mode == "wb" else "wb") as end:
            try:
                work(end)
            except BaseException as error:
                # When we have stopped reading, writing fails, and that says nothing.
                if mode == "wb" or not left.is_set():
                    failed.append(error)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    stopped = None
    try:
        with open(ours, mode) as end:
            try:
                yield end
            finally:
                left.set()
    except BaseException as error:
        stopped = error
    thread.join()
    if isinstance(stopped, GeneratorExit):
        raise stopped
    # A pipe that broke or ended early is told by its cause.
    for error in (*failed, stopped):
        if error is not None:
            raise error
