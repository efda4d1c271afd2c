"""The WSGI application around Django, which is asked only what it can answer in time.

It stands within the page cache: what is kept is given without a look at it.
"""

from contextlib import ExitStack
from http import HTTPStatus
from io import BytesIO

from django.conf import settings

from ..client_address import place
from ..files import RETRY_AFTER, is_stores_fault
from ..refusals import refuse, too_large
from . import bodies
from .turns import BODIES, DOWNLOADS, NoTurnError, Turns

WITHOUT_BODY = {"GET", "HEAD", "OPTIONS"}
SMALL = 256 * 1024  # bytes of a file that is handed to the server whole, and holds no thread
BUSY = 5  # seconds
#: How often something was refused in this process, and why.
refused = dict.fromkeys(("address", "encoding", "size", "pace", "bodies", "downloads"), 0)


class Limits:
    def __init__(self, application):
        self.application = application
        self.bodies, self.downloads = Turns(BODIES), Turns(DOWNLOADS)

    def __call__(self, environ, start_response):
        response = self._look(environ)
        if response is not None:
            return _give(response, start_response)
        heard = []

        def start(status, headers, exc_info=None):
            heard[:] = [status, headers]
            return lambda data: None  # Django never writes so

        parts = self.application(environ, start)
        if getattr(parts, "streaming", False):
            parts, response = self._download(environ, heard[1], parts)
            if response is not None:
                return _give(response, start_response)
        start_response(*heard)
        return parts

    def _look(self, environ):
        """What is answered instead of asking Django; None when that is asked."""
        path = environ["PATH_INFO"]
        if len(path) + len(environ.get("QUERY_STRING", "")) > settings.LONGEST_ADDRESS:
            refused["address"] += 1
            return refuse(
                path, 414, "That address is too long",
                f"We take up to {settings.LONGEST_ADDRESS} characters. If you followed a link, "
                "tell us where it is.",
            )  # fmt: skip
        if environ["REQUEST_METHOD"] in WITHOUT_BODY:
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(), ""
            return None
        return self._receive(environ, path)

    def _receive(self, environ, path):
        """The same; with the body in the place of the server's stream."""
        length = environ.get("CONTENT_LENGTH", "")
        length = int(length) if length.isdecimal() else None
        if not length and "HTTP_TRANSFER_ENCODING" not in environ:
            environ["wsgi.input"] = BytesIO()
            return None
        if environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() != "identity":
            refused["encoding"] += 1
            response = refuse(
                path, 415, "We can’t unpack that", "Send it as it is, without Content-Encoding."
            )
            response["Accept-Encoding"] = "identity"
            return _last(response)
        most = largest(environ)
        if length and length > most:
            refused["size"] += 1
            return _last(too_large(path, most))
        try:
            with self.bodies.one(place(environ)):
                body, size = bodies.read(environ["wsgi.input"], most, length)
        except NoTurnError:
            refused["bodies"] += 1
            detail = (
                "Many people are sending something just now. If you were sending a form, go "
                "back: what you typed is still there."
            )
            return _last(_busy(path, detail))
        except bodies.TooLargeError:
            refused["size"] += 1
            return _last(too_large(path, most))
        except bodies.TooSlowError:
            refused["pace"] += 1
            detail = (
                "What you sent did not arrive in time. Nothing of it was kept. Try again, perhaps "
                "where the connection is better."
            )
            return _last(refuse(path, 408, "That took too long", detail))
        except OSError as error:
            if not is_stores_fault(error):
                raise
            detail = (
                "There is no room here for what you sent. Nothing of it was kept. Try again in a "
                "few minutes. If you were sending a form, go back: what you typed is still there."
            )
            return _last(refuse(path, 503, "We can’t take this just now", detail, RETRY_AFTER))
        except bodies.BrokenOffError:
            detail = "The connection broke off. Try again."
            return _last(refuse(path, 400, "That did not arrive whole", detail))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(size)
        return None

    def _download(self, environ, headers, parts):
        """(what is sent, None), or (None, what is answered instead)."""
        length = next((value for name, value in headers if name.lower() == "content-length"), "")
        if length.isdecimal() and int(length) <= SMALL:
            return _Whole(parts), None
        turn = ExitStack()
        try:
            turn.enter_context(self.downloads.one(place(environ)))
        except NoTurnError:
            parts.close()
            refused["downloads"] += 1
            detail = "Many people are downloading files just now."
            return None, _busy(environ["PATH_INFO"], detail)
        return _Download(parts, turn), None


def largest(environ) -> int:
    """How many bytes a request may bring: more where people who have signed in send files."""
    known = "HTTP_AUTHORIZATION" in environ or (
        settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", "")
    )
    at = environ["PATH_INFO"].startswith(settings.UPLOADS_AT)
    return settings.LARGEST_UPLOAD if known and at else settings.LARGEST_BODY


class _Whole:
    """A small file, in one piece."""

    def __init__(self, parts):
        self._parts = parts

    def __iter__(self):
        yield b"".join(self._parts)

    def close(self):
        self._parts.close()


class _Download:
    """A file piece by piece, and its turn."""

    def __init__(self, parts, turn):
        self._parts, self._turn = parts, turn

    def __iter__(self):
        return iter(self._parts)

    def close(self):
        try:
            self._parts.close()
        finally:
            self._turn.close()


def _busy(path, detail):
    return refuse(path, 503, "We are busy just now", detail, BUSY)


def _last(response):
    """Of its connection: what may still come is not read."""
    response["Connection"] = "close"
    return response


def _give(response, start_response):
    status = f"{response.status_code} {HTTPStatus(response.status_code).phrase}"
    start_response(status, [*response.items(), ("Content-Length", str(len(response.content)))])
    return [response.content]
