"""A real HTTP server in a thread, that takes webhooks well or badly."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEGABYTES = 10


@dataclass
class Request:
    path: str
    headers: dict
    body: bytes

    @property
    def message_id(self):
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`behave` is what it does with a request: one of the methods of `_Handler`, by name."""

    behave: str = "take"
    broken_at: str = ""  # requests with this in their body get `broken`
    broken: str = "fail"
    requests: list[Request] = field(default_factory=list)
    sent: int = 0  # bytes of a large answer that it got rid of

    def __enter__(self):
        receiver = self

        class Handler(_Handler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append(Request(self.path, dict(self.headers.items()), body))
                bad = receiver.broken_at and receiver.broken_at.encode() in body
                getattr(self, receiver.broken if bad else receiver.behave)(receiver)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.stopping = threading.Event()
        # Asked every 10 ms, rather than twice a second, whether it should stop.
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?key=1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, text=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def take(self, receiver):
        self.answer(200, b"Thanks")

    def fail(self, receiver):
        self.answer(500, b"<b>Oh no</b>\x00")

    def redirect(self, receiver):
        self.answer(301, Location=f"http://127.0.0.1:{receiver.port}/elsewhere")

    def close(self, receiver):
        self.close_connection = True
        self.connection.close()

    def wait(self, receiver):
        self.server.stopping.wait(30)

    def ponder(self, receiver):
        self.server.stopping.wait(0.2)
        self.take(receiver)

    def dribble(self, receiver):
        """A header that never ends, a byte at a time."""
        self.trickle(b"HTTP/1.1 200 OK\r\nX-Slow: ")

    def dribble_text(self, receiver):
        """A good status, and then a text that never ends."""
        self.trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nyes")

    def trickle(self, beginning):
        self.close_connection = True
        try:
            self.wfile.write(beginning)
            while not self.server.stopping.wait(0.05):
                self.wfile.write(b"a")
        except OSError:
            pass

    def flood(self, receiver):
        part = b"x" * 100_000
        self.send_response(200)
        self.send_header("Content-Length", str(MEGABYTES * 10 * len(part)))
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(MEGABYTES * 10):
                self.wfile.write(part)
                receiver.sent += len(part)
        except OSError:
            pass
