"""Does what a newcomer does: clones the repository, types `make run`, and looks around.

    .venv/bin/python .ci/newcomer.py

Then stops the site, types `make run` again, and sees that it starts in seconds
and that every page is as it was.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

REPOSITORY = Path(__file__).resolve().parents[1]
PUBLIC = [
    "/",
    "/about/",
    "/benefits/",
    "/partners/",
    "/toolkit/",
    "/toolkit/meetings/",
    "/materials/",
    "/get-involved/",
    "/search/?q=toolkit",
    "/accessibility-statement/",
    "/privacy/",
    "/cookies/",
    "/api/v2/pages/",
    "/api/content/v1/docs/",
    "/api/content/v1/pages/?fields=*",
]
FIRST_START = 600  # seconds at most; most of it is pip's
SECOND_START = 30
# Whatever this machine is set to for other work is not the newcomer's.
OURS = {"DATABASE_URL", "CACHE_URL", "EMAIL_URL", "MEDIA_ROOT", "SECRET_KEY", "ALLOWED_HOSTS"}


def main():
    with tempfile.TemporaryDirectory(prefix="newcomer-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(
            ["git", "clone", "--quiet", "--no-local", str(REPOSITORY), str(clone)],
            check=True,
        )
        port = free_port()
        address = f"http://127.0.0.1:{port}"

        with make_run(clone, port, within=FIRST_START) as (log, seconds):
            print(f"The first start took {seconds:.0f} s.")
            said = log.read_text()
            expect("password" in said.lower(), "No password was shown for the administrator.")
            for line in (f"{address}/", f"{address}/admin/", f"{address}/api/content/v1/docs/"):
                expect(line in said, f"`make run` does not say where to find {line}.")
            for path in PUBLIC:
                look(address, path)
            look(address, "/admin/login/", public=False)
            pages = count_pages(address)

        with make_run(clone, port, within=SECOND_START) as (log, seconds):
            print(f"The second start took {seconds:.1f} s.")
            expect("password" not in log.read_text().lower(), "A second password was made.")
            look(address, "/")
            expect(count_pages(address) == pages, "The second start changed the pages.")
        print(f"{len(PUBLIC) + 1} addresses answer; {pages} pages before and after.")


@contextmanager
def make_run(clone, port, within):
    """`make run` in the background; gives its output's file and the seconds it took to start."""
    log = clone.parent / f"run-{time.monotonic_ns()}.log"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("DJANGO_", "WAGTAIL", "AWS_", "MAKE"))
    }
    started = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=clone,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not answers(f"http://127.0.0.1:{port}/"):
            late = time.monotonic() - started > within
            if late or process.poll() is not None:
                why = f"It had not started after {within} s." if late else "It stopped."
                sys.exit(f"`make run`: {why}\n{log.read_text()[-4000:]}")
            time.sleep(0.1)
        yield log, time.monotonic() - started
    finally:
        # As Ctrl and C do: to make and to all that it started.
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            sys.exit("`make run` did not stop within 20 s of Ctrl and C.")


def answers(address) -> bool:
    try:
        with urlopen(address, timeout=20):
            return True
    except HTTPError:
        return True  # `look` says which, and why
    except (URLError, OSError):
        return False


def look(address, path, public=True):
    """Expect 200, and no cookie on a public page."""
    try:
        with urlopen(Request(address + path), timeout=20) as answer:
            cookie = answer.headers.get("Set-Cookie")
    except HTTPError as error:
        sys.exit(f"{path} answers {error.code}.")
    expect(not (public and cookie), f"{path} sets a cookie: {cookie}")


def count_pages(address) -> int:
    with urlopen(f"{address}/api/v2/pages/?limit=1", timeout=20) as answer:
        return json.load(answer)["meta"]["total_count"]


def expect(holds, otherwise):
    if not holds:
        sys.exit(otherwise)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
