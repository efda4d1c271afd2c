"""The server that goes live, on a PostgreSQL that goes away and comes back."""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection

from cms.core.limits import database
from cms.core.watching import services
from tests.delivery.page_cache.live import Editor
from tests.served import Served

from .clients import ask, slowest

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://root@127.0.0.1:5432/postgres")
NAME = f"limits_{os.getpid()}"
SLOW = """
MIDDLEWARE = [*MIDDLEWARE, "served_settings.slow_middleware"]
def slow_middleware(get_response):
    def middleware(request):
        if request.path == "/slow/":
            from django.db import connection
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(30)")
        if request.path == "/idle/":
            import time
            from django.db import connection, transaction
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                time.sleep(3 * STATEMENT_SECONDS + 1)
                cursor.execute("SELECT 1")
        return get_response(request)
    return middleware
"""
STATEMENT_SECONDS = 2

pytestmark = pytest.mark.xdist_group("limits")  # one server for all of them


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL in which a database may be made: `TEST_POSTGRES_URL`. None, no test."""
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        pytest.skip("There is no PostgreSQL at TEST_POSTGRES_URL.")
    with server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        yield server
        server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture(scope="module")
def site(postgres, tmp_path_factory):
    def cut():
        """All connections; new ones are taken."""
        postgres.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NAME}'"  # noqa: S608
        )

    def take_away():
        postgres.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
        cut()

    def bring_back():
        postgres.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")

    with Served(
        tmp_path_factory.mktemp("away"),
        database=f"{POSTGRES.rpartition('/')[0]}/{NAME}",
        settings=SLOW,
        SHARED_MAX_AGE="1",
        RATE_SEARCH="",
        STATEMENT_SECONDS=str(STATEMENT_SECONDS),
    ) as served:
        editor = Editor(served)
        editor.do("begin", served.port)
        editor.stop()
        served.start("/")
        yield SimpleNamespace(
            served=served, port=served.port, cut=cut, take_away=take_away, bring_back=bring_back
        )


@pytest.fixture
def away(site):
    """With pages that both processes have, and no database."""
    for _ in range(20):
        assert ask(site.port, "/")[0] == ask(site.port, "/search/?q=a")[0] == 200
    site.take_away()
    time.sleep(1.1)  # what is kept is no longer fresh
    yield
    site.bring_back()
    wait_until_it_is_back(site)


def wait_until_it_is_back(site, seconds=20):
    """For both processes: on many connections, as any of the two may answer."""
    until = time.monotonic() + seconds
    while {ask(site.port, "/search/?q=a")[0] for _ in range(20)} != {200}:
        assert time.monotonic() < until
        time.sleep(0.5)


def processes(site) -> str:
    pid = site.served.server.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


class TestWhileItIsAway:
    def test_pages_that_are_kept_are_given_as_before(self, site, away):
        given = [ask(site.port, "/") for _ in range(20)]
        assert {status for status, _headers, _body in given} == {200}
        assert all("</html>" in body for _status, _headers, body in given)

    def test_all_else_says_so_in_the_sites_own_words_and_when_to_come_back(self, site, away):
        for path, sent in (("/search/?q=a", None), ("/sign-up/1/", b"a=1"), ("/new/", None)):
            status, headers, body = ask(site.port, path, "POST" if sent else "GET", sent)
            assert (status, headers["Retry-After"]) == (503, "10"), path
            assert headers["Cache-Control"] == "no-store"
            assert "<h1>We can’t show this just now</h1>" in body

    @pytest.mark.parametrize("path", ["/api/content/v1/search/?q=a", "/api/v2/pages/?search=a"])
    def test_the_apis_say_it_as_problem_details(self, site, away, path):
        status, headers, body = ask(site.port, path)
        assert (status, headers["Retry-After"]) == (503, "10")
        assert headers["Content-Type"] == "application/problem+json"
        assert '"status": 503' in body

    def test_nobody_waits_for_it_once_it_is_known_to_be_away(self, site, away):
        with ThreadPoolExecutor(20) as askers:  # both processes find out
            list(askers.map(lambda _: ask(site.port, "/search/?q=a"), range(20)))
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert ask(site.port, "/search/?q=a")[0] == 503
            took.append(time.monotonic() - began)
        assert max(took) < 1
        assert slowest(site.port) < 1

    def test_it_is_found_again_and_nothing_is_started_anew(self, site, away):
        before = processes(site)
        ask(site.port, "/search/?q=a")
        site.bring_back()
        wait_until_it_is_back(site)
        for _ in range(20):
            assert ask(site.port, "/search/?q=a")[0] == 200
            assert ask(site.port, "/health/ready/")[0] == 200
        assert ask(site.port, "/")[1]["X-Cache"] != "stale"
        assert processes(site) == before


def test_connections_that_are_cut_while_nobody_uses_them_are_seen_by_nobody(site):
    for _ in range(5):
        assert ask(site.port, "/search/?q=a")[0] == 200
        site.cut()
        assert ask(site.port, "/search/?q=a")[0] == 200


def test_nor_by_who_sends_something(site):
    _, headers, page = ask(site.port, "/admin/login/")
    cookie = headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    for number in range(10):  # more than there are processes
        site.cut()
        sent = {"csrfmiddlewaretoken": token, "username": f"{number}@example.org", "password": "x"}
        status, _headers, body = ask(
            site.port,
            "/admin/login/",
            "POST",
            urlencode(sent),
            Cookie=cookie,
            Content_Type="application/x-www-form-urlencoded",
        )
        assert status == 200
        assert f"{number}@example.org" in body


def test_a_query_that_takes_too_long_is_ended_and_commands_take_their_time(site):
    began = time.monotonic()
    status, headers, _body = ask(site.port, "/slow/")
    assert (status, headers["Retry-After"]) == (503, "10")
    assert STATEMENT_SECONDS <= time.monotonic() - began < STATEMENT_SECONDS + 3
    asked = "from django.db import connection as c; x = c.cursor(); x.execute('SHOW {0}');"
    shown = site.served.run(asked.format("statement_timeout") + "print(x.fetchone()[0])")
    assert shown == "0"


def test_a_transaction_in_which_nothing_is_asked_for_too_long_is_ended_and_says_so(site):
    status, headers, _body = ask(site.port, "/idle/")
    assert (status, headers["Retry-After"]) == (503, "10")
    wait_until_it_is_back(site)


class TestWhatIsAFaultOfTheDatabase:
    def test_one_that_can_not_be_reached_is(self):
        assert database.is_databases_fault(OperationalError("connection refused"))
        assert database.is_databases_fault(InterfaceError("connection already closed"))

    def test_a_query_that_is_wrong_is_not(self, db):
        with pytest.raises(Exception, match="nothing") as raised, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nothing")
        assert not database.is_databases_fault(raised.value)
        assert not database.is_databases_fault(ValueError())
        assert not database.is_databases_fault(None)


def test_on_any_database_a_fault_is_503_until_it_answers(home, client, pretended, monkeypatch):
    def fails(*args):
        raise OperationalError("could not connect")

    monkeypatch.setattr(database, "_seen_away", False)
    monkeypatch.setattr(type(home), "serve", fails)
    client.raise_request_exception = False
    pretended.service("database", fails="away", holds=0)
    assert client.get("/").status_code == 503
    monkeypatch.undo()
    monkeypatch.setattr(database, "_seen_away", True)
    monkeypatch.setattr(services, "_services", {})
    pretended.service("database", fails="away", holds=0)
    response = client.get("/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "Our database does not answer" in response.text
    pretended.service("database", holds=0)
    assert client.get("/").status_code == 200
