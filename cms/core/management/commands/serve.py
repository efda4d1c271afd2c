import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

logger = logging.getLogger(__name__)

SECONDS_TO_STOP = 10  # for requests and tasks under way; then they are ended
SECONDS_BETWEEN_STARTS = 10  # of a worker that keeps ending
THREADS = 32  # of each worker: a slow download holds one, and more answer no quicker
DAY = 24 * 60 * 60


def server_command(host: str, port: int, workers: int) -> list[str]:
    """Granian, as the site is served."""
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        f"--blocking-threads={THREADS}",
        "--log-level=error",  # a warning says that these are many threads
        "cms.wsgi:application",
    ]


class Command(BaseCommand):
    help = (
        "Serves the site with Granian, does its background tasks, every minute publishes what is "
        "due and takes down what has expired, and every day tidies up. For one machine; a larger "
        "service runs the parts by themselves."
    )

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--every", type=int, default=60, help="Seconds between two looks.")

    def handle(self, *args, host, port, workers, every, **options):
        server = subprocess.Popen(  # noqa: S603 - our own server, with numbers and a host
            server_command(host, port, workers),
            # Ctrl and C reaches us alone, and we stop the server in good order.
            start_new_session=True,
        )
        worker = Worker()
        stopping = False

        def stop(*_):
            nonlocal stopping
            stopping = True
            server.terminate()
            worker.stop()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        look_again = time.monotonic() + every
        tidy_again = time.monotonic()
        while not stopping and server.poll() is None:
            time.sleep(0.2)
            worker.keep_going()
            if time.monotonic() >= look_again:
                close_old_connections()
                publish_what_is_due()
                look_again = time.monotonic() + every
                if time.monotonic() >= tidy_again:
                    tidy_up()
                    tidy_again = time.monotonic() + DAY
        worker.stop()
        try:
            code = server.wait(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            code = server.wait()
        worker.end()
        sys.exit(0 if stopping else code)


class Worker:
    """The process that does the background tasks, if they are kept in the database."""

    def __init__(self):
        self.process = None
        self.stopping = settings.TASKS_BACKEND != "database"
        self.look_again = 0

    def keep_going(self) -> None:
        """Start it; again if it has ended, after a while in which the database may come back."""
        if self.stopping or time.monotonic() < self.look_again:
            return
        if self.process is None or self.process.poll() is not None:
            self.look_again = time.monotonic() + SECONDS_BETWEEN_STARTS
            self.process = subprocess.Popen(
                [sys.executable, "-m", "django", "db_worker", "--queue-name=*", "--no-reload"],
                start_new_session=True,
            )

    def stop(self) -> None:
        """Let it finish the task that it is at."""
        self.stopping = True
        if self.process is not None:
            self.process.terminate()

    def end(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def publish_what_is_due():
    """Once; a database that is away for a while is tried again at the next look."""
    try:
        call_command("publish_scheduled", verbosity=0)
    except DatabaseError:
        logger.exception("What was due could not be published. It is tried again soon.")


def tidy_up():
    """Once; what could not be done is done the next day."""
    for command in settings.DAILY_COMMANDS:
        try:
            call_command(command, verbosity=0)
        except DatabaseError:
            logger.exception("%s could not be done. It is tried again tomorrow.", command)
