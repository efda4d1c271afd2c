"""A statement that Django wrote once answers as if it were written anew."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from cms.core.statements import Statement, by_key
from tests import factories

pytestmark = pytest.mark.django_db


def by_slug(slug, depth):
    return Page.objects.filter(slug=slug, depth=depth, live=True).values_list(
        "pk", "translation_key", "live", "last_published_at"
    )


@pytest.fixture
def pages(home):
    return [
        factories.StandardPageFactory(
            parent=home, slug=slug, last_published_at=timezone.now().replace(microsecond=7)
        )
        for slug in ("one", "another")
    ]


def test_it_finds_what_its_query_finds_with_other_values(pages):
    statement = Statement(by_slug, slug="such a slug", depth=999)
    for page in pages:
        asked = {"slug": page.slug, "depth": page.depth}
        with CaptureQueriesContext(connection) as queries:
            found = [tuple(row) for row in statement.rows(**asked)]
        assert found == list(by_slug(**asked))
        assert found[0][:3] == (page.pk, page.translation_key, True)
        assert len(queries) == 1
    assert list(statement.rows(slug="one", depth=1)) == []


def test_a_value_that_the_query_does_not_hold_as_it_is_is_refused():
    with pytest.raises(ValueError, match="wanted"):
        Statement(
            lambda wanted: Page.objects.filter(title__contains=wanted).values_list("pk"),
            wanted="some words",
        )


def test_a_thing_is_read_by_its_key_as_its_own_type(pages):
    page = pages[0]
    with CaptureQueriesContext(connection) as queries:
        found = by_key(type(page), page.pk)
    assert found == page
    assert (found.title, found.summary, found.path) == (page.title, page.summary, page.path)
    assert list(found.body.raw_data) == list(page.body.raw_data)
    assert len(queries) == 1
    assert by_key(type(page), -5) is None
