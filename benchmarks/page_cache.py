"""How often the page cache answers, beside a bare Django view on the same server.

    .venv/bin/python benchmarks/page_cache.py [redis://127.0.0.1:6379/1]

It starts sites of its own on Granian and takes them away again. It asks with wrk,
or with a slower script of its own where there is no wrk. The figures of one run
compare: what is measured takes turns, so that another program slows all alike.
With the address of a Redis, it measures a site whose generation is there, too.
"""

import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.served import Served

CONNECTIONS, SECONDS, ROUNDS = 32, 2, 5
MIXED = 10_000  # requests, after which memory is looked at
MOST_MEMORY = 180  # MB of a web process
MOST_GROWTH = 5  # MB, in as many requests again
SLOWEST_START = 4  # seconds
PAGES = 20

SITE = f"""
from wagtail.models import Page, Site
from home.models import StandardPage
from tests.blocks import whole_stream
from tests.factories import DocumentFactory, HomePageFactory, ImageFactory, StandardPageFactory
Page.objects.filter(depth=2).delete()
home = HomePageFactory(parent=Page.get_first_root_node())
Site.objects.update_or_create(is_default_site=True, defaults={{"root_page": home}})
ImageFactory()
DocumentFactory()
home.body = body = whole_stream(StandardPage)
home.save_revision().publish()
for number in range({PAGES}):
    StandardPageFactory(parent=home, slug=f"page-{{number}}", body=body, show_in_menus=number < 5)
"""
URLS = """
from django.http import HttpResponse
from django.urls import path
from cms.urls import urlpatterns as of_the_site
urlpatterns = [path("bare/", lambda request: HttpResponse(b"{}")), *of_the_site]
"""
BARE = "/bare/"
BY_PATH = "/api/content/v1/pages/by-path/?path=/page-0/&include=menus,settings"
WHOLE = f"/api/content/v1/pages/?fields=*&limit={PAGES}"
PACKED = {"Accept-Encoding": "gzip, br"}


def main(redis="") -> int:
    with tempfile.TemporaryDirectory() as folder, _site(Path(folder)) as site:
        etag = _head(site, "/", PACKED)["ETag"]
        _head(site, "/")
        rows = [
            ("The home page", "/", PACKED, 2.5),
            ("The home page, not packed", "/", {}, 0),
            ("The home page, not changed", "/", {**PACKED, "If-None-Match": etag}, 3.5),
            ("One page by its path", BY_PATH, PACKED, 2.5),
            (f"{PAGES} whole pages", WHOLE, PACKED, 2.5),
        ]
        wrong = _compare(site, rows) + _start(site) + _memory(site)
    if redis:
        with tempfile.TemporaryDirectory() as folder, _site(Path(folder), CACHE_URL=redis) as site:
            wrong += _compare(site, [("The home page, generation in Redis", "/", PACKED, 0.8)])
    return wrong


def _site(folder, **environment):
    (folder / "served_urls.py").write_text(URLS)
    return _Started(folder, settings="ROOT_URLCONF = 'served_urls'", **environment)


class _Started(Served):
    def __enter__(self):
        super().__enter__()
        self.run(SITE)
        self.start(BARE)
        return self


def _head(site, address, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    connection.request("GET", address, headers=dict(headers))
    answer = connection.getresponse()
    answer.read()
    return answer.headers


def _compare(site, rows) -> int:
    rows = [("A bare view", BARE, PACKED, 0), *rows]
    for _ in range(20):  # until each worker has it
        for _, address, headers, _ in rows:
            _head(site, address, headers)
    rates = {row[0]: [] for row in rows}
    for _ in range(ROUNDS):
        for what, address, headers, _ in rows:
            rates[what].append(_rate(site.port, address, headers))
    wrong = 0
    for what, _, _, least in rows:
        # Each beside the bare view of its own round.
        bare = rates["A bare view"]
        ratio = median(rate / base for rate, base in zip(rates[what], bare, strict=True))
        enough = ratio >= least
        print(
            f"{what:<40}{median(rates[what]):>10.0f} a second{ratio:>8.2f} times the bare view"
            + (f"   at least {least}" if least else "")
            + ("" if enough else ": too few")
        )
        wrong += not enough
    return wrong


def _rate(port, address, headers) -> float:
    url = f"http://127.0.0.1:{port}{address}"
    if shutil.which("wrk"):
        said = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *said, url]
        out = subprocess.run(  # noqa: S603 - asks a site of our own
            command, check=True, capture_output=True, text=True
        ).stdout
        assert "Non-2xx" not in out, out
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    until = time.monotonic() + SECONDS
    counts = []

    def ask():
        connection, count = http.client.HTTPConnection("127.0.0.1", port), 0
        while time.monotonic() < until:
            connection.request("GET", address, headers=headers)
            connection.getresponse().read()
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def _start(site) -> int:
    site.stop()
    started = time.monotonic()
    site.start("/")
    seconds = time.monotonic() - started
    print(f"From the start to the first answer: {seconds:.1f} s; at most {SLOWEST_START}")
    return seconds > SLOWEST_START


def _memory(site) -> int:
    found = []
    for _ in range(2):
        for number in range(MIXED // 5):
            for address in (
                f"/page-{number % PAGES}/",
                f"/?made-up={number}",
                f"/api/content/v1/pages/?limit={number % 100 + 1}",
                f"/api/v2/pages/?offset={number}&limit=5",
                f"/nothing-{number}/",
            ):
                _ask(site, address)
        found.append(max(_resident(worker) for worker in _workers(site.server.pid)))
    first, second = found
    print(
        f"A web process after {MIXED} mixed requests: {first:.0f} MB; at most {MOST_MEMORY}. "
        f"After as many again: {second:.0f} MB"
    )
    return (first > MOST_MEMORY) + (second > first + MOST_GROWTH)


_kept_open = threading.local()


def _ask(site, address):
    if not hasattr(_kept_open, "connection"):
        _kept_open.connection = http.client.HTTPConnection("127.0.0.1", site.port)
    _kept_open.connection.request("GET", address, headers=PACKED)
    _kept_open.connection.getresponse().read()


def _workers(pid) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def _resident(pid) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
