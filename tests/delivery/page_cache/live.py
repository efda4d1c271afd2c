"""A site that is edited and read by several processes at once, beside what Django makes."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.served import ROOT

ADDRESSES = [
    "/",
    *(f"/page-{number}/" for number in range(3)),
    *(f"/page-{one}/page-{other}/" for one in range(3) for other in range(3) if one != other),
    "/elsewhere/",
    "/toolkit/",
    "/toolkit/chapter/",
    "/partners/",
    "/materials/?kind=poster",
    "/sitemap.xml",
    "/api/content/v1/pages/?fields=*&limit=20",
    "/api/content/v1/pages/by-path/?path=/page-0/&include=menus,settings",
    "/api/content/v1/alerts/",
    "/api/content/v1/redirects/",
    "/api/content/v1/partners/",
    "/api/content/v1/documents/",
    "/api/v2/pages/?fields=*",
    "/api/v2/redirects/",
]
READERS = 3  # who ask all the while
ASKED = 4  # times each address is asked after a change, on new connections: of both processes


class Editor:
    """A process of its own that edits."""

    def __init__(self, site):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.page_cache.editing"],
            cwd=ROOT,
            env=site.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lock = threading.Lock()
        assert json.loads(self.process.stdout.readline()) == "ready"

    def do(self, *command):
        with self.lock:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            said = self.process.stdout.readline()
            assert said, f"{command} failed"
            return json.loads(said)

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=20)


class Live:
    """A served site, two editors, and readers who never stop asking.

    They ask at `port`, which is the site's own or that of a cache in front, which calls
    what it kept `hit`. What differs may differ for `patience` seconds after a change.
    `more`: with pages that show others.
    """

    def __init__(self, site, port=None, *, hit="hit", patience=0, more=False):
        self.site, self.port, self.hit, self.patience = site, port or site.port, hit, patience
        self.late = 0  # how often that happened
        self.editors = [Editor(site), Editor(site)]
        self.keys = self.editors[0].do("begin", self.port)
        if more:
            self.keys += self.editors[0].do("show_more")
        site.start("/")
        self.ended = threading.Event()
        self.readers = [threading.Thread(target=self._read) for _ in range(READERS)]
        for reader in self.readers:
            reader.start()

    def stop(self):
        self.ended.set()
        for reader in self.readers:
            reader.join()
        for editor in self.editors:
            editor.stop()

    def _read(self):
        while not self.ended.is_set():
            for address in ADDRESSES:
                self.get(address)

    def get(self, address):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers["X-Cache"]
        finally:
            connection.close()

    def compare(self):
        """What differs from what Django makes now; nothing may."""
        host = f"127.0.0.1:{self.port}"
        until = time.monotonic() + self.patience
        made = self.editors[0].do("make", ADDRESSES, host)
        hits = 0
        for address, (status, body) in zip(ADDRESSES, made, strict=True):
            for _ in range(ASKED):
                given = self.get(address)
                while given[:2] != (status, body) and time.monotonic() < until:
                    self.late += 1
                    given = self.get(address)
                assert given[:2] == (status, body), f"{address} is not as it is now: {given[2]}"
                hits += given[2] == self.hit
        return hits


texts = st.sampled_from(["One", "Two", "Three", "Four"])
places = st.integers(0, 2)


def edit_at_random(live, tries):
    """Edit, and compare after each change; how often something was given that was kept."""
    hits = [0]

    class Editing(RuleBasedStateMachine):
        @rule(place=places, title=texts, who=st.integers(0, 1))
        def publish(self, place, title, who):
            live.editors[who].do("publish", live.keys[place], title)

        @rule(place=places, title=texts)
        def draft(self, place, title):
            live.editors[1].do("draft", live.keys[place], title)

        @rule(place=places, name=st.sampled_from(["unpublish", "expire", "hide", "show", "first"]))
        def change(self, place, name):
            live.editors[1].do(name, live.keys[place])

        @rule(place=places, slug=st.sampled_from(["page-0", "page-1", "page-2", "elsewhere"]))
        def rename(self, place, slug):
            live.editors[1].do("rename", live.keys[place], slug)

        @rule(one=places, other=places)
        def move(self, one, other):
            live.editors[1].do("move", live.keys[one], live.keys[other])

        @rule(place=places, title=texts)
        def go_live(self, place, title):
            live.editors[1].do("go_live", live.keys[place], title)

        @rule(place=st.integers(0, 7), text=texts)
        def rewrite(self, place, text):
            live.editors[1].do("rewrite", live.keys[place % len(live.keys)], text)

        @rule(
            name=st.sampled_from(["settings", "alert", "partner", "document", "shelf", "picture"]),
            text=texts,
        )
        def thing(self, name, text):
            live.editors[1].do(name, text)

        @rule(titles=st.tuples(texts, texts), place=places)
        def both_at_once(self, titles, place):
            with ThreadPoolExecutor(2) as pool:
                for editor, title in zip(live.editors, titles, strict=True):
                    key = live.keys[(place + live.editors.index(editor)) % 3]
                    pool.submit(editor.do, "publish", key, title)

        @invariant()
        def nothing_differs(self):
            hits[0] += live.compare()

    run_state_machine_as_test(
        Editing,
        settings=settings(
            max_examples=int(os.environ.get("PAGE_CACHE_TRIES", tries)),
            stateful_step_count=10,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return hits[0]
