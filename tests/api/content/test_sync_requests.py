"""How `sync/` is asked: tokens, parts, caches, cost, and waiting."""

import threading
import time

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from cms.api.content.api import PREFIX
from cms.api.feed import waiting
from cms.api.models import Feed, FeedItem
from tests.factories import (
    HomePageFactory,
    StandardPageFactory,
)

from .contract import read
from .keeping_copies import Copy, told

# Tokens ------------------------------------------------------------------------------


def token_of(client, **query):
    return read(client, "/sync/", **query)["next_token"]


def test_a_token_that_was_cut_or_changed_is_refused(about, client):
    token = token_of(client)
    for bad in (token[:-1], token[1:], token[:9] + "x" + token[10:], "", "x", "x" * 10_000):
        body = read(client, "/sync/", 400, token=bad)
        assert [error["parameter"] for error in body["errors"]] == ["token"]


def test_a_token_of_another_site_or_other_parameters_is_refused(about, client):
    token = token_of(client)
    elsewhere = HomePageFactory(parent=Page.get_first_root_node(), slug="elsewhere")
    Site.objects.create(hostname="other.example.org", port=80, root_page=elsewhere)
    other = Client(headers={"host": "other.example.org"})
    assert other.get(f"{PREFIX}sync/", {"token": token}).status_code == 400
    read(client, "/sync/", 400, token=token, kind="page")
    read(client, "/sync/", 400, token=token, rich_text_format="markdown")
    read(client, "/sync/", token=token, limit=3, wait=0)
    cursor = read(client, "/pages/", limit=1)["next_cursor"]
    read(client, "/sync/", 400, token=cursor)


def test_a_page_that_goes_to_another_site_leaves_this_one(about, copy):
    elsewhere = HomePageFactory(parent=Page.get_first_root_node(), slug="elsewhere")
    Site.objects.create(hostname="other.example.org", port=80, root_page=elsewhere)
    other = Copy(Client(headers={"host": "other.example.org"}), kind="page")
    other.follow()
    copy.follow()
    about.move(elsewhere, pos="last-child")
    assert ("removed", about.pk) in told(copy.follow())
    assert ("page", about.pk) in told(other.follow())


@pytest.mark.parametrize("query", [{"wait": 26}, {"wait": -1}, {"limit": 101}, {"kind": "x"}])
def test_bad_parameters_are_refused(query, about, client):
    body = read(client, "/sync/", 400, **query)
    assert body["errors"][0]["parameter"].partition(".")[0] in query


def test_a_token_from_before_what_is_forgotten_is_410(about, copy, settings):
    old = copy.next_url
    about.unpublish()
    copy.follow()
    call_command("tidy_feed", verbosity=0)
    assert FeedItem.objects.filter(gone=True).exists()
    settings.SYNC_REMEMBERS_DAYS = 0
    call_command("tidy_feed", verbosity=0)
    assert not FeedItem.objects.filter(gone=True).exists()
    assert copy.follow() == []  # who has been told goes on
    answer = copy.client.get(old)
    assert answer.status_code == 410
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert "Begin again without a token" in answer.json()["detail"]


def test_a_token_of_a_time_that_never_was_is_410(about, copy):
    """The database was put back to how it was before."""
    Feed.objects.update(number=0)
    assert copy.client.get(copy.next_url).status_code == 410


def test_a_token_of_a_release_that_answered_otherwise_is_410(about, copy, monkeypatch):
    monkeypatch.setattr("cms.api.content.sync.contract", lambda: "another contract")
    assert copy.client.get(copy.next_url).status_code == 410


# Caching and cost --------------------------------------------------------------------


def test_the_same_question_is_304_until_something_changes(about, copy):
    first = copy.client.get(copy.next_url)
    assert first["Cache-Control"] == "no-cache"
    headers = {"If-None-Match": first["ETag"]}
    again = copy.client.get(copy.next_url, headers=headers)
    assert again.status_code == 304
    assert again["Cache-Control"] == "no-cache"
    about.save_revision().publish()
    assert copy.client.get(copy.next_url, headers=headers).status_code == 200


def test_it_takes_as_many_queries_for_few_things_as_for_many(site, client):
    counts = []
    for many in (5, 40):
        for _ in range(many):
            StandardPageFactory(parent=site).save_revision().publish()
        copy = Copy(client)
        copy.follow()
        for page in Page.objects.child_of(site):
            page.specific.save_revision().publish()
        first, later = (
            client.get(f"{PREFIX}sync/?limit=5"),
            client.get(copy.next_url + "&limit=5"),
        )
        assert first.status_code == later.status_code == 200
        for cache in caches.all():
            cache.clear()
        for address in (f"{PREFIX}sync/?limit=5", copy.next_url + "&limit=5"):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 25


# Waiting -----------------------------------------------------------------------------


@pytest.fixture
def _quickly(monkeypatch):
    monkeypatch.setattr(waiting, "PAUSE", 0.05)


@pytest.mark.usefixtures("_quickly")
def test_without_news_it_waits_as_long_as_was_asked(copy):
    started = time.monotonic()
    answer = copy.ask(wait=1)
    assert 0.8 < time.monotonic() - started < 5
    assert answer["items"] == []


def test_what_there_is_already_is_not_waited_for(about, copy):
    about.save_revision().publish()
    started = time.monotonic()
    assert told(copy.ask(wait=20)["items"]) == [("page", about.pk)]
    assert time.monotonic() - started < 10


@pytest.mark.usefixtures("_quickly")
def test_a_publish_ends_the_waiting(about, copy):
    if connection.vendor != "postgresql":
        pytest.skip("Another thread has another database, where that is in memory.")

    def publish():
        time.sleep(0.5)
        Page.objects.get(pk=about.pk).specific.save_revision().publish()
        connection.close()

    publisher = threading.Thread(target=publish)
    publisher.start()
    started = time.monotonic()
    answer = copy.ask(wait=25)
    publisher.join()
    assert 0.3 < time.monotonic() - started < 10
    assert told(answer["items"]) == [("page", about.pk)]


def test_when_all_seats_are_taken_it_answers_at_once(copy, monkeypatch):
    monkeypatch.setattr(waiting, "_seats", threading.BoundedSemaphore(1))
    waiting._seats.acquire()
    started = time.monotonic()
    assert copy.ask(wait=25)["items"] == []
    assert time.monotonic() - started < 10
    waiting._seats.release()


@pytest.mark.usefixtures("_quickly")
def test_a_request_that_waits_holds_no_connection_and_asks_the_database_once(copy, monkeypatch):
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    copy.ask()  # so that the version is warm
    with CaptureQueriesContext(connection) as queries:
        copy.ask(wait=1)
    assert len(closed) > 5
    assert len(queries) <= 15
