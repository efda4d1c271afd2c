"""What `sync/` costs with few pages and with many: queries and time.

    .venv/bin/python benchmarks/sync.py 100 2000

It makes a database of its own in memory and takes it away again.
"""

import os
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"
os.environ["DATABASE_URL"] = "sqlite://:memory:"

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import (
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from wagtail.models import Page, Site

from cms.api.content.api import PREFIX
from cms.api.feed.keeping import catch_up
from cms.api.models import Feed, FeedItem
from cms.events import log
from tests.factories import HomePageFactory, StandardPageFactory

SLOWEST = 1.5  # times as long with many pages as with few
ROUNDS = 30


def main() -> int:
    few, many = (int(number) for number in sys.argv[1:] or (100, 2000))
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    log._followers.clear()
    try:
        before, after = measure(few), measure(many)
    finally:
        teardown_databases(databases, verbosity=0)
    bad = [
        what
        for what, (queries, took) in before.items()
        if after[what][0] != queries or after[what][1] > SLOWEST * took
    ]
    for what in bad:
        print(f"{what}: more queries with many pages, or {SLOWEST} times as slow.")
    return len(bad)


def measure(pages) -> dict:
    Page.objects.filter(depth=2).delete()
    FeedItem.objects.all().delete()
    Feed.objects.all().delete()
    home = HomePageFactory(parent=Page.get_first_root_node(), listing_image=None)
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    made = [
        StandardPageFactory(parent=home, slug=f"page-{number}", listing_image=None)
        for number in range(pages)
    ]
    print(f"\n{pages} pages{'':<34}{'queries':>8}{'milliseconds':>14}")
    started = time.perf_counter()
    catch_up()
    print(f"{'The feed is made':<44}{'':>8}{(time.perf_counter() - started) * 1000:>14.1f}")
    first = f"{PREFIX}sync/?limit=20&kind=page"
    results = {"The first part": show("The first part", first)}
    end = f"{PREFIX}sync/?limit=100&kind=page"
    while True:
        answer = Client().get(end).json()
        parts = urlsplit(answer["next_url"])
        end = f"{parts.path}?{parts.query}"
        if not answer["has_more"]:
            break
    results["Nothing new"] = show("Nothing new", end)
    for page in made[:20]:
        page.save_revision().publish()
    catch_up()
    results["20 pages changed"] = show("20 pages changed", end)
    home.title = f"Another title of {pages}"
    home.save_revision().publish()
    started = time.perf_counter()
    catch_up()
    took = (time.perf_counter() - started) * 1000
    print(f"{'Taking in that every page changed':<44}{'':>8}{took:>14.1f}")
    return results


def show(what, address) -> tuple[int, float]:
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    count = len(queries)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - started) * 1000)
    print(f"{what:<44}{count:>8}{median(times):>14.1f}")
    return count, median(times)


if __name__ == "__main__":
    sys.exit(main())
