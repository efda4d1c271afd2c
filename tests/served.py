"""The site in processes of its own, as it goes live: for what a test client can't show."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from cms.core.management.commands.serve import server_command
from tests import migrated

ROOT = Path(__file__).parents[1]
RATES = ("SEARCH", "API", "TOKEN", "FORM", "PASSWORD", "POST")


class Served:
    """A context manager: an empty, migrated site on Granian with two workers.

    >>> with Served(tmp_path) as site:
    ...     site.run("print(1)")
    """

    def __init__(self, folder: Path, *, database: str = "", settings: str = "", **environment):
        self.folder, self.database = folder, database
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        (folder / "served_settings.py").write_text(
            f"from cms.settings.dev import *\nDEBUG = False\nALLOWED_HOSTS = ['*']\n{settings}\n"
        )
        self.environment = {
            **os.environ,
            # All come from one place here, and ask without end.
            **{f"RATE_{name}": "" for name in RATES},
            "DATABASE_URL": database or f"sqlite:///{folder / 'site.sqlite3'}",
            "MEDIA_ROOT": str(folder / "media"),
            "VAR_DIR": str(folder / "var"),
            "DJANGO_SETTINGS_MODULE": "served_settings",
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
            **environment,
        }
        (folder / "var" / "static").mkdir(parents=True)  # which WhiteNoise looks for
        self.server = None

    def __enter__(self):
        if self.database or not migrated.copy_to(self.folder / "site.sqlite3"):
            self.run("from django.core.management import call_command as call; call('migrate')")
        return self

    def __exit__(self, *_):
        self.kill()

    def run(self, code: str) -> str:
        """What `code` prints, in a Django of its own."""
        return subprocess.run(  # noqa: S603
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()

    def start(self, answers_at: str, command=None, cwd=ROOT) -> None:
        """Serve, until `answers_at` answers a HEAD request."""
        self.server = subprocess.Popen(  # noqa: S603
            command or server_command("127.0.0.1", self.port, workers=2),
            cwd=cwd,
            env=self.environment,
            start_new_session=True,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self.server.poll() is None:
            try:
                request = urllib.request.Request(self.address + answers_at, method="HEAD")  # noqa: S310
                return urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise AssertionError("The server does not answer.")

    def stop(self) -> None:
        """In good order."""
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=60)

    def kill(self) -> None:
        """At once, with its workers."""
        if self.server is not None and self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
