"""One HTTP request to a receiver that may be slow, broken or hostile.

The standard library's client, because it takes a connection that is open: the
one to the address that was checked, which a deadline can end at any moment.
Clients that look up and connect by themselves give only a limit between two
bytes, and a receiver that sends one byte a second would hold the worker for ever.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from .addresses import Refused, resolve, split

SECONDS = 10  # for all of it: connecting, sending, and the answer's beginning
SECONDS_TO_CONNECT = 5
MOST_READ = 4096  # bytes of the answer
_TOO_SLOW = f"It took longer than {SECONDS} seconds."


@dataclass(frozen=True)
class Answer:
    """What came back: a status and the beginning of the text, or an error in a sentence."""

    status: int | None = None
    text: str = ""
    error: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket that is open."""

    def __init__(self, host, opened):
        super().__init__(host)
        self._opened = opened

    def connect(self):
        self.sock = self._opened


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Send it once. Redirects are not followed. Takes `SECONDS` at most, and the name's look-up.

    Never raises for what a receiver does.
    """
    deadline = time.monotonic() + SECONDS
    try:
        parts = split(url)
        with ExitStack() as closing:
            opened = closing.enter_context(_open(resolve(parts)))
            closing.enter_context(_ended_at(deadline, opened))
            if parts.scheme == "https":
                opened = ssl.create_default_context().wrap_socket(
                    opened, server_hostname=parts.hostname
                )
                closing.enter_context(opened)
            connection = _Connection(parts.hostname, opened)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Host": parts.netloc, **headers, "Connection": "close"}
            connection.request("POST", target, body.encode(), headers)
            response = connection.getresponse()
            if time.monotonic() >= deadline:
                raise TimeoutError  # the headers were cut short, which reads as their end
            return _answer(response.status, _beginning(response))
    except Refused as error:
        return Answer(error=str(error))
    except ssl.SSLCertVerificationError as error:
        return Answer(error=f"Its certificate is not valid: {error.verify_message}.")
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= deadline or isinstance(error, TimeoutError):
            return Answer(error=_TOO_SLOW)
        return Answer(error=f"There was no answer: {_words(error)}.")


def _words(error):
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:250]


def _open(found) -> socket.socket:
    for family, kind, protocol, _, address in found:
        opened = socket.socket(family, kind, protocol)
        opened.settimeout(SECONDS_TO_CONNECT)
        try:
            opened.connect(address)
        except OSError as error:
            opened.close()
            failed = error
        else:
            opened.settimeout(SECONDS)
            return opened
    raise failed


@contextmanager
def _ended_at(deadline, opened) -> Iterator[None]:
    """Have the connection shut when time is up, whatever it is at."""
    with opened.dup() as handle:  # which stays ours when TLS takes the other over
        timer = threading.Timer(deadline - time.monotonic(), _shut, [handle])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _shut(handle):
    with suppress(OSError):  # it has ended by itself
        handle.shutdown(socket.SHUT_RDWR)


def _beginning(response) -> str:
    """What there is of the first few kilobytes: the status says the rest."""
    read = b""
    with suppress(OSError, http.client.HTTPException):
        while len(read) < MOST_READ and (part := response.read1(MOST_READ - len(read))):
            read += part
    return read.decode(errors="replace").replace("\x00", "\ufffd")  # PostgreSQL takes no NUL


def _answer(status, text) -> Answer:
    if 200 <= status < 300:
        return Answer(status, text)
    if 300 <= status < 400:
        return Answer(status, text, f"It answered {status}. Redirects are not followed.")
    return Answer(status, text, f"It answered {status}.")
