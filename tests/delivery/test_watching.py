"""What an operator sees of what is delivered."""

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from cms.core.watching import services
from cms.delivery import watching
from cms.delivery.models import Delivery, Endpoint

EDGE = "cms.delivery.edge.backend.EdgeBackend"


def test_messages_that_wait_and_webhooks_that_are_paused(db, django_assert_num_queries):
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    Endpoint.objects.create(name="Paused", url="https://www.example.org/", paused_at=timezone.now())
    for state, attempts in (("waiting", 0), ("waiting", 2), ("delivered", 1), ("failed", 1)):
        Delivery.objects.create(endpoint=endpoint, what="test", state=state, attempts=attempts)
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=1))
    with django_assert_num_queries(2):
        found = {reading.name: reading.value for reading in watching._webhooks()}
    assert found == {
        "cms_webhook_deliveries": {"waiting": 2, "failing": 1},
        "cms_oldest_webhook_seconds": pytest.approx(3600, abs=60),
        "cms_webhooks_paused": 1,
    }


def test_an_edge_that_listens_is_there_and_one_that_does_not_is_away(settings):
    edge = services._services["edge"]
    assert not edge.used()
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EDGE_PURGE_URL = [f"http://127.0.0.1:{server.getsockname()[1]}"]
        assert edge.used()
        edge.look()
    with pytest.raises(OSError, match="refused"):
        edge.look()


def test_the_doctor_has_an_edge_forget_something(settings, receiver, monkeypatch):
    address = f"http://127.0.0.1:{receiver.port}"
    settings.WAGTAILFRONTENDCACHE = {address: {"BACKEND": EDGE, "LOCATION": address}}
    (found,) = watching._edges_forget()  # this one knows no such method
    assert "does not forget" in found.msg
    assert "docs/edge.md" in found.hint
