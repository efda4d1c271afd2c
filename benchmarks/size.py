"""Whether the site is as quick with ten thousand pages as with a hundred.

    .venv/bin/python benchmarks/size.py
    .venv/bin/python benchmarks/size.py --database postgres://root@127.0.0.1:5432

It makes a site of each size, in a database and a folder of its own, and takes them away
again. They are asked in turns, so that another program slows all alike. For each thing
it prints the queries and the median time at each size, and the time beside that of the
smallest. Without the page cache: what is kept costs the same at any size.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"

SLOWEST = 1.5  # times as long with the most pages as with the fewest
PLAIN, OURS = "a plain Wagtail search", "the same by our backend"
SLOWEST_SEARCH = 0.5  # of plain search on PostgreSQL, for a word of every page
PLAIN_ON_SQLITE = 1000  # pages; with more, plain search takes minutes


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    wanted.add_argument("--database", default="", help="A PostgreSQL server; SQLite without it.")
    wanted.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    wanted.add_argument("--rounds", type=int, default=15)
    wanted.add_argument("--only", default="", help="Things with these words.")
    wanted.add_argument("--site", type=int, help=argparse.SUPPRESS)  # the child that has it
    asked = wanted.parse_args()
    if asked.site:
        return _answer(asked.site, asked.only)
    with ExitStack() as stack:
        sites = {size: stack.enter_context(_Site(size, asked)) for size in asked.sizes}
        made = {size: site.read() for size, site in sites.items()}
        queries = {size: site.ask("queries") for size, site in sites.items()}
        times = {size: {} for size in sites}
        for _ in range(asked.rounds):
            for size, site in sites.items():
                for name, took in site.ask("times").items():
                    times[size].setdefault(name, []).append(took)
        searches = {size: site.ask("searches") for size, site in sites.items()}
    print(f"The load of this machine: {os.getloadavg()[0]:.1f}")
    print("Made in " + ", ".join(f"{seconds:.0f} s" for seconds in made.values()))
    return _report(queries, times) + _report_searches(searches, asked.database)


def _report(queries, times) -> int:
    few = next(iter(queries))
    print(f"{'':<32}" + "".join(f"{f'{size} pages':>20}" for size in queries))
    wrong = 0
    for name in queries[few]:
        cells = [(queries[size][name], median(times[size][name])) for size in queries]
        ratio = cells[-1][1] / cells[0][1]
        is_common = name.endswith("every page")
        good = is_common or (len({count for count, _ in cells}) == 1 and ratio <= SLOWEST)
        wrong += not good
        shown = "".join(f"{f'{count} in {took:.1f} ms':>20}" for count, took in cells)
        print(f"{name:<32}{shown}{ratio:>8.2f}{'' if good else ': MORE'}")
    return wrong


def _report_searches(searches, on_postgresql) -> int:
    for name in (PLAIN, OURS):
        times = [found.get(name) for found in searches.values()]
        shown = "".join(f"{f'{took:.1f} ms' if took else '-':>20}" for took in times)
        print(f"{name:<32}{shown}")
    few, most = searches[min(searches)], searches[max(searches)]
    if on_postgresql:
        ratio, least = most[OURS] / most[PLAIN], SLOWEST_SEARCH
        print(f"With the most pages, {ratio:.2f} times plain search (at most {least})")
    else:
        ratio, least = most[OURS] / few[OURS], max(searches) / min(searches)
        print(f"With {least:.0f} times the pages, {ratio:.1f} times as long")
    return ratio > least


class _Site:
    """A process with a site of its own, which is told by lines what to do."""

    def __init__(self, size, asked):
        self.size, self.asked = size, asked

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        environment = {
            **os.environ,
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(folder / "media"),
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "SIZED": str(folder),
        }
        if self.asked.database:
            server = self.asked.database.rstrip("/")
            environment["DATABASE_URL"] = f"{server}/sized_{os.getpid()}_{self.size}"
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, __file__, "--site", str(self.size), "--only", self.asked.only],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The site of {self.size} pages ended.")
        return json.loads(line)

    def ask(self, what):
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.read()


# In the child ------------------------------------------------------------------------


def _answer(size, only) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    folder = Path(os.environ["SIZED"])
    settings.MEDIA_ROOT = folder / "media"
    if connection.vendor == "sqlite":  # a file, not memory
        connection.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")
    said, sys.stdout = sys.stdout, sys.stderr
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        from tests.sized import Sized, later

        later.enable()

        started = time.perf_counter()
        site = Sized(size)
        # What making it has left behind is not looked through again and again meanwhile.
        gc.collect()
        gc.freeze()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # which it does by itself after a minute
        print(json.dumps(time.perf_counter() - started), file=said, flush=True)
        asks = {name: ask for name, ask in (site.asks | site.common).items() if only in name}
        does = {"queries": _queries, "times": _times, "searches": lambda asks: _searches(size)}
        for line in sys.stdin:
            print(json.dumps(does[line.strip()](asks)), file=said, flush=True)
    finally:
        teardown_databases(databases, verbosity=0)
    return 0


def _queries(asks):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = {}
    for name, ask in asks.items():
        ask()  # what is kept until a change is not counted
        with CaptureQueriesContext(connection) as queries:
            response = ask()
        assert response.status_code in (200, 302), f"{name}: {response.status_code}"
        found[name] = len(queries)
    return found


def _times(asks):
    found = {}
    for name, ask in asks.items():
        ask()
        started = time.perf_counter()
        ask()
        found[name] = (time.perf_counter() - started) * 1000
    return found


def _searches(size):
    """The first 20 and their number, as Wagtail's own backend finds them, and as ours does."""
    from django.db import connection
    from wagtail.models import Page
    from wagtail.search.backends import database, get_search_backend

    from home.trial_pages import COMMON_WORD

    backends = {PLAIN: database.SearchBackend({}), OURS: get_search_backend()}
    if connection.vendor == "sqlite" and size > PLAIN_ON_SQLITE:
        del backends[PLAIN]
    took = {name: [] for name in backends}
    for _ in range(7):
        for name, backend in backends.items():
            started = time.perf_counter()
            found = backend.search(COMMON_WORD, Page.objects.live())
            list(found[:20])
            found.count()
            took[name].append((time.perf_counter() - started) * 1000)
    return {name: median(times) for name, times in took.items()}


if __name__ == "__main__":
    sys.exit(main())
