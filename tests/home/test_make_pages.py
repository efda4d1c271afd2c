"""`manage.py make_pages`: what it makes is whole, and goes without a trace."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Collection, Page, ReferenceIndex, Revision, get_page_models

from cms.api.content.api import PREFIX
from cms.api.feed.keeping import catch_up
from cms.api.models import FeedItem
from home import trial_pages
from home.models import HomePage
from resources.models import Document
from tests.factories import DocumentFactory, ImageFactory, PartnerFactory
from tests.sized import later

NUMBER = 24


@pytest.fixture(autouse=True)
def _later():
    with later:
        yield


@pytest.fixture
def library(home):
    """What blocks show: they are as whole as there is something to show."""
    ImageFactory()
    DocumentFactory()
    PartnerFactory()


@pytest.fixture
def made(library):
    call_command("make_pages", str(NUMBER), verbosity=0)
    return list(Page.objects.filter(depth__gt=2).order_by("path").specific())


def there_is():
    """How many of everything that is made there are."""
    return {
        model: model.objects.count()
        for model in (Page, Document, Collection, Revision, ReferenceIndex)
    }


def files(settings):
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_makes_a_whole_tree_of_all_types(made):
    assert not any(Page.find_problems())
    assert not any(Collection.find_problems())
    assert len(made) == NUMBER
    assert {type(page) for page in made} == {*get_page_models()} - {Page, HomePage}
    assert len({page.slug for page in made}) == NUMBER


def test_what_it_makes_can_be_read_everywhere(made, client):
    catch_up()
    for page in made:
        assert client.get(page.get_url()).status_code == 200
        assert client.get(f"{PREFIX}pages/{page.pk}/").json()["title"] == page.title
        assert client.get(f"/api/v2/pages/{page.pk}/").json()["title"] == page.title
    items = FeedItem.objects.filter(kind="page", gone=False).values_list("key", flat=True)
    assert {page.pk for page in made} <= {*items}


def test_what_it_makes_is_found_by_a_word_of_all_and_by_a_word_of_one(made, client):
    found = client.get(f"{PREFIX}search/?q={trial_pages.COMMON_WORD}&limit=100").json()
    assert {page.pk for page in made} <= {item["id"] for item in found["items"]}
    (only,) = client.get(f"{PREFIX}search/?q=trial pages").json()["items"]
    assert only["title"] == trial_pages.TITLE


def test_each_page_can_be_edited_from_where_it_is(made):
    for page in made:
        assert page.latest_revision.as_object().body == page.body
        assert page.live_revision == page.latest_revision
        page.full_clean()
        page.save_revision(clean=True).publish()


def test_its_documents_are_files_to_take_away(made, client):
    documents = Document.objects.filter(collection__name__startswith="Trial")
    assert documents.count() == NUMBER // 2
    for document in documents:
        response = client.get(document.url)
        content = b"".join(response.streaming_content)
        assert document.title.split(",")[0].encode() in content
        assert document.file_size == len(content)
        assert document.file_hash


def test_it_can_be_taken_away_without_a_trace_and_made_again(library, home, settings):
    before, stored = there_is(), files(settings)
    for _ in range(2):
        call_command("make_pages", "20", verbosity=0)
        assert Page.objects.count() == before[Page] + 20
        assert len(files(settings)) == len(stored) + 10
        call_command("make_pages", remove=True, verbosity=0)
        assert there_is() == before
        assert files(settings) == stored
        assert not any(Page.find_problems())
        assert not any(Collection.find_problems())
    call_command("make_pages", remove=True, verbosity=0)
    assert there_is() == before


def test_a_site_of_one_page_is_a_site(home):
    call_command("make_pages", "1", verbosity=0)
    assert [page.title for page in Page.objects.child_of(home)] == [trial_pages.TITLE]


@pytest.mark.parametrize("number", ["0", "-3", None])
def test_refuses_less_than_one_page(number, home):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("make_pages", *([number] if number else []))


def test_refuses_to_make_them_twice_and_to_make_and_remove_at_once(home):
    call_command("make_pages", "1", verbosity=0)
    with pytest.raises(CommandError, match="already"):
        call_command("make_pages", "1")
    with pytest.raises(CommandError, match="not both"):
        call_command("make_pages", "1", remove=True)


def test_says_what_it_does(home, capsys):
    call_command("make_pages", "2")
    said = capsys.readouterr().out
    assert "Pages" in said
    assert "2 pages and 1 documents" in said


def test_a_mistake_leaves_nothing(library, home, monkeypatch, settings):
    before, stored = there_is(), files(settings)

    def fail(*args):
        raise OSError("The disk is full.")

    monkeypatch.setattr(trial_pages._Pages, "_write", fail)
    with pytest.raises(OSError, match="full"):
        call_command("make_pages", "20", verbosity=0)
    assert there_is() == before
    assert files(settings) == stored
