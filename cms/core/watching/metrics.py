"""`/metrics/`, for Prometheus. Imported only where METRICS_TOKEN is set.

Several processes serve the site, and one of them is asked. Each keeps its counts in
a file that it has mapped into memory (`METRICS_DIR`), and whoever is asked adds all
of them up: https://prometheus.github.io/client_python/multiprocess/
"""

import logging
import os
import threading
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils.crypto import constant_time_compare

# The library looks at this once, when it is imported.
FOLDER = Path(settings.METRICS_DIR)
FOLDER.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client import (  # noqa: E402
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from . import readings, services  # noqa: E402
from .readings import Reading  # noqa: E402

logger = logging.getLogger(__name__)

ADD_UP_EVERY = 1  # second
ROOM = 1024 * 1024  # bytes of a file, as the library makes it
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_seconds = Histogram(
    "cms_request_seconds",
    "Requests that were answered by Django, and how long each took.",
    ["view", "method", "status"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5),
)


def note_request(request, response, took: float) -> None:
    """The view by its name, never by its address: those are without number."""
    match = request.resolver_match
    method = request.method if request.method in _METHODS else "other"
    _seconds.labels(
        match.view_name if match else "none", method, f"{response.status_code // 100}xx"
    ).observe(took)


class _Tally:
    """A dict that this process counts up in, as quickly as can be; and how far it was added."""

    def __init__(self, name, about, label, counts):
        self._counter = Counter(name, about, [label])
        self._counts, self._added = counts, dict.fromkeys(counts, 0)
        self._lock = threading.Lock()

    def add_up(self):
        with self._lock:
            for value, count in list(self._counts.items()):
                self._counter.labels(value).inc(count - self._added[value])
                self._added[value] = count


_tallies = [_Tally(*tally) for tally in readings.tallies()]


@cache
def keep_adding_up() -> bool:
    """Have what this process counts added to what all do, by a thread of its own; one of it.

    False: there is no room on the disk, and this process counts nothing.
    """
    if not _reserve_room():
        return False

    def add_up():
        pause = threading.Event()
        while not pause.wait(ADD_UP_EVERY):
            for tally in _tallies:
                tally.add_up()

    threading.Thread(target=add_up, name="tallies", daemon=True).start()
    return True


def _reserve_room() -> bool:
    """On the disk, for the files that the library is about to map into memory.

    It makes them with holes. A process that writes into one while the disk is full is
    ended by the system, and no reader answered.
    """
    for kind in ("counter", "histogram"):
        path = FOLDER / f"{kind}_{os.getpid()}.db"
        try:
            with path.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
        except OSError as error:
            path.unlink(missing_ok=True)
            logger.error("Nothing is counted for /metrics/: %s", error)
            return False
    return True


def metrics(request):
    """Everything as Prometheus reads it, for whoever has METRICS_TOKEN."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(
        token.strip(), settings.METRICS_TOKEN
    ):
        response = HttpResponse(status=401)
        response["WWW-Authenticate"] = "Bearer"
    else:
        for tally in _tallies if keep_adding_up() else ():
            tally.add_up()
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(FOLDER))
        registry.register(_Now())
        response = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


class _Now:
    """What is read at this moment."""

    def collect(self):
        findings = services.look_at_all()
        yield _family(
            Reading(
                "cms_service_up",
                "Whether a service that the site uses is there (1) or away (0).",
                {
                    finding.service.name: int(finding.status == "ok")
                    for finding in findings
                    if finding.status != "off"
                },
                label="service",
            )
        )
        if any(finding.service.name == "database" and finding.error for finding in findings):
            return  # which could not be read, and only after a long while
        for read in readings.readers():
            try:
                yield from [_family(reading) for reading in read()]
            except DatabaseError as error:
                logger.error("Some metrics could not be read: %s", error)


def _family(reading):
    if not reading.label:
        return GaugeMetricFamily(reading.name, reading.about, value=reading.value)
    family = GaugeMetricFamily(reading.name, reading.about, labels=[reading.label])
    for value, number in reading.value.items():
        family.add_metric([value], number)
    return family
