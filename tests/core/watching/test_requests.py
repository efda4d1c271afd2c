"""What a request is called, and what the log says of it."""

import json
import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks import task

from cms.core.logs import JSONFormatter
from cms.core.watching import scope


@pytest.fixture
def lines(monkeypatch):
    """What programs that collect logs get, as they get it."""
    found = []

    class Collect(logging.Handler):
        def emit(self, record):
            found.append(json.loads(self.format(record)))

    handler = Collect()
    handler.setFormatter(JSONFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


def said_by(lines, logger):
    return [line for line in lines if line["logger"] == logger]


def test_each_request_has_a_line_with_its_path_alone(client, home, lines):
    client.get("/?q=amina@example.org", headers={"user-agent": "Amina's phone"})
    (line,) = said_by(lines, "cms.requests")
    assert len(line.pop("request_id")) == 32
    assert isinstance(line.pop("milliseconds"), int)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "cms.requests",
        "message": "Answered",
        "method": "GET",
        "path": "/",
        "status": 200,
    }


def test_who_watches_has_no_line(client, pretended, lines):
    client.get("/health/live/")
    client.get("/health/ready/")
    assert lines == []


def test_all_lines_of_a_request_have_its_id(client, home, lines):
    client.get("/nothing/")
    (missing,) = said_by(lines, "django.request")
    (answered,) = said_by(lines, "cms.requests")
    assert missing["request_id"] == answered["request_id"]
    assert missing["path"] == "/nothing/"


@pytest.mark.parametrize(
    ("said", "proxies", "taken"),
    [
        ("from-our-proxy-1", ["127.0.0.0/8"], True),
        ("from-a-stranger-1", [], False),
        ("short", ["127.0.0.0/8"], False),
        ('"}\n{"level": "ERROR', ["127.0.0.0/8"], False),
        ("x" * 65, ["127.0.0.0/8"], False),
    ],
)
def test_a_proxy_of_ours_may_name_a_request(client, db, settings, said, proxies, taken):
    settings.TRUSTED_PROXIES = proxies
    response = client.get("/admin/login/", headers={"x-request-id": said})
    assert (response["X-Request-ID"] == said) == taken
    assert len(response["X-Request-ID"]) > 8


def test_an_answer_that_may_be_kept_does_not_say_who_asked_for_it(client, home):
    for path in ("/", "/nothing/", "/api/content/v1/pages/", "/sitemap.xml"):
        assert not client.get(path).has_header("X-Request-ID"), path
    assert client.post("/").has_header("X-Request-ID")


def test_an_answer_that_failed_says_its_id(home, monkeypatch, lines):
    def fail(*args, **kwargs):
        raise ValueError("nobody@example.org")

    monkeypatch.setattr("home.models.HomePage.serve", fail)
    response = Client(raise_request_exception=False).get("/")
    (line,) = said_by(lines, "django.request")
    assert response.status_code == 500
    assert response["X-Request-ID"] == line["request_id"]
    assert "ValueError: [email]" in line["exception"]


# Queries that take long -----------------------------------------------------------


def test_a_slow_query_is_logged_without_its_values(client, home, settings, lines):
    settings.SLOW_QUERY_MS = 0.000_001
    client.get("/search/?q=Aminah")
    slow = said_by(lines, "cms.queries")
    assert any("SELECT" in line["message"] for line in slow)
    assert len({line["request_id"] for line in slow}) == 1
    assert "minah" not in str(lines).lower()


def test_a_query_that_is_quick_enough_is_not(client, home, lines, settings):
    for most in (60_000, 0):
        settings.SLOW_QUERY_MS = most
        client.get("/search/?q=anything")
    assert said_by(lines, "cms.queries") == []


def test_watching_queries_makes_none(client, home):
    client.get("/")
    with CaptureQueriesContext(connection) as queries, scope.scope(request_id="x"):
        pass
    assert len(queries) == 0


# Background tasks -------------------------------------------------------------------


@task()
def look_around():
    logging.getLogger("of.the.task").warning("Here")


@task()
def fail():
    raise ValueError("It went wrong.")


def test_lines_of_a_task_have_its_id_and_of_the_request_that_gave_it(db, lines):
    with scope.scope(request_id="request-1"):
        result = look_around.enqueue()
    look_around.enqueue()
    within, alone = said_by(lines, "of.the.task")
    assert within["task_id"] == str(result.id)
    assert within["request_id"] == "request-1"
    assert within["task"].endswith("test_requests.look_around")
    assert "request_id" not in alone
    assert scope.about() == {}


def test_a_task_that_fails_says_which_it_was(db, lines):
    result = fail.enqueue()
    (line,) = (line for line in said_by(lines, "django_tasks") if line["level"] == "ERROR")
    assert line["task_id"] == str(result.id)
    assert "It went wrong." in line["exception"]
    assert scope.about() == {}
