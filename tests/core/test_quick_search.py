"""Searches that ask the index by itself find what upstream's do."""

import pytest
from django.db import connection
from wagtail.models import Page
from wagtail.search.backends import database, get_search_backend
from wagtail.search.query import Phrase

from cms.core import quick_search
from cms.core.search_backend import find
from cms.core.visibility import public_pages
from home.models import StandardPage
from tests.factories import BenefitsPageFactory, StandardPageFactory


@pytest.fixture
def pages(home):
    """Some with “gull” in the title, some in the body, some not at all."""
    words = ["Herring gull", "Gull", "Pier", "The pier and a gull in the sun", "Pier and sea"]
    made = [
        StandardPageFactory(
            parent=home,
            title=f"{title} {number}",
            body=[{"type": "rich_text", "value": f"<p>{'A gull. ' * (number % 4)}</p>"}],
        )
        for number, title in enumerate(words * 3)
    ]
    return [*made, BenefitsPageFactory(parent=home, title="Gull and pier", slug="benefits")]


def keys(found):
    return [thing.pk for thing in found]


def upstream(query, queryset, **more):
    return database.SearchBackend({}).search(query, queryset, **more)


@pytest.mark.parametrize("query", ["gull", "pier", "gull pier", "herring sun", "xyzzy", "the"])
@pytest.mark.parametrize("model", [Page, StandardPage])
def test_finds_the_same_in_the_same_order(query, model, pages):
    found = model.objects.search(query)
    assert keys(found) == keys(upstream(query, model.objects.all()))
    assert found.count() == len(keys(found))


def test_gives_any_part_of_what_is_found(pages):
    whole = keys(Page.objects.search("gull"))
    for start, stop in ((0, 3), (2, 5), (4, None), (5, 100), (50, 60)):
        part = Page.objects.search("gull")[start:stop]
        assert keys(part) == whole[start:stop]
        assert Page.objects.search("gull")[start:stop].count() == len(whole[start:stop])
    assert Page.objects.search("gull")[1].pk == whole[1]


def test_completes_words_as_upstream_does(pages):
    found = Page.objects.autocomplete("gul")
    expected = database.SearchBackend({}).autocomplete("gul", Page.objects.all())
    assert keys(found) == keys(expected)
    assert keys(found)


def test_keeps_another_order_and_the_filters(pages):
    for order in ("title", "-title", "path"):
        some = Page.objects.order_by(order)
        found = some.search("gull", order_by_relevance=False)
        assert keys(found) == keys(upstream("gull", some, order_by_relevance=False))
    some = Page.objects.filter(title="Gull and pier")
    assert keys(some.search("gull")) == [pages[-1].pk]


def test_leaves_to_upstream_what_it_does_not_know(pages):
    for query, more in ((Phrase("herring gull"), {}), ("gull", {"fields": ["title"]})):
        found = Page.objects.search(query, **more)
        assert keys(found) == keys(upstream(query, Page.objects.all(), **more))
    scored = Page.objects.search("gull").annotate_score("worth")
    assert all(page.worth is not None for page in scored)


def test_counts_by_a_field(pages):
    counts = Page.objects.search("gull").facet("content_type_id")
    assert counts == upstream("gull", Page.objects.all()).facet("content_type_id")


def test_can_be_filtered_by_fields_that_the_index_does_not_have(pages):
    StandardPage.objects.filter(pk=pages[0].pk).update(live=False)
    expected = set(keys(Page.objects.search("gull"))) - {pages[0].pk}
    assert set(keys(find(public_pages(), "gull"))) == expected
    assert keys(find(public_pages(), '"')) == []


def test_ranks_no_more_than_it_must_and_loses_none(pages, monkeypatch):
    whole = set(keys(Page.objects.search("gull")))
    monkeypatch.setattr(quick_search, "MOST_RANKED", 2)
    found = keys(Page.objects.search("gull"))
    assert len(found) == len(whole)
    assert set(found) == whole
    parts = [keys(Page.objects.search("gull")[start : start + 2]) for start in range(0, 20, 2)]
    assert [key for part in parts for key in part] == found


def test_the_words_have_an_index_on_postgresql(db):
    """When this fails, upstream has one: remove ours, cms/core/migrations/0004."""
    if connection.vendor != "postgresql":
        pytest.skip("Only where the database is PostgreSQL.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%%title || body%%'")
        assert cursor.fetchall() == [("words_of_title_and_body",)]


def test_upstream_still_needs_us(pages):
    """When this fails, upstream is quick on SQLite: see whether quick_search can go."""
    if connection.vendor != "sqlite":
        pytest.skip("Only where the database is SQLite.")
    query = str(upstream("gull", Page.objects.all()).get_queryset().query)
    assert query.count("MATCH") == 2  # once for all, and once more for each that is found
    assert isinstance(get_search_backend().search("gull", Page), quick_search.QuickResults)
