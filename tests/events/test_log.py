"""Whatever changes what readers see is recorded once, and followed after the commit."""

import pytest
from django.db import connection, transaction
from django_tasks import task
from wagtail.models import Collection, PageViewRestriction

from cms.events import log
from cms.events.models import Event
from resources.models import Document
from tests.factories import DocumentFactory, StandardPageFactory, UserFactory


@pytest.fixture
def page(home):
    page = StandardPageFactory(parent=home, slug="about")
    Event.objects.all().delete()
    return page


def recorded():
    return list(Event.objects.values_list("what", "model", "key"))


def one(what, page):
    return (what, "home.StandardPage", str(page.pk))


def test_a_publish_is_recorded_with_the_pages_place_and_address(page):
    page.save_revision().publish()
    assert recorded() == [one("published", page)]
    event = Event.objects.get()
    assert event.tree_path == page.path
    assert event.urls == ["http://testserver/about/"]


def test_a_draft_is_not_recorded(page):
    page.title = "Not yet"
    page.save_revision()
    assert recorded() == []


def test_unpublishing_is_recorded(page):
    page.unpublish()
    assert one("unpublished", page) in recorded()


def test_a_move_is_recorded_with_both_addresses(page, home):
    shelf = StandardPageFactory(parent=home, slug="shelf")
    page.move(shelf, pos="last-child")
    event = Event.objects.get(what="moved")
    assert event.urls == ["http://testserver/about/", "http://testserver/shelf/about/"]


def test_another_order_among_siblings_is_recorded(page, home):
    other = StandardPageFactory(parent=home, slug="other")
    other.move(page, pos="left")
    assert ("moved", "home.StandardPage", str(other.pk)) in recorded()


def test_another_slug_is_recorded_with_both_addresses(page, django_capture_on_commit_callbacks):
    page.slug = "about-us"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    event = Event.objects.get(what="moved")
    assert event.urls == ["http://testserver/about/", "http://testserver/about-us/"]


def test_a_deletion_is_recorded(page):
    key = page.pk
    page.delete()
    assert ("deleted", "home.StandardPage", str(key)) in recorded()


def test_a_document_that_is_saved_or_deleted_is_recorded(page):
    document = DocumentFactory()
    key = str(document.pk)
    assert ("published", "resources.Document", key) in recorded()
    document.delete()
    assert ("deleted", "resources.Document", key) in recorded()


def test_a_page_that_becomes_private_is_recorded(page):
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert recorded() == [("published", "wagtailcore.PageViewRestriction", str(restriction.pk))]


def test_documents_that_are_put_elsewhere_together_are_recorded(page, client):
    documents = [DocumentFactory(title="One"), DocumentFactory(title="Two")]
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    Event.objects.all().delete()
    client.force_login(UserFactory(is_superuser=True))
    chosen = "&".join(f"id={document.pk}" for document in documents)
    answer = client.post(
        f"/admin/bulk/resources/document/add_to_collection/?next=/admin/documents/&{chosen}",
        {"collection": shelf.pk},
    )
    assert answer.status_code == 302
    assert Document.objects.filter(collection=shelf).count() == 2
    assert sorted(recorded()) == [
        ("published", "resources.Document", str(document.pk)) for document in documents
    ]


def test_what_is_taken_back_is_not_recorded(page):
    with transaction.atomic():
        page.save_revision().publish()
        transaction.set_rollback(True)
    assert recorded() == []


def test_a_reader_of_the_log_sees_each_event_until_the_work_is_done(page):
    page.save_revision().publish()

    def fail():
        with log.unread("tests") as events:
            raise RuntimeError(f"the work of {len(events)} failed")

    with pytest.raises(RuntimeError, match="the work of 1 failed"):
        fail()
    assert log.is_behind("tests")
    with log.unread("tests") as events:
        assert len(events) == 1
    assert not log.is_behind("tests")
    with log.unread("tests") as events:
        assert events == []


calls = []


@task()
def note():
    calls.append(connection.in_atomic_block)


def test_followers_are_told_once_for_each_commit(
    page, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(log, "_followers", [note])
    calls.clear()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        page.save_revision().publish()
        page.unpublish()
        assert calls == []
    assert len(calls) == 1
