"""What a load balancer is told: of each service, within a time, and nothing secret."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

LIVE, READY = "/health/live/", "/health/ready/"


@pytest.fixture
def alone(pretended):
    """A database that is there, and nothing else."""
    pretended.service("database", needed=True)
    return pretended


def test_a_process_that_answers_is_alive_whatever_else_is_away(client, pretended):
    # No fixture lets this test use the database: a query would fail it.
    pretended.service("database", fails="away", needed=True)
    response = client.get(LIVE)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert pretended.looks == []


def test_all_is_well_when_every_service_is_there(client, alone):
    alone.service("cache")
    alone.service("edge", used=lambda: False)
    response = client.get(READY)
    found = response.json()
    assert (response.status_code, found["status"]) == (200, "ok")
    assert {name: service["status"] for name, service in found["services"].items()} == {
        "database": "ok",
        "cache": "ok",
        "edge": "off",
    }


def test_what_readers_can_do_without_may_be_away(client, alone):
    alone.service("mail", fails="away")
    response = client.get(READY)
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["services"]["mail"]["status"] == "away"


def test_without_a_database_nobody_is_sent_here(client, pretended):
    pretended.service("database", fails="away", needed=True)
    response = client.get(READY)
    assert (response.status_code, response.json()["status"]) == (503, "down")


def test_services_that_hang_keep_nobody_waiting(client, alone):
    for name in ("cache", "media", "mail", "edge"):
        alone.service(name, takes=3)
    started = time.monotonic()
    found = client.get(READY).json()
    assert time.monotonic() - started < 2
    assert found["status"] == "degraded"
    assert found["services"]["database"]["status"] == "ok"
    assert found["services"]["edge"] == {
        "status": "away",
        "took_ms": pytest.approx(1000, abs=500),
    }


def test_however_many_ask_each_service_is_looked_at_once(alone):
    alone.service("mail", takes=0.3, holds=30)
    with ThreadPoolExecutor(20) as askers:
        answers = list(askers.map(lambda _: Client().get(READY).status_code, range(20)))
    Client().get(READY)
    assert set(answers) == {200}
    assert alone.looks.count("mail") == 1


def test_a_service_that_comes_back_is_found(client, pretended):
    pretended.service("database", fails="away", needed=True, holds=0)
    assert client.get(READY).status_code == 503
    pretended.service("database", needed=True, holds=0)
    assert client.get(READY).status_code == 200


def test_nothing_is_said_of_hosts_passwords_or_versions(client, alone):
    alone.service("cache", fails="redis://user:secret@cache.internal:6379 refused us, Redis 7.2")
    said = client.get(READY).content.decode()
    for word in ("secret", "internal", "6379", "Redis", "refused", "Error"):
        assert word not in said


@pytest.mark.parametrize("path", [LIVE, READY])
def test_it_answers_by_any_name_in_plain_http_and_nobody_keeps_it(client, alone, settings, path):
    settings.ALLOWED_HOSTS = ["www.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(path, headers={"host": "10.0.0.7:8000", "cookie": "sessionid=x"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert not response.has_header("Vary")
    assert Client().get("/", headers={"host": "10.0.0.7:8000"}).status_code == 400


def test_only_reading_is_allowed(client, alone):
    assert client.post(LIVE).status_code == 405
    head = client.head(READY)
    assert (head.status_code, head.content) == (200, b"")


def test_the_log_has_a_line_when_a_service_goes_and_when_it_comes(client, pretended, caplog):
    pretended.service("database", needed=True)
    for fails in ("It is full.", "It is full.", ""):
        pretended.service("media", fails=fails, holds=0)
        client.get(READY)
    lines = [record.getMessage() for record in caplog.records if "health" in record.name]
    assert lines == ["The media is away. OSError: It is full.", "The media is ok. "]


def test_an_editor_may_have_pages_at_the_addresses_beside(client, home):
    from tests.factories import StandardPageFactory

    StandardPageFactory(parent=home, slug="health", title="Health visitors")
    StandardPageFactory(parent=home, slug="metrics", title="How we measure")
    assert b"Health visitors" in client.get("/health/").content
    assert b"How we measure" in client.get("/metrics/").content
