"""Services of a test's own, which it may kill: nobody else's stop with them."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import redis

from tests.ports import free_port

DEBIANS = "/usr/lib/postgresql"  # whose folders are no part of anybody's path


def program(name: str) -> str:
    """Where a program is. Raises FileNotFoundError."""
    folders = [str(path) for path in sorted(Path(DEBIANS).glob("*/bin"), reverse=True)]
    path = os.pathsep.join([os.environ.get("PATH", ""), *folders, "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise FileNotFoundError(f"There is no {name}.")
    return found


class Private:
    """A process in a folder of its own, that is started, killed and started again."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix=f"{type(self).__name__.lower()}-"))
        self.port = free_port()
        self.process = None
        self.user = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self, seconds=30) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command(),
                cwd=self.folder,
                user=self.user,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + seconds
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """At once, with all that it started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQL(Private):
    """It refuses to run as root, and is somebody else's then."""

    def __init__(self, kept: Path | None = None):
        """With what `keep` has put in the folder `kept`, if it is there."""
        super().__init__()
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            somebody = next(
                user for name in ("postgres", "nobody") for user in pwd.getpwall()
                if user.pw_name == name
            )  # fmt: skip
            self.user = somebody.pw_uid
            os.chown(self.folder, self.user, somebody.pw_gid)
        if kept is not None and kept.exists():
            shutil.copytree(kept, self.data)
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self.user or os.geteuid(), -1)
            self.data.chmod(0o700)
            return
        subprocess.run(  # noqa: S603
            [program("initdb"), "-D", self.data, "-U", "site", "-A", "trust", "-E", "UTF8"],
            cwd=self.folder,
            user=self.user,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def command(self):
        # What a killed process has written is kept by the system, synced or not.
        options = {"listen_addresses": "127.0.0.1", "fsync": "off", "max_connections": "100"}
        return [
            program("postgres"), "-D", str(self.data), "-p", str(self.port), "-k", "",
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ]  # fmt: skip

    def keep(self, kept: Path) -> None:
        """Stop, put all data in the folder `kept`, and start again."""
        self.process.send_signal(signal.SIGINT)  # which it calls a fast shutdown
        self.process.wait(timeout=30)
        part = kept.with_name(f"{kept.name}-{os.getpid()}.part")
        shutil.copytree(self.data, part)
        for older in set(kept.parent.glob("postgresql-*")) - set(kept.parent.glob("*.part")):
            if older != kept:
                shutil.rmtree(older, ignore_errors=True)
        with suppress(OSError):  # another process was quicker
            part.rename(kept)
        self.start()

    def url(self, database: str) -> str:
        return f"postgres://site@127.0.0.1:{self.port}/{database}"

    def connect(self, database="postgres"):
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def answers(self):
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True


class Redis(Private):
    def command(self):
        return [
            program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1",
            "--dir", str(self.folder), "--save", "",
        ]  # fmt: skip

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self):
        try:
            with redis.Redis.from_url(self.url) as client:
                return client.ping()
        except redis.RedisError:
            return False
