"""A million searches. The site keeps no log of them: what grows is how often a place has asked."""

import sqlite3
import time
from contextlib import closing

import pytest

from cms.core.limits import counts
from tests.core.limits.clients import ask, slowest

from .site import WholeSite

MILLION = 1_000_000
FILL = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000)
INSERT INTO counts SELECT 'LIMITS:LIMITER/search/' || hex(n) || '/120/1/minute', 1, ? FROM numbers
"""
ROWS = """
from django.apps import apps
print(json.dumps({
    model._meta.label: model.objects.count()
    for model in apps.get_models() if not model._meta.proxy and model._meta.managed
}))
"""


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):
    with WholeSite(
        tmp_path_factory.mktemp("searches"), database=database, RATE_SEARCH="100000/minute"
    ) as site:
        site.make_home()
        site.serve()
        yield site
        site.stop()


def rows(site):
    found = site.json(ROWS)
    # The worker's own: what `serve` does beside.
    for name in ("django_tasks_database.DBTaskResult", "core.Worker", "core.DailyWork"):
        del found[name]
    return found


def test_a_search_writes_no_row(site):
    ask(site.port, "/search/?q=warm")
    before = rows(site)
    for number in range(50):
        assert ask(site.port, f"/search/?q=word-{number}")[0] == 200
        assert ask(site.port, f"/api/content/v1/search/?q=word-{number}")[0] == 200
    assert rows(site) == before


@pytest.mark.parametrize("until", ["not over", "over"])
def test_beside_a_million_places_that_have_searched_all_is_quick(site, until):
    file = site.folder / "var" / "counts.sqlite3"
    with closing(sqlite3.connect(file, timeout=20)) as asked:
        asked.execute("DELETE FROM counts")
        asked.execute(FILL, [time.time() + (3600 if until == "not over" else -1)])
        asked.commit()
    assert slowest(site.port, "/search/?q=page", 20) < 1


def test_counts_that_are_over_go_a_few_at_a_time_and_hold_nobody_up(tmp_path):
    storage = counts.FileStorage(tmp_path / "counts.sqlite3")
    with closing(sqlite3.connect(tmp_path / "counts.sqlite3")) as asked:
        asked.execute(FILL, [time.time() - 1])
        asked.commit()
    longest = 0
    for number in range(3 * counts.TIDY_EVERY):
        began = time.monotonic()
        storage.incr(str(number), 60)
        longest = max(longest, time.monotonic() - began)
    assert longest < counts.PATIENCE
