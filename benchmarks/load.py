"""Asking a site as often as it answers."""

import http.client
import re
import shutil
import subprocess
import threading
import time
from statistics import quantiles
from typing import NamedTuple

CONNECTIONS = 32
_UNITS = {"us": 0.001, "ms": 1, "s": 1000}


class Load(NamedTuple):
    rate: float  # answers in a second
    p50: float  # ms until the answer is there, of half of them
    p99: float


def load(port: int, address: str, headers: dict, seconds: int) -> Load:
    """By wrk, or by a slower script of our own where there is no wrk."""
    if not shutil.which("wrk"):
        return _by_threads(port, address, headers, seconds)
    while not (found := _by_wrk(f"http://127.0.0.1:{port}{address}", headers, seconds)).rate:
        seconds *= 2  # none of the connections had its answer in the time
    return found


def _by_wrk(url, headers, seconds):
    said = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "--latency", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", *said, url]
    out = subprocess.run(  # noqa: S603 - asks a site of our own
        command, check=True, capture_output=True, text=True
    ).stdout
    assert "Non-2xx" not in out, f"{url}\n{out}"
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    found = re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", out)
    times = {name: float(value) * _UNITS[unit] for name, value, unit in found}
    return Load(rate, times["50"], times["99"])


def _by_threads(port, address, headers, seconds):
    until = time.monotonic() + seconds
    took = []

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (begun := time.monotonic()) < until:
            connection.request("GET", address, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status < 400, f"{address}: {answer.status}"
            took.append((time.monotonic() - begun) * 1000)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = quantiles(took, n=100)
    return Load(len(took) / seconds, cuts[49], cuts[98])


def answer(port: int, address: str, headers: dict | None = None):
    """Its status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", address, headers=headers or {})
        given = connection.getresponse()
        return given.status, given.headers, given.read()
    finally:
        connection.close()
