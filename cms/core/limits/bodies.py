"""What a client sends, read before anyone works on it.

A read of the server's waits for as long as the client says nothing, and nothing but the
client ends it: an answer that is given while another thread still reads stops the
whole process (Granian 2.8). So the pace is looked at between two reads, and how many
bodies are read at once is limited in `layer`; the rest a proxy in front must do.
"""

import time
from tempfile import SpooledTemporaryFile

from django.conf import settings

CHUNK = 4 * 1024  # bytes that are waited for at once
IN_MEMORY = 1024 * 1024  # bytes; what is more goes to a file


class TooLargeError(Exception):
    """More came than is taken."""


class TooSlowError(Exception):
    """It did not come in time."""


class BrokenOffError(Exception):
    """Less came than was announced."""


def read(stream, most: int, length: int | None):
    """(a file with the body, its size in bytes). `length` as announced; None when it was not.

    Raises TooLargeError, TooSlowError and BrokenOffError.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it is handed on
    began, received = time.monotonic(), 0
    while chunk := stream.read(CHUNK):
        received += len(chunk)
        if received > most:
            raise TooLargeError
        file.write(chunk)
        allowed = settings.BODY_SECONDS + received / settings.BODY_BYTES_A_SECOND
        if time.monotonic() - began > allowed:
            raise TooSlowError
    if length is not None and received < length:
        raise BrokenOffError
    file.seek(0)
    return file, received
