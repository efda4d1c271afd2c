"""Downloads from the server that goes live: many at once, and a stop in the middle."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resources import counting
from resources.models import DownloadCount
from tests.factories import DocumentFactory

ROOT = Path(__file__).parents[2]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def fetch(address, **headers):
    request = urllib.request.Request(address, headers={**BROWSER, **headers})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return response.status, response.read()


def total():
    return sum(DownloadCount.objects.values_list("count", flat=True))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_hundred_downloads_at_once_are_counted_as_a_hundred(live_server, home):
    address = live_server.url + DocumentFactory().url
    with ThreadPoolExecutor(20) as readers:
        answers = list(readers.map(lambda _: fetch(address), range(100)))
    assert {status for status, _ in answers} == {200}
    with ThreadPoolExecutor(2) as writers:  # as two processes would
        list(writers.map(lambda _: counting.write(), range(2)))
    assert counting.write()
    assert total() == 100
    assert DownloadCount.objects.count() == 1


def run(code, environment):
    """What `code` prints, in a Django of its own."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_nothing_is_lost_when_the_server_is_stopped(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = tmp_path / "site.sqlite3"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DJANGO_SETTINGS_MODULE": "rarely",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
    # So that what is written is written at the stop.
    (tmp_path / "rarely.py").write_text(
        "from cms.settings.dev import *\nDOWNLOADS_COUNTED_EVERY = 600\n"
    )
    run(
        "from django.core.management import call_command; call_command('migrate', verbosity=0)",
        environment,
    )
    address = run(
        "from tests.factories import DocumentFactory; print(DocumentFactory().url)", environment
    )
    server = subprocess.Popen(  # noqa: S603
        [
            str(Path(sys.executable).with_name("granian")),
            "--interface=wsgi",
            f"--port={port}",
            "--workers=2",
            "--log-level=warning",
            "cms.wsgi:application",
        ],
        cwd=ROOT,
        env=environment,
    )
    try:
        address = f"http://127.0.0.1:{port}{address}"
        wait_for(address)
        with ThreadPoolExecutor(20) as readers:
            answers = list(readers.map(lambda _: fetch(address), range(100)))
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
    finally:
        server.kill()
    assert {status for status, _ in answers} == {200}
    count = (
        "from resources.models import DownloadCount as D; print(*D.objects.values_list('count'))"
    )
    assert run(count, environment) == "(100,)"


def wait_for(address):
    """Until the server answers; without a download, for that would be counted."""
    for _ in range(200):
        try:
            request = urllib.request.Request(address, method="HEAD")  # noqa: S310
            return urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
    raise AssertionError("no answer")


def test_a_forked_process_counts_its_own_downloads_only(rf, home):
    counting.add(rf.get("/", headers=BROWSER), "document", 1, "1")
    child = os.fork()
    if not child:
        os._exit(0 if counting.nothing_is_pending() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not counting.nothing_is_pending()
