"""Connections to services stay open from one request to the next: seen from the services."""

import http.client
import socket
import threading
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.core.signals import request_finished
from django.db import connection

from cms.delivery.edge.backend import EdgeBackend
from cms.delivery.models import Endpoint
from cms.delivery.notices import tell_of_pause
from cms.events.generation import RedisGeneration
from tests.factories import StandardPageFactory, UserFactory
from tests.served import Served
from tests.stores import bucket_settings

TIMES = 20


class Connected:
    """A server whose `opened` are the connections that were made to it."""

    def __init__(self, kind, handler):
        self.opened = []
        counting = self

        class Counting(kind):
            daemon_threads = True

            def process_request(self, request, address):
                counting.opened.append(request)
                super().process_request(request, address)

        self.server = Counting(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.hang_up()
        self.server.server_close()

    def hang_up(self):
        """End all connections, as a service does with those that are idle."""
        for each in self.opened:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("ETag", '"1"')  # as a bucket says of each file
        self.end_headers()

    def log_message(self, *args):
        pass


for _method in ("PURGE", "HEAD", "PUT"):
    setattr(_Http, f"do_{_method}", _Http.answer)


class _Mail(StreamRequestHandler):
    """As little of RFC 5321 as a client needs."""

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline().strip().upper():
            if line == b"DATA":
                self.say("354 go on")
                while self.rfile.readline().strip() != b".":
                    pass
            self.say("221 bye" if line == b"QUIT" else "250 fine")

    def say(self, words):
        with suppress(OSError):
            self.wfile.write(f"{words}\r\n".encode())


def in_front_of(host, port) -> Connected:
    """A server that passes everything on to another one."""

    class Pass(StreamRequestHandler):
        def handle(self):
            with socket.create_connection((host, port)) as other:
                back = threading.Thread(target=pour, args=[other, self.request], daemon=True)
                back.start()
                pour(self.request, other)

    def pour(source, target):
        with suppress(OSError):
            while some := source.recv(65536):
                target.sendall(some)
            target.shutdown(socket.SHUT_WR)

    return Connected(ThreadingTCPServer, Pass)


class TestAnEdge:
    @pytest.fixture
    def edge(self):
        with Connected(ThreadingHTTPServer, _Http) as edge:
            yield edge

    def test_is_told_of_all_changes_by_one_connection(self, edge):
        for number in range(TIMES):
            # Wagtail makes the backend anew each time.
            backend = EdgeBackend({"LOCATION": f"http://127.0.0.1:{edge.port}"})
            backend.purge_tags({f"page-{number}"})
        assert len(edge.opened) == 1

    def test_that_has_hung_up_is_called_again(self, edge):
        backend = EdgeBackend({"LOCATION": f"http://127.0.0.1:{edge.port}"})
        backend.purge_tags({"page-1"})
        edge.hang_up()
        backend.purge_tags({"page-2"})
        assert len(edge.opened) == 2


def test_a_bucket_is_asked_by_one_connection(settings):
    with Connected(ThreadingHTTPServer, _Http) as bucket:
        settings.STORAGES = bucket_settings(f"http://127.0.0.1:{bucket.port}")
        for number in range(TIMES):
            assert default_storage.exists(f"{number}.pdf")
        assert len(bucket.opened) == 1


def test_staff_are_all_written_to_by_one_connection(db, settings):
    for _ in range(3):
        UserFactory(is_superuser=True)
    with Connected(ThreadingTCPServer, _Mail) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        tell_of_pause(Endpoint(pk=1, name="App"))
        assert len(server.opened) == 1


def test_a_redis_is_asked_by_one_connection(db, redis_url, settings):
    where = urlsplit(redis_url)
    with in_front_of(where.hostname, where.port or 6379) as server:
        address = urlunsplit(where._replace(netloc=f"127.0.0.1:{server.port}"))
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": address,
            }
        }
        generation = RedisGeneration(address, "test-connections")
        for number in range(TIMES):
            caches["default"].set("test-connections", number)
            generation.mark()
            request_finished.send(sender=None)
        assert len(server.opened) == 2  # the cache's, and the generation's


def test_a_thread_keeps_its_connection_to_sqlite(db):
    if connection.vendor != "sqlite":
        pytest.skip("Only where the database is SQLite.")
    kept = []

    def serve():
        with closing(connection):
            for _ in range(3):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                kept.append(connection.connection)
                request_finished.send(sender=None)

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    assert len(kept) == 3
    assert len({*map(id, kept)}) == 1


def test_the_site_keeps_its_connections_to_postgresql(
    transactional_db, django_db_serialized_rollback, home, tmp_path
):
    if connection.vendor != "postgresql":
        pytest.skip("Only where the database is PostgreSQL.")
    StandardPageFactory(parent=home, slug="about")
    about = {name: value or "" for name, value in connection.settings_dict.items()}
    address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**about)

    def opened():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return {pid for (pid,) in cursor.fetchall()}

    with Served(tmp_path, database=address, PAGE_CACHE="False") as site:
        site.start("/about/")
        try:
            ask_often(site, TIMES)
            before = opened()
            ask_often(site, TIMES)
            assert before
            assert opened() == before
        finally:
            site.kill()


def ask_often(site, times):
    for _ in range(times):
        for address in ("/about/", "/search/?q=about", "/api/content/v1/pages/"):
            with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)) as asked:
                asked.request("GET", address)
                assert asked.getresponse().status == 200
