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


@contextmanager
def full():
    """The address of a server with no room left."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Full)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
