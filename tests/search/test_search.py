"""The search page, on whichever database the tests run."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from search.results import clean_query
from search.templatetags.search_tags import mark_words
from tests.factories import (
    DocumentFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from tests.library import made_public


def search(client, query, **more):
    return client.get("/search/", {"q": query, **more}).content.decode()


@pytest.fixture
def pier(home):
    return StandardPageFactory(
        parent=home,
        title="The pier",
        summary="A mile and a third over the water.",
        body=[{"type": "rich_text", "value": "<p>Herring gulls live there.</p>"}],
    )


def test_finds_pages_by_their_title_summary_and_body(pier, client):
    for word in ("pier", "mile", "herring", "GULLS"):
        assert pier.get_url() in search(client, word)


def test_finds_documents_by_their_title_and_description(home, client):
    document = made_public(DocumentFactory(title="Tide table", description="For fishermen."))
    for word in ("tide", "fishermen"):
        assert document.url in search(client, word)


def test_says_first_what_kind_of_thing_it_found(home, client):
    toolkit = ToolkitPageFactory(parent=home, title="Herring")
    ToolkitChapterPageFactory(parent=toolkit, title="Herring one")
    made_public(DocumentFactory(title="Herring two"))
    text = strip_tags(search(client, "herring"))
    for kind in ("Toolkit", "Toolkit chapter", "Poster"):
        assert kind in text


def test_marks_the_words_that_were_found(pier, client):
    assert "<mark>pier</mark>" in search(client, "pier")


def test_keeps_the_query_in_the_box(home, client):
    content = search(client, 'tide & "pier"')
    assert 'value="tide &amp; &quot;pier&quot;"' in content


def test_an_empty_result_helps(home, client):
    StandardPageFactory(parent=home, title="About", show_in_menus=True)
    content = search(client, "xyzzy")
    assert "About" in content
    assert "xyzzy" in content


def test_without_a_query_there_is_a_box(home, client):
    assert 'name="q"' in client.get("/search/").content.decode()


def test_pages_through_pages_and_then_documents(home, client):
    for number in range(12):
        StandardPageFactory(parent=home, title=f"Herring page {number}")
        made_public(DocumentFactory(title=f"Herring document {number}"))
    pages = [strip_tags(search(client, "herring", page=number)) for number in (1, 2, 3)]
    found = [
        (len(set(re.findall(r"Herring page \d+", page))), page.count("For notice boards"))
        for page in pages
    ]
    assert found == [(10, 0), (2, 8), (0, 4)]
    assert "24" in pages[0]


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", ""])
def test_a_page_that_is_not_there_is_the_nearest_that_is(page, pier, client):
    assert pier.get_url() in search(client, "pier", page=page)


@pytest.mark.parametrize(
    "query",
    ["'", '"', "*", "a OR", "NEAR(", "(", "x" * 10_000, "\x00", "%", "a:b", "-a", "🌊", "&|!"],
)
def test_no_query_is_too_odd(query, home, client):
    assert client.get("/search/", {"q": query}).status_code == 200


def test_the_number_of_queries_does_not_grow_with_what_is_found(home, client):
    def count():
        search(client, "herring")
        with CaptureQueriesContext(connection) as captured:
            search(client, "herring")
        return len(captured)

    for number in range(2):
        StandardPageFactory(parent=home, title=f"Herring {number}")
    few = count()
    for number in range(20):
        StandardPageFactory(parent=home, title=f"Herring more {number}")
    assert count() <= few


def test_a_query_is_one_line_without_control_characters():
    assert clean_query("  a\x00b\n c  ") == "a b c"


def test_marking_words_escapes_everything_else():
    assert mark_words("<b>Pier</b> & piers", "pier") == (
        "&lt;b&gt;<mark>Pier</mark>&lt;/b&gt; &amp; <mark>piers</mark>"
    )
