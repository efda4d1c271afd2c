"""A migration that is killed, at any moment, and run again ends right."""

import subprocess
import sys
import time

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


def migrate(site, *, kill_after=None) -> bool:
    """Whether it came to its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "migrate", "-v0"], cwd=ROOT, env=site.environment
    )
    if kill_after is None:
        return process.wait(timeout=200) == 0
    until = time.monotonic() + 100
    while process.poll() is None and not kill_after():
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    return process.wait() == 0


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
            assert not migrate(
                site,
                kill_after=lambda tables=tables: asked.execute(TABLES).fetchone()[0] >= tables,
            )
        assert migrate(site)
        assert site.run(CHECK) == right


def test_on_sqlite(tmp_path_factory):
    with Unmigrated(tmp_path_factory.mktemp("broken")) as site:
        file = site.folder / "site.sqlite3"
        wal = site.folder / "site.sqlite3-wal"

        def size():
            return sum(each.stat().st_size for each in (file, wal) if each.exists())

        for kilobytes in (300, 2500):
            assert not migrate(
                site, kill_after=lambda kilobytes=kilobytes: size() >= kilobytes * 1024
            )
        assert migrate(site)
        found = site.run(CHECK)
    with Served(tmp_path_factory.mktemp("whole")) as whole:
        assert whole.run(CHECK) == found


@pytest.mark.parametrize("times", [2])
def test_of_two_that_migrate_at_once_the_database_is_right(postgres, tmp_path_factory, times):
    """Two hosts that are upgraded in the same minute: one may fail, and is run again."""
    with postgres.connect() as asked:
        asked.execute("CREATE DATABASE together")
    with Unmigrated(tmp_path_factory.mktemp("together"), database=postgres.url("together")) as site:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "django", "migrate", "-v0"],
                cwd=ROOT,
                env=site.environment,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(times)
        ]
        for process in started:
            process.wait(timeout=200)
        assert migrate(site)
        site.run(CHECK)
