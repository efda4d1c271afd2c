"""A migration that is killed and run again ends right, but for one step of a first set-up."""

import signal
import subprocess
import sys

import pytest

from tests.served import ROOT, Served

TABLES = ("wagtailcore_site", "home_homepage", "programme_signup")  # each a little further
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

# Of the last migration of `core`, which makes a table.
FORGET = """
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
last = MigrationRecorder(connection).migration_qs.filter(app="core").latest("name")
print(last.name.partition("_")[0])
last.delete()
"""

# Ends `migrate` in the middle of a transaction, once a statement has been done.
KILLED = """
import os, signal
from django.db.backends.signals import connection_created

def kill(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if os.environ.get("KILLED_AT", "nowhere") in sql:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

def watch(connection, **kwargs):
    connection.execute_wrappers.append(kill)

connection_created.connect(watch)
"""


def migrate(site, *more) -> bool:
    """Whether it came to its end."""
    return _started(site, *more).wait(timeout=200) == 0


def kill_migrate_at(site, statement) -> None:
    process = _started(site, KILLED_AT=statement)
    assert process.wait(timeout=200) == -signal.SIGKILL


def _started(site, *more, stderr=None, **environment):
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "django", "migrate", "-v0", *more],
        cwd=ROOT,
        env={**site.environment, **environment},
        stderr=stderr,
    )


class Unmigrated(Served):
    def __enter__(self):
        return self


def test_on_postgresql(postgres, database, tmp_path_factory):
    with postgres.connect() as asked:
        asked.execute("CREATE DATABASE interrupted")
    with Unmigrated(tmp_path_factory.mktemp("whole"), database=database) as whole:
        right = whole.run(CHECK)
    with Unmigrated(
        tmp_path_factory.mktemp("broken"), database=postgres.url("interrupted"), settings=KILLED
    ) as site:
        for table in TABLES:
            kill_migrate_at(site, f'CREATE TABLE "{table}"')
        assert migrate(site)
        assert site.run(CHECK) == right


def test_on_sqlite(tmp_path_factory):
    with Unmigrated(tmp_path_factory.mktemp("broken"), settings=KILLED) as site:
        for table in TABLES:
            kill_migrate_at(site, f'CREATE TABLE "{table}"')
        assert migrate(site)
        found = site.run(CHECK)
    with Served(tmp_path_factory.mktemp("whole")) as whole:
        assert whole.run(CHECK) == found


def test_who_was_killed_in_the_one_step_that_is_no_transaction_begins_with_an_empty_database(
    tmp_path_factory,
):
    """Wagtail's 0070: a new database has half of it, and no `migrate` goes on from there."""
    with Unmigrated(tmp_path_factory.mktemp("half"), settings=KILLED) as site:
        kill_migrate_at(site, 'RENAME TO "wagtailcore_revision"')
        assert not migrate(site)
        for part in site.folder.glob("site.sqlite3*"):
            part.unlink()
        assert migrate(site)
        site.run(CHECK)


def test_who_was_killed_between_a_migration_and_the_note_of_it_notes_it_by_hand(
    postgres, tmp_path_factory
):
    """Django notes some of them just after they are done, so they may be done and not noted."""
    with postgres.connect() as asked:
        asked.execute("CREATE DATABASE not_noted")
    with Unmigrated(
        tmp_path_factory.mktemp("not-noted"), database=postgres.url("not_noted")
    ) as site:
        assert migrate(site)
        right = site.run(CHECK)
        number = site.run(FORGET)
        assert not migrate(site)
        assert migrate(site, "--fake", "core", number)
        assert migrate(site)
        assert site.run(CHECK) == right


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
