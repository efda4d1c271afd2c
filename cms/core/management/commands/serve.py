import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from cms.core.daily import do_what_is_due
from cms.core.limits.turns import THREADS

logger = logging.getLogger(__name__)

SECONDS_TO_STOP = 10  # for requests and tasks under way; then they are ended
SECONDS_BETWEEN_STARTS = 10  # of a server or a worker that keeps ending
HOUR = 60 * 60  # between two looks at what is to be done today
BACKLOG = 4096  # connections that wait to be taken
OTHER_FILES = 256  # that a process has open besides connections
FEWEST = 128  # connections
RETURNED_AT_ONCE = 128 * 1024  # bytes: larger pieces of memory go back to the system


def server_command(host: str, port: int, workers: int) -> list[str]:
    """Granian, as the site is served, with the limits that it holds to."""
    return [
        # Else glibc gives each thread memory of its own, and keeps what it no longer needs:
        # a fifth of a busy process. It also keeps larger and larger pieces, as brotli takes
        # them while it packs. https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
        "env",
        "MALLOC_ARENA_MAX=1",
        f"MALLOC_MMAP_THRESHOLD_={RETURNED_AT_ONCE}",
        f"MALLOC_TRIM_THRESHOLD_={RETURNED_AT_ONCE}",
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        f"--blocking-threads={THREADS}",
        # In any other mode, a connection that says nothing is kept for ever.
        "--http=1",
        f"--http1-header-read-timeout={settings.HEAD_SECONDS * 1000}",
        f"--http1-buffer-size={settings.LARGEST_HEAD}",
        f"--backlog={BACKLOG}",
        f"--backpressure={connections_of_each(workers)}",
        "--respawn-failed-workers",  # one that is killed; else all of them end with it
        "--runtime-blocking-threads=8",  # follows the line above unless it is said
        "--log-level=error",  # a warning says that these are many threads
        "cms.wsgi:application",
    ]


def connections_of_each(workers: int) -> int:
    """How many connections each process keeps open; those that come then wait.

    One that has no file descriptor left for another would try to take it without end. So
    as many are allowed as the system lets us, for this process and those that it starts.
    """
    wanted = settings.CONNECTIONS // workers
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY or most > wanted + OTHER_FILES:
        most = wanted + OTHER_FILES
    if allowed != resource.RLIM_INFINITY and allowed < most:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        )
        allowed = most
    if allowed != resource.RLIM_INFINITY:
        wanted = min(wanted, allowed - OTHER_FILES)
    return max(wanted, FEWEST)


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
        parser.add_argument(
            "--alone",
            action="store_true",
            help="The web server and nothing else: the worker and the timers run by themselves.",
        )

    def handle(self, *args, host, port, workers, every, alone, **options):
        if alone:
            # It takes our place, so whoever started us stops it.
            command = server_command(host, port, workers)
            os.execvp(command[0], command)  # noqa: S606 - as below
        # What the processes of the last time counted.
        shutil.rmtree(settings.METRICS_DIR, ignore_errors=True)
        server = Server(server_command(host, port, workers))
        worker = Worker()
        stopping = False

        def stop(*_):
            nonlocal stopping
            stopping = True
            server.stop()
            worker.stop()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        look_again = time.monotonic() + every
        tidy_again = time.monotonic()
        while not stopping and server.keep_going():
            time.sleep(0.2)
            worker.keep_going()
            if time.monotonic() >= look_again:
                close_old_connections()
                publish_what_is_due()
                look_again = time.monotonic() + every
                if time.monotonic() >= tidy_again:
                    do_what_is_due()
                    tidy_again = time.monotonic() + HOUR
        worker.stop()
        code = server.end()
        worker.end()
        sys.exit(0 if stopping else code)


class Server:
    """The process that starts those that answer, and starts them anew when they are killed."""

    def __init__(self, command: list[str]):
        self.command = command
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own server, with numbers and a host
            self.command,
            # Ctrl and C reaches us alone, and we stop the server in good order.
            start_new_session=True,
        )

    def keep_going(self) -> bool:
        """Start it again if it was killed. False: it can't serve, and has said why."""
        if self.process.poll() is None:
            return True
        self._end_those_it_started()
        if time.monotonic() < self.started + SECONDS_BETWEEN_STARTS:
            return False
        logger.error(
            "The server has ended by itself (%s). It is started anew.", self.process.poll()
        )
        self.start()
        return True

    def stop(self) -> None:
        self.process.terminate()

    def end(self) -> int:
        try:
            return self.process.wait(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._end_those_it_started()
            return self.process.wait()

    def _end_those_it_started(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


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
