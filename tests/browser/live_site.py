"""The whole site as `make run` serves it, on a database and files of its own."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60


class LiveSite:
    """A context manager: sets the site up with the starter content, serves it, takes it away.

    >>> with LiveSite() as site:
    ...     urlopen(site.address + "/about/")
    """

    def __init__(self, fill=lambda database: None):
        self._fill = fill  # puts into the new database what need not be made anew

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="live-site-")
        self.folder = Path(self._folder.name)
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "WAGTAILADMIN_BASE_URL": self.address,
            "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "MEDIA_ROOT": str(self.folder / "media"),
            "VAR_DIR": str(self.folder / "var"),
            "EMAIL_URL": f"filemail:///{self.folder / 'mail'}",
            "CACHE_URL": "locmemcache://",
            # Every test comes from one place.
            "SIGN_UPS_FROM_ONE_PLACE": "10000",
            "SIGN_UPS_FOR_ONE_EMAIL": "10000",
            "AWS_STORAGE_BUCKET_NAME": "",
        }
        self._server = None
        try:
            self._set_up()
            self._serve()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._log.close()
        self._folder.cleanup()

    def ask(self, code: str) -> str:
        """What `code` prints in the site's own shell."""
        return self._run("manage.py", "shell", "--no-imports", "--command", code).strip()

    def _set_up(self):
        with ThreadPoolExecutor() as beside:
            collected = beside.submit(
                self._run, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"
            )
            self._fill(self.folder / "db.sqlite3")
            self._run("manage.py", "migrate", "--verbosity", "0")
            self._run("manage.py", "load_starter_content")
            self._run("-m", "tests.browser.accounts")
            collected.result()

    def _run(self, *command) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"`{' '.join(command)}` failed.\n{done.stderr[-4000:]}")
        return done.stdout

    def _serve(self):
        self._log = (self.folder / "server.log").open("w+")
        self._server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The site did not start.\n{self.log()}")
            time.sleep(0.2)

    def log(self) -> str:
        """The last lines that the server wrote."""
        return (self.folder / "server.log").read_text()[-4000:]

    def _answers(self) -> bool:
        try:
            with urlopen(self.address + "/admin/login/", timeout=20):
                return True
        except HTTPError as error:
            raise RuntimeError(f"The site answers {error.code}.\n{self.log()}") from error
        except (URLError, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
