"""Everyone signs up at once: on PostgreSQL 200 people, on SQLite 20.

    .venv/bin/python benchmarks/sign_ups.py

Each of two sites is served by Granian with two workers. Every person has opened
the form before; then all press the button in the same moment, and some press
it twice. Prints how long the answers took. Fails when somebody gets no answer,
a sign-up is lost or doubled, or one in a hundred of the 200 waits for two seconds.
`POSTGRES` names the server on which a database is made and taken away again.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.programme.sending import COUNT, MAKE_A_FORM, open_form, send
from tests.served import Served

POSTGRES = os.environ.get("POSTGRES", "postgres://root@127.0.0.1:5432/postgres")
NAME = "benchmark_sign_ups"
MOST_SECONDS = 2
TWICE = 10  # of the people press the button twice


def main() -> int:
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            database = POSTGRES.rsplit("/", 1)[0] + f"/{NAME}"
            slowest = everyone(200, "PostgreSQL", database)
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    everyone(20, "SQLite", "")
    return 0 if slowest < MOST_SECONDS else 1


def everyone(number: int, name: str, database: str) -> float:
    """The time in which 99 of 100 are answered, in seconds."""
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        Served(Path(folder), database=database, SIGN_UPS_FROM_ONE_PLACE="10000") as site,
    ):
        page = f"/{site.run(MAKE_A_FORM)}/"
        site.start(page)
        with ThreadPoolExecutor(8) as readers:
            forms = list(readers.map(lambda _: open_form(site.address + page), range(number)))
        forms += forms[:TWICE]
        time.sleep(2.1)  # as long as a person takes at least
        start = Barrier(len(forms))

        def press(person):
            action, token = forms[person]
            start.wait()
            began = time.perf_counter()
            status = send(site.address + action, token, f"person-{person % number}@example.org")
            return status, time.perf_counter() - began

        with ThreadPoolExecutor(len(forms)) as people:
            answers = list(people.map(press, range(len(forms))))
        kept = site.run(COUNT).split()
    statuses = {status for status, _ in answers}
    assert statuses == {303}, f"{name}: answers were {statuses}"
    assert len(kept) == len(set(kept)) == number, f"{name}: {len(kept)} kept of {number}"
    seconds = sorted(seconds for _, seconds in answers)
    slow = seconds[int(len(seconds) * 0.99) - 1]
    print(
        f"{name:10} {number} people, {TWICE} twice: none lost, none doubled; "
        f"half in {seconds[len(seconds) // 2]:.2f} s, 99 of 100 in {slow:.2f} s"
    )
    return slow


if __name__ == "__main__":
    sys.exit(main())
