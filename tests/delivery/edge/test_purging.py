"""When edges are told, and what happens while one is away."""

import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from cms.delivery.edge import purging
from cms.events import log
from tests.factories import ImageFactory, StandardPageFactory


class Edge:
    """What a cache in front is told; `slow`: seconds that it takes to answer."""

    def __init__(self):
        self.told, self.slow, self.status = [], 0, 200
        edge = self

        class Handler(BaseHTTPRequestHandler):
            def do_PURGE(self):
                edge.told.append(set(self.headers["Edge-Tags"].split("|")))
                time.sleep(edge.slow)
                self.send_response(edge.status)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def edges():
    edges = [Edge(), Edge()]
    yield edges
    for edge in edges:
        edge.stop()


@pytest.fixture(autouse=True)
def _told_of_changes(edges, settings, monkeypatch):
    settings.EDGE_PURGE_URL = [edge.address for edge in edges]
    settings.WAGTAILFRONTENDCACHE = {
        address: {"BACKEND": "cms.delivery.edge.backend.EdgeBackend", "LOCATION": address}
        for address in settings.EDGE_PURGE_URL
    }
    monkeypatch.setattr(log, "_prompt", [purging.forget])
    monkeypatch.setattr(purging, "_away_until", {})
    monkeypatch.setattr(purging, "SECONDS_UNTIL_AGAIN", 3600)


@pytest.fixture
def pages(transactional_db, django_db_serialized_rollback, home, edges):
    pages = StandardPageFactory.create_batch(4, parent=home, listing_image=ImageFactory())
    with transaction.atomic():
        for page in pages:
            page.save_revision().publish()
    for edge in edges:
        edge.told.clear()
    return pages


def test_every_edge_is_told_before_a_publish_returns_and_once_more(pages, edges, monkeypatch):
    monkeypatch.setattr(purging, "SECONDS_UNTIL_AGAIN", 0.3)
    pages[0].save_revision().publish()
    expected = {f"page-{pages[0].pk}", "page-any", "changes"}
    assert all(edge.told[0] == expected for edge in edges)
    time.sleep(0.5)
    assert [edge.told for edge in edges] == [[expected] * 2] * 2


def test_many_changes_together_are_told_together(pages, edges):
    with transaction.atomic():
        for page in pages:
            page.save_revision().publish()
        assert edges[0].told == []
    assert len(edges[0].told) == 1
    assert {f"page-{page.pk}" for page in pages} < edges[0].told[0]


def test_what_is_rolled_back_is_not_told(pages, edges):
    with transaction.atomic():
        pages[0].save_revision().publish()
        transaction.set_rollback(True)
    assert edges[0].told == []
    pages[1].save_revision().publish()
    assert edges[0].told == [{f"page-{pages[1].pk}", "page-any", "changes"}]


def test_a_slow_edge_delays_a_publish_for_a_second_at_most_and_only_once(pages, edges, caplog):
    edges[0].slow = 3
    began = time.monotonic()
    pages[0].save_revision().publish()
    assert time.monotonic() - began < 1.5
    assert len(edges[1].told) == 1
    assert f"The edge at {edges[0].address} was not told" in caplog.text
    pages[1].save_revision().publish()
    assert len(edges[0].told) == 1  # it is left to the worker for a while
    assert len(edges[1].told) == 2


def test_the_worker_tells_an_edge_that_was_away_when_it_is_back(pages, edges, caplog):
    assert purging.catch_up()
    edges[0].status = 503
    pages[0].save_revision().publish()
    assert not purging.catch_up()
    assert caplog.records[-1].levelno == logging.ERROR
    edges[0].status = 200
    edges[0].told.clear()
    assert purging.catch_up()
    assert edges[0].told == [{f"page-{pages[0].pk}", "page-any", "changes"}]
    assert purging.catch_up()
    assert len(edges[0].told) == 1


def test_a_person_can_have_everything_forgotten(edges, settings, capsys):
    call_command("purge_edge")
    assert [edge.told for edge in edges] == [[{"all"}]] * 2
    assert edges[1].address in capsys.readouterr().out
    edges[1].status = 403
    with pytest.raises(CommandError, match="Not every cache"):
        call_command("purge_edge")
    settings.EDGE_PURGE_URL = []
    with pytest.raises(CommandError, match="not set"):
        call_command("purge_edge")
