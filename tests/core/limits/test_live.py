"""The server that goes live, asked by clients that mean harm. Readers are answered meanwhile."""

import resource
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from tests.delivery.page_cache.live import Editor
from tests.served import Served

from .clients import answer_of, ask, connect, head, is_closed, slowest

HEAD_SECONDS = BODY_SECONDS = 3
GB = 1024**3
FORM = "/sign-up/1/"
DOCUMENT = """
from django.core.files.base import ContentFile
from tests.factories import DocumentFactory
from tests.library import page_with
from home.models import HomePage
file = ContentFile(b"a,b\\n" * 2_000_000, name="large.csv")
document = DocumentFactory(title="Large", file=file)
page_with(HomePage.objects.get(), document).save_revision().publish()
print(document.url)
"""

pytestmark = [pytest.mark.alone, pytest.mark.xdist_group("limits")]  # one server for all


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Served(tmp_path_factory.mktemp("limits"), BODY_SECONDS=str(BODY_SECONDS)) as site:
        editor = Editor(site)
        editor.do("begin", site.port)
        editor.stop()
        site.document = site.run(DOCUMENT)
        with override_settings(HEAD_SECONDS=HEAD_SECONDS):
            site.start("/")
        yield site


@pytest.fixture
def sockets():
    """Opens sockets to a port, and closes them in the end."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    with ExitStack() as stack:
        yield lambda port, number: [stack.enter_context(connect(port)) for _ in range(number)]


def memory(site) -> int:
    """The most that any process of the server has had in memory, in MB."""
    children = Path(f"/proc/{site.server.pid}/task/{site.server.pid}/children").read_text()
    most = 0
    for pid in children.split():
        status = Path(f"/proc/{pid}/status").read_text()
        most = max(most, int(status.split("VmHWM:")[1].split()[0]) // 1024)
    return most


class TestReadersAreAnsweredWithinASecond:
    def test_beside_five_thousand_connections_that_say_nothing(self, site, sockets):
        idle = sockets(site.port, 5000)
        assert slowest(site.port) < 1
        assert slowest(site.port, "/search/?q=page", 5) < 1
        assert all(is_closed(one, 4 * HEAD_SECONDS) for one in idle)

    def test_beside_a_thousand_that_never_end_their_head(self, site, sockets):
        slow = sockets(site.port, 1000)
        began = time.monotonic()
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        while time.monotonic() < began + 2:
            for one in slow:
                one.sendall(b"X-More: 1\r\n")
            assert slowest(site.port, times=3) < 1
        assert all(is_closed(one, 4 * HEAD_SECONDS) for one in slow)

    def test_beside_two_hundred_forms_that_never_arrive(self, site, sockets):
        slow = sockets(site.port, 200)
        for one in slow:
            one.sendall(head("POST", FORM, Content_Length=1000) + b"name=")
        time.sleep(1)
        assert slowest(site.port) < 1
        assert slowest(site.port, "/search/?q=page", 5) < 1
        for one in slow:
            one.close()
        time.sleep(0.5)
        assert ask(site.port, FORM, "POST", b"name=A")[0] == 404  # and is read again

    def test_beside_a_hundred_who_ask_for_a_file_and_do_not_take_it(self, site, sockets):
        for one in sockets(site.port, 100):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(head("GET", site.document))
        time.sleep(1)
        assert slowest(site.port) < 1
        assert slowest(site.port, "/search/?q=page", 5) < 1
        status, headers, body = ask(site.port, site.document)
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "Many people are downloading" in body


def test_a_file_is_sent_whole_when_there_is_room(site):
    for _ in range(20):  # nobody keeps a turn
        status, _headers, body = ask(site.port, site.document)
        assert (status, len(body)) == (200, 8_000_000)


@pytest.mark.parametrize("before", [b"", b"GET /health/live/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"])
def test_a_connection_that_says_nothing_is_closed(site, before):
    with connect(site.port) as one:
        one.sendall(before)
        began = time.monotonic()
        assert is_closed(one, 3 * HEAD_SECONDS)
        assert time.monotonic() - began > HEAD_SECONDS - 1


class TestAHead:
    def test_that_is_too_large_is_refused(self, site):
        with connect(site.port) as one:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * settings.LARGEST_HEAD)
            assert answer_of(one)[0] == 431

    def test_with_more_than_a_hundred_lines_is_refused(self, site):
        with connect(site.port) as one:
            lines = b"".join(b"X-%d: 1\r\n" % number for number in range(101))
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n")
            assert answer_of(one)[0] == 431

    def test_that_is_large_and_not_too_large_is_read(self, site):
        cookie = "other=" + "a" * (settings.LARGEST_HEAD - 1000)
        assert ask(site.port, "/", Cookie=cookie)[0] == 200

    def test_with_too_long_an_address_is_refused_in_words(self, site):
        query = "a" * settings.LONGEST_ADDRESS
        status, headers, body = ask(site.port, f"/search/?q={query}")
        assert (status, headers["Content-Type"]) == (414, "text/html; charset=utf-8")
        assert "<h1>That address is too long</h1>" in body
        status, headers, _body = ask(site.port, f"/api/v2/pages/?{query}")
        assert (status, headers["Content-Type"]) == (414, "application/problem+json")


class TestABody:
    def test_of_a_gigabyte_is_refused_before_it_comes_and_takes_no_memory(self, site):
        before = memory(site)
        for path, cookie, most in (
            (FORM, "", "256 KB"),
            ("/admin/documents/add/", "sessionid=x", "55 MB"),
        ):
            with connect(site.port) as one:
                began = time.monotonic()
                one.sendall(head("POST", path, Content_Length=GB, Cookie=cookie))
                status, said = answer_of(one)
                assert time.monotonic() - began < 1
            assert status == 413
            assert f"We take up to {most} here." in said
        assert memory(site) < before + 20

    def test_without_a_length_is_refused_when_too_much_has_come(self, site):
        before, sent = memory(site), 0
        with connect(site.port) as one:
            one.sendall(head("POST", FORM, Transfer_Encoding="chunked"))
            with suppress(ConnectionError):
                while sent < GB:
                    one.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
                    sent += 65536
        assert sent < 64 * 1024 * 1024
        assert memory(site) < before + 20

    def test_of_an_upload_goes_to_a_file_and_takes_no_memory(self, site):
        before = memory(site)
        body = b"a" * (50 * 1024 * 1024)
        kind = "application/octet-stream"
        status = ask(
            site.port, "/admin/documents/add/", "POST", body,
            Cookie="sessionid=x", Content_Type=kind,
        )[0]  # fmt: skip
        assert status == 403  # nobody has signed in
        assert memory(site) < before + 20

    def test_that_is_packed_is_refused_unopened(self, site):
        status, headers, _body = ask(site.port, FORM, "POST", b"x" * 50, Content_Encoding="gzip")
        assert (status, headers["Accept-Encoding"]) == (415, "identity")

    def test_that_comes_too_slowly_is_refused(self, site):
        with connect(site.port) as one:
            one.sendall(head("POST", FORM, Content_Length=200_000))
            began, status = time.monotonic(), None
            one.settimeout(0.1)
            while status is None and time.monotonic() < began + 20:
                one.sendall(b"a" * 500)
                try:
                    status = answer_of(one)[0]
                except TimeoutError:
                    continue
        assert status == 408
        assert BODY_SECONDS < time.monotonic() - began < 4 * BODY_SECONDS

    def test_without_a_length_is_read_as_any_other(self, site):
        with connect(site.port) as one:
            one.sendall(
                head("POST", "/admin/login/", Transfer_Encoding="chunked", Connection="close")
                + b"3\r\na=1\r\n0\r\n\r\n"
            )
            assert answer_of(one)[0] == 403  # it has been read: its token is missing
