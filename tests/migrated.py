"""A migrated, otherwise empty SQLite database, kept in var/ from one run to the next.

Migrating takes ten seconds and more, copying none. The file's name says which
migrations it has had; `migrate` runs on the copy all the same, so what is missing is added.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings

FOLDER = settings.VAR_DIR / "tests"


@cache
def kept() -> Path:
    """Where the database with today's migrations is, or would be."""
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for app in apps.get_app_configs():
        for file in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label} {file.name}\n".encode() + file.read_bytes())
    return FOLDER / f"migrated-{digest.hexdigest()[:32]}.sqlite3"


def keep(database: sqlite3.Connection) -> None:
    """Keep a copy of `database`, which was migrated just now, instead of older ones."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=FOLDER, suffix=".part")
    os.close(handle)
    with closing(sqlite3.connect(name)) as copy:
        database.backup(copy)
    Path(name).replace(kept())
    for older in set(FOLDER.glob("migrated-*.sqlite3")) - {kept()}:
        older.unlink(missing_ok=True)


def copy_into(database: sqlite3.Connection) -> None:
    """Fill `database` with the kept one, if there is one."""
    if kept().exists():
        with closing(sqlite3.connect(f"file:{kept()}?mode=ro", uri=True)) as original:
            original.backup(database)


def copy_to(file: Path) -> bool:
    """The same for a database in a file; whether there was one."""
    if there := kept().exists():
        shutil.copyfile(kept(), file)
    return there
