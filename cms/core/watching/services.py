"""What the site needs of others, and whether it is there."""

import os
import smtplib
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.db import connection, connections

from . import worker

PATIENCE = 1  # second, for all services together


@dataclass(frozen=True)
class Service:
    """`look` raises an exception that says what is wrong. It may hang."""

    name: str
    look: Callable[[], None]
    mend: str  # what an operator does about it, in a sentence
    needed: bool = False  # nothing can be read without it
    used: Callable[[], bool] = lambda: True
    holds: float = 1  # seconds for which what was found is given again


@dataclass(frozen=True)
class Finding:
    service: Service
    status: Literal["ok", "away", "off"]  # off: not used
    took_ms: int = 0
    error: str = ""  # for an operator who may see everything


class _Look(threading.Thread):
    """One look at one service. A thread that hangs must not keep the process from ending."""

    def __init__(self, service):
        super().__init__(name=f"look-at-{service.name}", daemon=True)
        self.service = service
        self.started, self.ended, self.error = time.monotonic(), None, ""
        self.start()

    def run(self):
        try:
            self.service.look()
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        finally:
            connections.close_all()  # those of this thread
            self.ended = time.monotonic()

    def is_good_for(self, now) -> bool:
        return self.ended is None or now < self.ended + self.service.holds

    def finding(self) -> Finding:
        ended = self.ended
        took = round(((ended or time.monotonic()) - self.started) * 1000)
        error = f"There was no answer within {took} ms." if ended is None else self.error
        return Finding(self.service, "away" if error else "ok", took, error)


_services: dict[str, Service] = {}
_looks: dict[str, _Look] = {}
_lock = threading.Lock()


def add(service: Service) -> None:
    _services[service.name] = service


def forget() -> None:
    """Look anew the next time."""
    with _lock:
        _looks.clear()


def look_at_all(patience: float = PATIENCE) -> list[Finding]:
    """What is found within `patience` seconds; all services are looked at together.

    However many ask, one looks at a service at a time, and who asks meanwhile is
    told what that one finds: nobody can keep the services busy by asking.
    """
    looks = [_look(service) if service.used() else service for service in _services.values()]
    until = time.monotonic() + patience
    for look in looks:
        if isinstance(look, _Look):
            look.join(max(until - time.monotonic(), 0))
    return [look.finding() if isinstance(look, _Look) else Finding(look, "off") for look in looks]


def look_at(name: str, patience: float = PATIENCE) -> Finding:
    """The same, of one service."""
    look = _look(_services[name])
    look.join(patience)
    return look.finding()


def _look(service) -> _Look:
    with _lock:
        look = _looks.get(service.name)
        if look is None or not look.is_good_for(time.monotonic()):
            look = _looks[service.name] = _Look(service)
        return look


# Those that every site has -----------------------------------------------------


def _database():
    # Not by the pool: it keeps to itself why it can't connect, and that all it has is in use
    # is no reason to send readers elsewhere.
    with ExitStack() as closing:
        asked = connection
        if connection.settings_dict["OPTIONS"].get("pool"):
            asked = connection.copy()
            del asked.settings_dict["OPTIONS"]["pool"]
            closing.callback(asked.close)
        with asked.cursor() as cursor:
            cursor.execute("SELECT 1")


def _cache():
    for name in ("default", "shared"):
        caches[name].set("health", 1, 10)
        if caches[name].get("health") != 1:
            raise OSError("What was put into the cache is not in it.")


def _media():
    if hasattr(default_storage, "look"):
        default_storage.look()
    else:
        must_be_writable(settings.MEDIA_ROOT)


def _mail():
    backend = settings.EMAIL_BACKEND
    if backend.endswith("smtp.EmailBackend"):
        # Greeting and goodbye: a server may count those who sign in too often.
        connect = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        with connect(
            settings.EMAIL_HOST, settings.EMAIL_PORT, local_hostname="localhost", timeout=5
        ):
            pass
    elif backend.endswith("filebased.EmailBackend"):
        must_be_writable(settings.EMAIL_FILE_PATH)


def must_be_writable(folder) -> None:
    """Raises OSError if nothing can be written in `folder`; it need not be there yet."""
    folder = Path(folder)
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise OSError(f"{there} can't be written to.")


def add_those_of_every_site() -> None:
    add(
        Service(
            "database",
            _database,
            "See that the database of DATABASE_URL runs, and lets this machine in.",
            needed=True,
        )
    )
    add(Service("cache", _cache, "See that the Redis of CACHE_URL runs, or VAR_DIR has room."))
    add(
        Service(
            "media",
            _media,
            "See that MEDIA_ROOT can be written to; or that the bucket of "
            "AWS_STORAGE_BUCKET_NAME is there, and that its key may list it.",
            holds=10,
        )
    )
    add(Service("mail", _mail, "See that the mail server of EMAIL_URL answers.", holds=30))
    add(
        Service(
            "worker",
            worker.look,
            "Start the worker: `manage.py serve` does, or `manage.py db_worker --queue-name='*'`.",
            used=lambda: settings.TASKS_BACKEND == "database",
        )
    )
