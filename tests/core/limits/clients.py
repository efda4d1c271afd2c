"""Clients of the site that keep to no manners: sockets, so that nothing is put right."""

import http.client
import socket
import time
from contextlib import closing


def connect(port, timeout=20):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def head(method="GET", path="/", **headers) -> bytes:
    """The head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def ask(port, path="/", method="GET", body=None, timeout=20, **headers):
    """(status, headers, body) of a well-behaved request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def answer_of(sock) -> tuple[int, str]:
    """(status, all that came) until the server closes; (0, "") when it says nothing."""
    received = b""
    try:
        while part := sock.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    text = received.decode(errors="replace")
    return (int(text.split(" ", 2)[1]) if text else 0), text


def is_closed(sock, seconds) -> bool:
    """Whether the server has closed, within some time."""
    sock.settimeout(seconds)
    try:
        return sock.recv(65536) == b"" or is_closed(sock, seconds)
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def slowest(port, path="/", times=20) -> float:
    """Seconds of the slowest of some requests, all of which are answered with 200."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        assert ask(port, path)[0] == 200
        took.append(time.monotonic() - began)
    return max(took)
