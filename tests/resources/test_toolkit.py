"""The toolkit as a publication."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms.core import references
from tests.factories import ToolkitChapterPageFactory, ToolkitPageFactory


@pytest.fixture
def toolkit(home):
    return ToolkitPageFactory(parent=home, slug="toolkit")


def chapter(toolkit, title, words="Start with people.", **values):
    body = [
        {"type": "heading", "value": {"text": "Before", "level": "h2"}},
        {"type": "heading", "value": {"text": "Who", "level": "h3"}},
        {"type": "rich_text", "value": f"<p>{words}</p>"},
        {"type": "checklist", "value": {"heading": "Tick", "items": ["One"]}},
    ]
    return ToolkitChapterPageFactory(parent=toolkit, title=title, body=body, **values)


class TestEveryChapterOnOnePage:
    def test_has_them_all_in_their_order(self, toolkit, client):
        chapter(toolkit, "First", "Words of one.")
        chapter(toolkit, "Second", "Words of two.")
        content = client.get("/toolkit/all/").content.decode()
        assert content.index("Words of one.") < content.index("Words of two.")
        assert 'href="/toolkit/all/"' in client.get("/toolkit/").content.decode()

    def test_has_no_id_twice(self, toolkit, client):
        chapter(toolkit, "First")
        chapter(toolkit, "Second")
        ids = re.findall(r' id="([^"]+)"', client.get("/toolkit/all/").content.decode())
        assert "first-before" in ids
        assert "second-before" in ids
        assert len(ids) == len(set(ids))

    def test_sets_each_chapters_headings_below_its_title(self, toolkit, client):
        chapter(toolkit, "First")
        content = client.get("/toolkit/all/").content.decode()
        levels = [
            int(level)
            for level, text in re.findall(r"<h(\d)[^>]*>\s*(.*?)</h", content)
            if text.endswith(("First", "Before", "Who", "Tick"))
        ]
        assert levels == [2, 3, 4, 5]

    @pytest.mark.parametrize("hide", ["draft", "private", "expired"])
    def test_leaves_out_what_is_not_public(self, hide, toolkit, client):
        chapter(toolkit, "First")
        hidden = chapter(toolkit, "Secret", "Secret words.", live=hide != "draft")
        if hide == "private":
            PageViewRestriction.objects.create(page=hidden, restriction_type="login")
        if hide == "expired":
            hidden.expire_at = timezone.now() - timedelta(minutes=1)
            hidden.save()
        assert "Secret" not in client.get("/toolkit/all/").content.decode()

    def test_is_gone_with_the_toolkit(self, toolkit, client):
        chapter(toolkit, "First")
        toolkit.expire_at = timezone.now() - timedelta(minutes=1)
        toolkit.save()
        assert client.get("/toolkit/all/").status_code == 404
        assert client.get("/toolkit/").status_code == 404
        toolkit.expire_at = None
        toolkit.save()
        toolkit.unpublish()
        assert client.get("/toolkit/all/").status_code == 404

    def test_is_private_with_the_toolkit(self, toolkit, client):
        chapter(toolkit, "First")
        PageViewRestriction.objects.create(page=toolkit, restriction_type="login")
        assert client.get("/toolkit/all/").status_code == 302

    def test_takes_no_more_queries_for_more_chapters(self, toolkit, client):
        def count():
            client.get("/toolkit/all/")
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/toolkit/all/").status_code == 200
            return len(captured)

        chapter(toolkit, "First")
        one = count()
        for number in range(8):
            chapter(toolkit, f"More {number}")
        assert count() == one <= 20

    def test_keeps_its_address_from_chapters(self, toolkit):
        with pytest.raises(ValidationError) as refused:
            chapter(toolkit, "All", slug="all")
        assert "slug" in refused.value.message_dict


@pytest.mark.parametrize(("words", "minutes"), [(20, 1), (1000, 5)])
def test_a_chapter_says_how_long_it_takes_to_read(words, minutes, toolkit, client):
    page = chapter(toolkit, "First", "word " * words)
    assert page.reading_minutes == minutes
    unit = "minute" if minutes == 1 else "minutes"
    assert f"{minutes} {unit} to read" in client.get(page.get_url()).content.decode()


def test_the_minutes_of_a_draft_are_its_own(toolkit):
    page = chapter(toolkit, "First", "word " * 1000)
    draft = type(page).objects.get(pk=page.pk)
    draft.body = draft.body.stream_block.to_python(
        [{"type": "rich_text", "value": "<p>Short.</p>"}]
    )
    with references.scope():
        assert [each.reading_minutes for each in (page, draft, page)] == [5, 1, 5]
