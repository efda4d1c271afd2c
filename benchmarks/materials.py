"""How much longer a shelf of 500 documents takes than one of 50.

    .venv/bin/python benchmarks/materials.py

It makes a database of its own in memory and takes it away again.
"""

import os
import sys
import time
from pathlib import Path
from statistics import median

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
from wagtail.models import Collection, Page, Site

from resources.models import Document
from tests.factories import DocumentFactory, HomePageFactory, MaterialsPageFactory

FEW, MANY = 50, 500
MOST_QUERIES = 15
TIMES = 30


def main() -> int:
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return measure()
    finally:
        teardown_databases(databases, verbosity=0)


def measure() -> int:
    Page.objects.filter(depth=2).delete()
    home = HomePageFactory(parent=Page.get_first_root_node())
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    addresses = {number: shelf_of(number, home) for number in (FEW, MANY)}
    print(f"{'documents':>9}  {'queries':>7}  {'median ms':>9}")
    most, times = 0, {}
    for number, address in addresses.items():
        queries, times[number] = read(address)
        most = max(most, queries)
        print(f"{number:>9}  {queries:>7}  {times[number] * 1000:>9.1f}")
    print(f"\n{MANY} take {times[MANY] / times[FEW]:.2f} times as long as {FEW}.")
    if most > MOST_QUERIES:
        print(f"{most} queries; {MOST_QUERIES} are the most.")
    return int(most > MOST_QUERIES)


def shelf_of(number: int, home) -> str:
    """A page with one collection of `number` documents, in pairs of two languages; its address."""
    collection = Collection.get_first_root_node().add_child(name=f"Shelf of {number}")
    first = DocumentFactory(collection=collection)
    Document.objects.bulk_create(
        Document(
            title=f"Poster {index:04}",
            kind=first.kind,
            collection=collection,
            description="For notice boards.",
            file=first.file.name,
            file_size=first.file_size,
            thumbnail=first.thumbnail.name,
            thumbnail_width=first.thumbnail_width,
            thumbnail_height=first.thumbnail_height,
        )
        for index in range(number - 1)
    )
    keys = list(Document.objects.filter(collection=collection).values_list("pk", flat=True))
    for leader, form in zip(keys[::2], keys[1::2], strict=False):
        Document.objects.filter(pk=form).update(form_of=leader, language="pl")
    page = MaterialsPageFactory(
        parent=home,
        slug=f"shelf-of-{number}",
        body=[{"type": "collection", "value": {"heading": "All", "collection": collection.pk}}],
    )
    return page.get_url()


def read(address: str) -> tuple[int, float]:
    """Queries of one request, and the median of its seconds."""
    client = Client()
    client.get(address)  # what a process reads once is read
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    queries = len(captured)  # the next request empties the list
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        client.get(address)
        seconds.append(time.perf_counter() - start)
    return queries, median(seconds)


if __name__ == "__main__":
    sys.exit(main())
