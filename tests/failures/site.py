"""The whole site, as `manage.py serve` runs it: who answers, the worker, the scheduler."""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.core.limits.clients import ask
from tests.served import Served

EDITOR = """
from django.test import Client
from cms.core.models import User
user, _ = User.objects.get_or_create(email="robin@example.org", is_superuser=True)
client = Client()
client.force_login(user)
print(client.cookies["sessionid"].value)
"""
HOME = """
from wagtail.models import Page, Site
from tests.factories import HomePageFactory
Page.objects.filter(depth=2).delete()
home = HomePageFactory(parent=Page.get_first_root_node(), listing_image=None)
Site.objects.update_or_create(is_default_site=True, defaults={
    "hostname": "127.0.0.1", "port": %d, "root_page": home})
"""


class WholeSite(Served):
    """`serve`, in place of the web server alone."""

    def __enter__(self):
        if not self.database:
            return super().__enter__()
        return self  # its database is a copy of one that is migrated

    def make_home(self, more="") -> str:
        return self.run(HOME % self.port + more)

    def serve(self, *arguments) -> None:
        self.log = getattr(self, "log", self.folder / "log")
        command = [
            sys.executable, "-m", "django", "serve", f"--port={self.port}", "--every=2", *arguments
        ]  # fmt: skip
        self.start("/health/live/", ["sh", "-c", f'exec "$@" 2>> {self.log}', "sh", *command])

    def kill(self):
        """With all that it has started, each of which leads a group of its own."""
        if self.server is not None:
            for pid, _command in [*self.processes()]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        super().kill()

    def json(self, code: str):
        """What `code` has printed as its last line."""
        return json.loads(self.run("import json\n" + code).splitlines()[-1])

    def processes(self):
        """(number, command) of all that `serve` started, and what that has started."""
        left = [self.server.pid]
        while left:
            parent = left.pop()
            for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(OSError):
                    for pid in map(int, tasks.read_text().split()):
                        left.append(pid)
                        yield pid, Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")

    def web_processes(self) -> list[int]:
        """Those that answer: what Granian has started, but for Python's own helper."""
        granian = [pid for pid, command in self.processes() if "cms.wsgi" in command][:1]
        found = []
        for parent in granian:
            for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
                for pid in map(int, tasks.read_text().split()):
                    with suppress(OSError):
                        if "resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_text():
                            found.append(pid)
        return found

    def worker(self) -> int | None:
        return next((pid for pid, command in self.processes() if "db_worker" in command), None)

    def is_ready(self) -> bool:
        try:
            return ask(self.port, "/health/ready/", timeout=5)[0] == 200
        except OSError:
            return False


def wait_for(what, seconds=30, every=0.1):
    """What `what()` gives, once it is something."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, f"{what} came to nothing in {seconds} s"
        time.sleep(every)
    return found
