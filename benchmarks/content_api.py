"""How many answers a second: made, kept and conditional; Wagtail's v2; and a bare Django view.

    .venv/bin/python benchmarks/content_api.py

It makes a database of its own in memory and takes it away again. One process, no
server in between, so the figures compare and say nothing of a live service.
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

from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import (
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import path
from wagtail.models import Page, Site

from cms.api.content.api import PREFIX
from cms.urls import urlpatterns
from home.models import StandardPage
from tests.blocks import whole_stream
from tests.factories import DocumentFactory, HomePageFactory, ImageFactory, StandardPageFactory

LEAST = 5  # conditional answers for each that is made
PAGES = 20
ROUNDS, SECONDS = 5, 0.5

urlpatterns.insert(0, path("bare/", lambda request: HttpResponse(b"{}")))


def main() -> int:
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return measure()
    finally:
        teardown_databases(databases, verbosity=0)


def measure() -> int:
    make_pages()
    whole = f"{PREFIX}pages/?fields=*&limit={PAGES}"
    one = f"{PREFIX}pages/by-path/?path=/page-0/&include=menus,settings"
    rows = [
        ("A bare view", "/bare/", {}),
        ("One page by its path", one, {}),
        (f"{PAGES} whole pages", whole, {}),
        (f"{PAGES} whole pages, Wagtail's v2", f"/api/v2/pages/?fields=*&limit={PAGES}", {}),
    ]
    print(f"{'':<44}{'queries':>8}{'per second':>12}")
    made = {}
    for what, address, headers in rows:
        made[address] = show(f"{what}, made", address, headers, forget=True)
    slow = []
    for what, address in (("One page by its path", one), (f"{PAGES} whole pages", whole)):
        show(f"{what}, kept", address, {})
        etag = Client().get(address)["ETag"]
        conditional = show(f"{what}, not changed", address, {"If-None-Match": etag})
        ratio = conditional / made[address]
        print(f"{'':<44}{ratio:>19.1f} times what is made")
        if ratio < LEAST:
            slow.append(what)
    for what in slow:
        print(f"{what}: “not changed” is not {LEAST} times as quick as an answer that is made.")
    return len(slow)


def make_pages():
    Page.objects.filter(depth=2).delete()
    home = HomePageFactory(parent=Page.get_first_root_node())
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    ImageFactory()
    DocumentFactory()
    body = whole_stream(StandardPage)
    for number in range(PAGES):
        StandardPageFactory(parent=home, slug=f"page-{number}", body=body)


def show(what, address, headers, forget=False) -> float:
    client = Client()

    def ask():
        if forget:
            for cache in caches.all():
                cache.clear()
        return client.get(address, headers=headers)

    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    count_of_queries = len(queries)  # before the next request empties the log
    rates = []
    for _ in range(ROUNDS):
        started, count = time.perf_counter(), 0
        while time.perf_counter() - started < SECONDS:
            ask()
            count += 1
        rates.append(count / (time.perf_counter() - started))
    print(f"{what:<44}{count_of_queries:>8}{median(rates):>12.0f}")
    return median(rates)


if __name__ == "__main__":
    sys.exit(main())
