"""The site behind its page cache, in the process of the test."""

from io import BytesIO
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError
from django.http.response import ResponseHeaders

from cms.api.content.api import PREFIX
from cms.delivery import keeping
from cms.delivery.page_cache import PageCache
from cms.events import generation

BY_PATH = f"{PREFIX}pages/by-path/?path=/about/"


class Answer:
    def __init__(self, status, headers, body):
        self.status = int(status.split()[0])
        self.headers = ResponseHeaders(dict(headers))
        self.body = body

    def __getitem__(self, name):
        return self.headers.get(name, "")

    @property
    def how(self):
        return self["X-Cache"]


def ask(application, address, method="GET", **headers) -> Answer:
    """What `application` answers; headers by their names with underscores."""
    path, _, query = address.partition("?")
    host = headers.pop("Host", "testserver")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    said = []
    parts = application(
        environ, lambda status, headers, exc_info=None: said.extend((status, headers))
    )
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return Answer(*said, body)


class Site:
    """`cached` as readers get it, `made` by Django each time; `renders` are the paths made."""

    def __init__(self, application=None, the_generation=None, entries=400, size=8_000_000):
        self.django = application or WSGIHandler()
        self.renders = []
        self.cache = PageCache(
            self._counted, the_generation or generation.current(), entries=entries, size=size
        )

    def _counted(self, environ, start_response):
        query = environ["QUERY_STRING"]
        self.renders.append(environ["PATH_INFO"] + (f"?{query}" if query else ""))
        return self.django(environ, start_response)

    def get(self, address, method="GET", **headers) -> Answer:
        return ask(self.cache, address, method, **headers)

    def made(self, address, **headers) -> Answer:
        return ask(self.django, address, **headers)


def content(body=b"x", before=lambda: None):
    """An application whose answer is the same for all readers."""

    def application(environ, start_response):
        before()
        environ[keeping.MARK] = True
        start_response("200 OK", [("Cache-Control", "public, s-maxage=60")])
        return [body(environ) if callable(body) else body]

    return application


def refuse(*args, **kwargs):
    raise DatabaseError("The database is away.")


def publish(page, title):
    page.title = title
    page.save_revision().publish()
