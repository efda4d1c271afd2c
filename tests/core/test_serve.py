"""One command serves the site and publishes what is due."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cms.core.management.commands import serve
from cms.delivery.models import Delivery, Endpoint
from tests.factories import StandardPageFactory

ROOT = Path(__file__).parents[2]


def test_who_answers_readers_does_not_carry_the_makers_of_files():
    heavy = {"typst", "pypandoc", "pypdfium2", "crawleruseragents"}
    code = f"import sys, cms.wsgi; from cms import urls; print(sorted({heavy} & set(sys.modules)))"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test"}
    said = subprocess.run(  # noqa: S603 - this Python, and words of ours
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"


def test_a_page_goes_live_when_its_time_has_come_and_down_when_it_is_over(home, client):
    page = StandardPageFactory(parent=home, live=False, slug="soon")
    page.go_live_at = timezone.now() + timedelta(seconds=1)
    page.save_revision().publish()
    serve.publish_what_is_due()
    assert client.get("/soon/").status_code == 404
    time.sleep(1.1)
    serve.publish_what_is_due()
    assert client.get("/soon/").status_code == 200
    type(page).objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    serve.publish_what_is_due()
    page.refresh_from_db()
    assert not page.live


def test_a_database_that_is_away_does_not_stop_the_serving(monkeypatch, caplog):
    def away(*args, **kwargs):
        raise DatabaseError("away")

    monkeypatch.setattr(serve, "call_command", away)
    serve.publish_what_is_due()
    assert "tried again soon" in caplog.text


DAILY = ["purge_sign_ups", "purge_deliveries", "prune_db_task_results"]


def test_tidying_forgets_what_was_sent_and_done_long_ago(db, settings):
    settings.DAILY_COMMANDS = DAILY
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    task = "cms.delivery.tasks.tell_endpoints"
    long_ago = timezone.now() - timedelta(days=31)
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    for made in (long_ago, timezone.now()):
        delivery = Delivery.objects.create(endpoint=endpoint, what="test")
        Delivery.objects.filter(pk=delivery.pk).update(created_at=made)
        DBTaskResult.objects.create(
            status="SUCCESSFUL",
            args_kwargs={},
            task_path=task,
            backend_name="default",
            run_after=made,
            finished_at=made,
            exception_class_path="",
            traceback="",
        )
    call_command("daily", verbosity=0)
    assert Delivery.objects.get().created_at > long_ago
    assert DBTaskResult.objects.get(task_path=task).finished_at > long_ago


def test_it_answers_and_stops_when_it_is_asked_to(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
    }
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "serve", f"--port={port}", "--every=1"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        assert _answers(f"http://127.0.0.1:{port}/static/css/tokens.css")
    finally:
        # As Ctrl and C do: to everything in the terminal.
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert not _answers(f"http://127.0.0.1:{port}/static/css/tokens.css", seconds=1)


def _answers(address, seconds=40) -> bool:
    """Whether anything answers there, be it with an error, within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


def test_alone_the_command_becomes_the_web_server_and_does_nothing_else(monkeypatch):
    became = []

    def become(program, command):
        became.append((program, command))
        raise SystemExit(0)

    monkeypatch.setattr(os, "execvp", become)
    monkeypatch.setattr(serve, "Worker", None)  # there is none to start
    with pytest.raises(SystemExit):
        call_command("serve", "--alone", port=8123)
    [(program, command)] = became
    assert program == command[0]
    assert command == serve.server_command("127.0.0.1", 8123, workers=2)
