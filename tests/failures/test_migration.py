"""A migration that is killed and run again ends right, but for one step of a first set-up."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.served import ROOT, Served

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
CHECK = """
import json
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.apps import apps
executor = MigrationExecutor(connection)
assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
there = set(connection.introspection.table_names())
columns = {}
with connection.cursor() as cursor:
    for table in sorted(there):
        found = connection.introspection.get_table_description(cursor, table)
        columns[table] = sorted(column.name for column in found)
from django.contrib.auth.models import Permission
from wagtail.models import Page
print(json.dumps([columns, Permission.objects.count(), Page.objects.count()]))
"""


# Wagtail's own, and the one of all that is no transaction: killed within it, a new database
# has half of it, and no `migrate` goes on from there.
NO_TRANSACTION = "0070_rename_pagerevision_revision"
RENAMED = "SELECT count(*) FROM sqlite_master WHERE name = 'wagtailcore_revision'"
FROM_OURS = "SELECT count(*) FROM django_migrations WHERE app = 'home'"
APPLIED = "SELECT count(*) FROM django_migrations WHERE name = ?"


def migrate(site) -> bool:
    """Whether it came to its end."""
    return _started(site).wait(timeout=200) == 0


def kill_migrate(site, when) -> None:
    """Once `when()` is true, which it is before the end."""
    process = _started(site)
    until = time.monotonic() + 100
    while not when():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL


def _started(site, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "django", "migrate", "-v0"],
        cwd=ROOT,
        env=site.environment,
        **options,
    )


class Unmigrated(Served):
    def __enter__(self):
        return self


def test_on_postgresql(postgres, database, tmp_path_factory):
    with postgres.connect() as asked:
        asked.execute("CREATE DATABASE interrupted")
    with Unmigrated(tmp_path_factory.mktemp("whole"), database=database) as whole:
        right = whole.run(CHECK)
    with (
        Unmigrated(tmp_path_factory.mktemp("broken"), database=postgres.url("interrupted")) as site,
        postgres.connect("interrupted") as asked,
    ):
        for tables in (1, 40, 90):  # each a little further
            kill_migrate(site, lambda tables=tables: asked.execute(TABLES).fetchone()[0] >= tables)
        assert migrate(site)
        assert site.run(CHECK) == right


def test_on_sqlite(tmp_path_factory):
    with Unmigrated(tmp_path_factory.mktemp("broken")) as site:
        file = site.folder / "site.sqlite3"

        def applied(name):
            return _count(file, APPLIED, name)

        # Early; after the one that is no transaction; and near the end, among our own.
        kill_migrate(site, lambda: _tables(file) >= 10)
        assert not applied(NO_TRANSACTION)
        kill_migrate(site, lambda: applied(NO_TRANSACTION))
        kill_migrate(site, lambda: _count(file, FROM_OURS))
        assert migrate(site)
        found = site.run(CHECK)
    with Served(tmp_path_factory.mktemp("whole")) as whole:
        assert whole.run(CHECK) == found


def test_who_was_killed_in_the_one_step_that_is_no_transaction_begins_with_an_empty_database(
    tmp_path_factory,
):
    with Unmigrated(tmp_path_factory.mktemp("half")) as site:
        file = site.folder / "site.sqlite3"
        kill_migrate(site, lambda: _count(file, RENAMED))
        if not _count(file, APPLIED, NO_TRANSACTION):  # it was not quicker than we
            assert not migrate(site)
        for part in site.folder.glob("site.sqlite3*"):
            part.unlink()
        assert migrate(site)
        site.run(CHECK)


def _tables(file):
    return _count(file, "SELECT count(*) FROM sqlite_master WHERE type = 'table'")


def _count(file, query, *values) -> int:
    """0 too while there is nothing to ask, or no table of that name."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchone()[0]
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("times", [2])
def test_of_two_that_migrate_at_once_the_database_is_right(postgres, tmp_path_factory, times):
    """Two hosts that are upgraded in the same minute: one may fail, and is run again."""
    with postgres.connect() as asked:
        asked.execute("CREATE DATABASE together")
    with Unmigrated(tmp_path_factory.mktemp("together"), database=postgres.url("together")) as site:
        started = [_started(site, stderr=subprocess.DEVNULL) for _ in range(times)]
        for process in started:
            process.wait(timeout=200)
        assert migrate(site)
        site.run(CHECK)
