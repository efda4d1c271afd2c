import os
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cms.accounts import audit
from cms.backup import encryption
from cms.backup.problems import BackupError, first_line
from cms.backup.site import back_up


class Command(BaseCommand):
    help = (
        "Writes the whole site, database and files, to one file, while the site goes on; encrypted "
        "when BACKUP_KEY is set. It holds personal data."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="The file to write; - for standard output.")
        parser.add_argument("--force", action="store_true", help="Overwrite the file.")
        parser.add_argument(
            "--missing-files-too",
            action="store_true",
            help="Back up although files that the site shows are not in the store.",
        )
        parser.add_argument(
            "--make-key", action="store_true", help="Make a pair of keys, and do nothing else."
        )

    def handle(self, *args, file, force, missing_files_too, make_key, **options):
        if make_key:
            secret, public = encryption.make_key()
            self.stdout.write(f"To back up:  BACKUP_KEY={public}")
            self.stdout.write(f"To restore:  BACKUP_KEY={secret}")
            return
        if not file:
            raise CommandError("Say which file to write, or - for standard output.")
        try:
            to = encryption.recipient()
            with (
                _standard_output() if file == "-" else _whole_or_not_at_all(file, force) as raw,
                encryption.encrypted(raw, to) if to else nullcontext(raw) as target,
            ):
                back_up(target, self.say, missing_too=missing_files_too)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(f"There is no backup. {first_line(error)}") from error
        self.say("Done." if to else "Done. It is not encrypted, as BACKUP_KEY is not set.")
        if file != "-":  # where the line would stand in the backup
            audit.say("backed_up", encrypted=bool(to))

    def say(self, word):
        self.stderr.write(word, lambda text: text)


@contextmanager
def _standard_output():
    if sys.stdout.isatty():
        raise BackupError("This is a terminal. Send the output to a file or a program.")
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _whole_or_not_at_all(name, force):
    """A file for its owner's eyes, which has its name when it is whole."""
    path, partial = Path(name), Path(f"{name}.partial")
    if path.exists() and not force:
        raise BackupError(f"{path} is there already. Choose another name, or overwrite: --force.")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(handle)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
