"""Lists in parts: each row once, however the site changes meanwhile; and at a constant price."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, Page

from cms.core.models import Alert
from resources.models import ToolkitChapterPage
from tests.blocks import stream_fields, whole_stream
from tests.factories import DocumentFactory, ImageFactory, PartnerFactory, StandardPageFactory
from tests.factories.pages import FACTORIES

from .contract import read

ORDERS = ["position", "-position", "id", "-id", "title", "-title", "slug", "first_published_at",
          "-first_published_at", "last_published_at"]  # fmt: skip


def in_parts(client, meanwhile=lambda: None, **query):
    keys, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        part = read(client, "/pages/", **query, **more)
        keys += [page["id"] for page in part["items"]]
        cursor = part["next_cursor"]
        if cursor is None:
            return keys
        meanwhile()


@pytest.fixture
def pages(home):
    for number, title in enumerate(("Same", "Same", "same", "Ähnlich", "Zebra", "abc", "10", "9")):
        StandardPageFactory(parent=home, title=title, slug=f"page-{number}")
    Page.objects.filter(title="Zebra").update(first_published_at=None)
    return home


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_parts_make_the_whole_list(order, limit, pages, client):
    whole = [page["id"] for page in read(client, "/pages/", order=order, limit=100)["items"]]
    assert len(whole) == 9
    assert in_parts(client, order=order, limit=limit) == whole


@pytest.mark.parametrize("order", ["position", "id", "title", "first_published_at"])
def test_no_row_is_lost_or_comes_twice_while_pages_are_published(order, pages, client):
    there = set(Page.objects.filter(depth__gt=1).values_list("pk", flat=True))
    number = iter(range(100))

    def publish():
        # Before and after the place where the reader is.
        for title in ("AAA", "ZZZ"):
            StandardPageFactory(parent=pages, title=f"{title} {next(number)}")
        Page.objects.get(title="abc").specific.save_revision().publish()

    rounds = iter([publish] * 3)
    keys = in_parts(client, lambda: next(rounds, lambda: None)(), order=order, limit=2)
    assert len(keys) == len(set(keys))
    assert there <= set(keys)


def whole_pages(home, number):
    """`number` pages of every kind, each with every block that it can have."""
    models = [model for model in FACTORIES if model is not type(home)]
    streams = {
        model: {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
        for model in models
    }
    toolkit = Page.objects.get(slug="toolkit").specific
    for index in range(number):
        model = models[index % len(models)]
        parent = toolkit if model is ToolkitChapterPage else home
        FACTORIES[model](parent=parent, slug=f"whole-{index}", **streams[model])


@pytest.mark.parametrize("number", [5, 100])
def test_twenty_whole_pages_take_at_most_fifteen_queries(number, home, library, client):
    whole_pages(home, number)
    read(client, "/pages/", fields="*", limit=100)  # which makes the pictures' sizes
    with CaptureQueriesContext(connection) as queries:
        body = read(client, "/pages/", fields="*", limit=20)
    assert len(body["items"]) == min(20, Page.objects.filter(depth__gt=1).count())
    assert len(queries) <= 15, [query["sql"][:200] for query in queries]


LISTS = ["/pages/", "/images/", "/documents/", "/partners/", "/redirects/", "/sitemap/",
         "/collections/", "/alerts/", "/menus/"]  # fmt: skip


def test_a_list_costs_the_same_however_long_it_is(home, library, client, subtests):
    grow(home, 3)
    few = {path: cost(client, path) for path in LISTS}
    grow(home, 20)
    for path in LISTS:
        with subtests.test(path):
            assert cost(client, path) == few[path]


def cost(client, path):
    query = {"limit": 100} if path in LISTS[:6] else {}
    read(client, path, **query)  # which makes the pictures' sizes
    with CaptureQueriesContext(connection) as queries:
        read(client, path, **query)
    return len(queries)


def grow(home, number):
    for _ in range(number):
        page = StandardPageFactory(parent=home, show_in_menus=True)
        Redirect.add_redirect(f"/old-{page.pk}/", redirect_to=page)
        Alert.objects.create(title=f"About {page.pk}", page=page)
        ImageFactory()
        DocumentFactory(collection=Collection.get_first_root_node().add_child(name=f"C{page.pk}"))
        PartnerFactory()
