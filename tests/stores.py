"""Stores of files that tests talk to over HTTP: one that works, and some that don't."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import boto3
from moto.server import ThreadedMotoServer

KEYS = {"access_key": "testing", "secret_key": "testing", "region_name": "eu-west-2"}


def bucket_settings(endpoint: str) -> dict:
    """`STORAGES` with uploads in a bucket at `endpoint`."""
    return {
        "default": {
            "BACKEND": "cms.core.storage.BucketStorage",
            "OPTIONS": {"bucket_name": "media", "endpoint_url": endpoint, **KEYS},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@contextmanager
def working():
    """(address, client) of a server that speaks S3, with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        client = boto3.client(
            "s3",
            endpoint_url=address,
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
            region_name=KEYS["region_name"],
        )
        # Such servers share what they keep, as long as the process lives.
        urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()  # noqa: S310
        client.create_bucket(
            Bucket="media",
            CreateBucketConfiguration={"LocationConstraint": KEYS["region_name"]},
        )
        yield address, client
    finally:
        server.stop()


@contextmanager
def silent():
    """The address of a server that accepts and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def stopped():
    """The address of a server that is not there."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
    yield address


class _Full(BaseHTTPRequestHandler):
    """Knows no file and takes none."""

    def do_HEAD(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"<Error><Code>XMinioStorageFull</Code><Message>No room is left.</Message></Error>"
        self.send_response(507)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class _Refusing(_Full):
    """Whose key is not good any more."""

    def do_PUT(self):
        if length := int(self.headers.get("Content-Length", 0)):
            self.rfile.read(length)
        body = b"<Error><Code>AccessDenied</Code><Message>Not you.</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET = do_DELETE = do_PUT  # noqa: N815 - the names that http.server looks for


class _Garbage(_Full):
    """Some other server that answers everything with its own page and 200."""

    def do_PUT(self):
        if length := int(self.headers.get("Content-Length", 0)):
            self.rfile.read(length)
        body = b"<html><p>Please sign in to this network</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET = do_DELETE = do_PUT  # noqa: N815 - the names that http.server looks for


class _Missing(_Garbage):
    """The same, but it says that there is no such file until one has been taken."""

    def do_HEAD(self):
        _Full.do_HEAD(self)


class _Noise(_Full):
    """What it says is no HTTP."""

    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"\x00\xff SSH-2.0-noise\r\n\r\n")


def full():
    """The address of a server with no room left."""
    return _answering(_Full)


def refusing():
    """The address of a server that lets nobody in."""
    return _answering(_Refusing)


def garbage():
    """The address of a server that is no store, and says 200 to all."""
    return _answering(_Garbage)


def forgetful():
    """The same, and what it says it has taken, it does not have."""
    return _answering(_Missing)


def noise():
    """The address of a server that speaks something else."""
    return _answering(_Noise)


@contextmanager
def _answering(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
