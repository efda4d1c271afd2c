import os
from itertools import count

import pytest

from tests import migrated
from tests.served import Served

from .private import PostgreSQL, Redis

_numbers = count(1)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.failures)


def _started(kind, *arguments):
    """The service; a clear skip where it is not installed, and a failure in CI."""
    try:
        return kind(*arguments)
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory):
    """With a database `empty`, migrated: kept in var/ as `tests.migrated` keeps one of SQLite."""
    kept = migrated.FOLDER / migrated.kept().stem.replace("migrated", "postgresql")
    was_there = kept.exists()
    with _started(PostgreSQL, kept) as server:
        if not was_there:
            with server.connect() as asked:
                asked.execute("CREATE DATABASE empty")
            with Served(tmp_path_factory.mktemp("migrated"), database=server.url("empty")):
                pass
            if not kept.exists():
                server.keep(kept)
        yield server


@pytest.fixture(scope="module")
def postgres(_postgres):
    """A PostgreSQL that a test may kill; it runs again for the next."""
    if not _postgres.answers():
        _postgres.kill()
        _postgres.start()
    return _postgres


@pytest.fixture(scope="module")
def database(postgres):
    """The address of a migrated, empty database."""
    name = f"site_{next(_numbers)}"
    with postgres.connect() as asked:
        asked.execute(f"CREATE DATABASE {name} TEMPLATE empty")
    return postgres.url(name)


@pytest.fixture(scope="module")
def redis():
    with _started(Redis) as server:
        yield server
