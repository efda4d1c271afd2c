"""The server that goes live, with two processes, as an operator sees it."""

import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from types import SimpleNamespace

import brotli
import pytest

from cms.core.management.commands.serve import server_command
from tests import stores
from tests.delivery.receiver import Receiver
from tests.served import ROOT, Served

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
TOKEN = "a-token-for-tests-of-metrics"
SETTINGS = """
from cms.settings.production import ALLOWED_HOSTS, LOGGING
MIDDLEWARE = [*MIDDLEWARE, "served_settings.failing_middleware"]
def failing_middleware(get_response):
    def middleware(request):
        if request.path.startswith("/fail/"):
            somebody = request.GET["name"]
            raise ValueError("Nobody is called amina@example.org")
        return get_response(request)
    return middleware
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Without a mail server, and with a store of files that never answers."""
    folder = tmp_path_factory.mktemp("watched")
    with ExitStack() as stack:
        reporter = stack.enter_context(Receiver())
        mail = stack.enter_context(stores.stopped()).rpartition(":")[2]
        served = stack.enter_context(
            Served(
                folder,
                settings=SETTINGS,
                SECRET_KEY="only-for-tests",
                ALLOWED_HOSTS="www.example.org",
                WAGTAILADMIN_BASE_URL="http://www.example.org",
                LOG_FORMAT="json",
                METRICS_TOKEN=TOKEN,
                SENTRY_DSN=f"http://key@127.0.0.1:{reporter.port}/1",
                EMAIL_URL=f"smtp://127.0.0.1:{mail}",
                AWS_STORAGE_BUCKET_NAME="media",
                AWS_S3_ENDPOINT_URL=stack.enter_context(stores.silent()),
                AWS_ACCESS_KEY_ID="testing",
                AWS_SECRET_ACCESS_KEY="testing",
                no_proxy="127.0.0.1",
            )
        )
        log = folder / "log"
        command = server_command("127.0.0.1", served.port, workers=2)
        served.start("/health/live/", ["sh", "-c", f'exec "$@" 2> {log}', "sh", *command])
        yield SimpleNamespace(
            served=served,
            reporter=reporter,
            lines=lambda: [json.loads(line) for line in log.read_text().splitlines()],
        )


def ask(site, path, method="GET", **headers):
    """On a connection of its own, so that any of the processes may answer."""
    connection = http.client.HTTPConnection("127.0.0.1", site.served.port, timeout=20)
    with closing(connection):
        connection.request(method, path, headers={"Host": "www.example.org", **headers})
        answer = connection.getresponse()
        return SimpleNamespace(
            status=answer.status, headers=answer.headers, body=answer.read().decode()
        )


def wait_for(what, seconds=10):
    until = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def services(site):
    found = json.loads(ask(site, "/health/ready/").body)["services"]
    return {name: service["status"] for name, service in found.items()}


def test_it_is_ready_in_time_without_what_readers_can_do_without(site):
    started = time.monotonic()
    answer = ask(site, "/health/ready/", Host="10.0.0.9:8000")
    assert time.monotonic() - started < 2
    assert answer.status == 200
    assert services(site) == {
        "database": "ok",
        "cache": "ok",
        "media": "away",
        "mail": "away",
        "worker": "away",
        "edge": "off",
    }
    assert ask(site, "/health/live/", Host="10.0.0.9:8000").status == 200
    assert ask(site, "/", Host="10.0.0.9:8000").status == 400


def test_a_worker_is_seen_when_it_comes_and_when_it_goes(site):
    command = [sys.executable, "-m", "django", "db_worker", "--queue-name=*", "--no-reload"]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=site.served.environment, stderr=subprocess.DEVNULL
    )
    try:
        assert wait_for(lambda: services(site)["worker"] == "ok", 30)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    assert wait_for(lambda: services(site)["worker"] == "away")


def test_what_all_processes_count_is_added_up(site):
    def counted():
        answer = ask(site, "/metrics/", Authorization=f"Bearer {TOKEN}")
        lines = (line.rpartition(" ") for line in answer.body.splitlines() if line[0] != "#")
        found = {name: float(value) for name, _, value in lines}
        view = 'cms_request_seconds_count{method="POST",status="4xx",view="wagtail_serve"}'
        return found.get(view, 0), found['cms_page_cache_answers_total{how="bypass"}']

    time.sleep(1.5)  # what went before is added up by then
    requests, answers = counted()
    for _ in range(20):
        ask(site, "/nothing/", "POST")
    assert wait_for(lambda: counted() == (requests + 20, answers + 20))
    folder = site.served.folder / "var" / "metrics"
    assert len(list(folder.glob("histogram_*.db"))) == 2
    assert ask(site, "/metrics/").status == 401


def test_each_request_that_django_answers_is_a_line_without_its_query(site):
    ask(site, "/nothing/?email=amina@example.org&q=amina", Cookie="who=amina")
    lines = wait_for(lambda: [line for line in site.lines() if line.get("path") == "/nothing/"])
    assert {line["logger"] for line in lines} >= {"cms.requests"}
    assert "amina" not in str(site.lines())
    assert "/health/" not in str(site.lines())


def test_an_error_is_reported_with_its_place_and_nothing_of_the_person(site):
    path = "/fail/?name=Kowalczyk&email=amina@example.org"
    answer = ask(
        site, path, "POST", Cookie="sessionid=amina-session", Authorization="Bearer amina-token"
    )
    assert answer.status == 500
    (envelope,) = wait_for(lambda: site.reporter.requests)
    assert envelope.path == "/api/1/envelope/"
    body = UNPACK[envelope.headers["Content-Encoding"]](envelope.body)
    event = json.loads(body.splitlines()[-1])
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "Nobody is called [email]")
    assert error["stacktrace"]["frames"][-1]["function"] == "middleware"
    assert event["request"] == {"method": "POST", "url": "/fail/"}
    assert event["tags"] == {"request_id": answer.headers["X-Request-ID"]}
    assert event["environment"] == "production"
    for secret in ("amina@", "amina-", "kowalczyk", "127.0.0.1", "sessionid"):
        assert secret not in body.decode().lower(), secret


def test_libraries_of_what_is_off_are_not_even_loaded():
    code = (
        "import sys, cms.wsgi; "
        "print([name for name in ('sentry_sdk', 'prometheus_client') if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"
