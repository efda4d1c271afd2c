"""How quick the site is, beside others on the same machine in the same minutes.

    make bench
    make bench DATABASE=postgres://root@127.0.0.1:5432/ REDIS=redis://127.0.0.1:6379/1

It starts sites of its own on Granian, with two processes each, and takes them away
again: ours, ours without its page cache, and a plain one as `wagtail start` makes it
with the same pages; nginx and Varnish besides, where they are installed. They are asked
in turns, by 32 connections, so that another program slows all alike: the ratios of one
run compare, and the figures of two machines do not. See docs/performance.md.
"""

import argparse
import http.client
import json
import os
import platform
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"  # for what the tests lend us

import django
import environ
import psycopg

django.setup()

from benchmarks.load import CONNECTIONS, answer, load
from benchmarks.nginx import Nginx, nginx
from benchmarks.plain import Plain
from tests.served import Served
from tests.varnish import Varnish, varnishd

MIXED = 10_000  # requests, after which memory is looked at
MOST_MEMORY = 180  # MB of a web process
MOST_GROWTH = 5  # MB, in as many requests again
SLOWEST_START = 4  # seconds

SITE = """
import json, sys
from wagtail.models import Page, Site
from home.models import HomePage, StandardPage
from programme.models import BenefitsPage
from resources.models import ToolkitChapterPage
from tests import factories
from tests.blocks import whole_stream
from cms.api.content.prepared import prepare
from cms.api.feed.keeping import catch_up
from cms.core.models import SiteSettings
from django.core.management import call_command
Page.objects.filter(depth=2).delete()
home = factories.HomePageFactory(parent=Page.get_first_root_node())
Site.objects.update_or_create(is_default_site=True, defaults={"root_page": home})
image = factories.ImageFactory()
factories.DocumentFactory()
factories.PartnerFactory(logo=image)
made = dict(parent=home, listing_image=image)
toolkit = factories.ToolkitPageFactory(**made, slug="toolkit", cover_image=image)
chapter = factories.ToolkitChapterPageFactory(parent=toolkit, slug="chapter", listing_image=image)
factories.PartnersPageFactory(**made, slug="partners")
factories.GetInvolvedPageFactory(**made, slug="get-involved")
factories.MaterialsPageFactory(**made, slug="materials")
benefits = factories.BenefitsPageFactory(**made, slug="benefits")
whole = {"benefits": (benefits, BenefitsPage), "chapter": (chapter, ToolkitChapterPage)}
whole["home"] = home, HomePage
for number in range(PAGES - 8):
    page = factories.StandardPageFactory(**made, slug=f"page-{number}", show_in_menus=number < 5)
    whole[page.slug] = page, StandardPage
bodies = {}
for slug, (page, model) in whole.items():
    page.body = whole_stream(model)
    page.save_revision().publish()
    raw = list(page.body.raw_data)
    bodies[slug] = [block for block in raw if not block["type"].endswith("_band")]
# What is made when it is first asked for is a change, which nobody here would take in.
SiteSettings.for_site(Site.objects.get())
call_command("make_renditions", verbosity=0)
call_command("update_index", verbosity=0)
catch_up()
prepare()
print(json.dumps({"image": image.file.path, "bodies": bodies}))
"""
COUNT = """
import json
from django.test import Client
from tests.queries import cold
client = Client(SERVER_NAME="localhost")
print(json.dumps({address: cold(client, address) for address in ADDRESSES}))
"""
URLS = """
from django.http import HttpResponse
from django.urls import path
from wagtail.models import Page
from cms.urls import urlpatterns as of_the_site
def query(request):
    return HttpResponse(Page.objects.values_list("title", flat=True).get(slug="benefits"))
urlpatterns = [
    path("bare/", lambda request: HttpResponse(b"{}")),
    path("query/", query),
    *of_the_site,
]
"""
API = "/api/content/v1/pages/"
BY_PATH = f"{API}by-path/?path=/page-0/&include=menus,settings"
WHOLE = f"{API}?fields=*&limit=20"
V2 = "/api/v2/pages/?fields=*&limit=20"
PACKED = {"Accept-Encoding": "gzip, br"}

MOST_QUERIES = {  # of a page that nobody has kept
    "/": 20,
    "/toolkit/chapter/": 15,
    "/benefits/": 15,
    "/materials/": 15,
    "/search/?q=together": 10,
    BY_PATH: 3,
    WHOLE: 3,
}


class Asked(NamedTuple):
    site: str
    address: str
    headers: dict = PACKED


class Row(NamedTuple):
    what: str
    asked: Asked
    beside: str
    least: float | None = None


BARE, QUERY = "a bare view", "a bare view with a query"
FILE, QUICKEST_FILE = "a file by nginx", "a file by nginx, no log, held open"
BASES = {
    BARE: Asked("ours", "/bare/"),
    QUERY: Asked("cold", "/query/"),
    "a plain page": Asked("plain", "/page-0/"),
    "the plain home": Asked("plain", "/"),
    "the plain chapter": Asked("plain", "/chapter/"),
    "the plain benefits": Asked("plain", "/benefits/"),
    "plain API v2": Asked("plain", V2),
    "plain search": Asked("plain", "/search/?query=together"),
}


def rows(etags: dict[str, str]) -> list[Row]:
    def same(address):
        return Asked("ours", address, {**PACKED, "If-None-Match": etags[address]})

    return [
        Row("home, warm", Asked("ours", "/"), BARE, 2.5),
        Row("home, warm, not packed", Asked("ours", "/", {}), BARE),
        Row("home, warm, not changed", same("/"), BARE, 3.5),
        Row("content API by path, warm", Asked("ours", BY_PATH), BARE, 2.5),
        Row("content API by path, not changed", same(BY_PATH), BARE),
        Row("content API, 20 whole pages, warm", Asked("ours", WHOLE), BARE, 2.5),
        Row("content API, 20 whole, not changed", same(WHOLE), BARE),
        Row("API v2, 20 whole pages, warm", Asked("ours", V2), BARE),
        Row("home, cold", Asked("cold", "/"), "the plain home", 1),
        Row("chapter, cold", Asked("cold", "/toolkit/chapter/"), "the plain chapter", 1),
        Row("benefits, cold", Asked("cold", "/benefits/"), "the plain benefits", 1),
        Row("a page of words, cold", Asked("cold", "/page-0/"), "a plain page"),
        Row("content API by path, cold", Asked("cold", BY_PATH), QUERY, 0.35),
        Row("content API, 20 whole, cold", Asked("cold", WHOLE), QUERY, 0.2),
        Row("API v2, 20 whole pages, cold", Asked("cold", V2), "plain API v2"),
        Row("search, cold", Asked("cold", "/search/?q=together"), "plain search"),
    ]


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    wanted.add_argument("--database", default="", help="A PostgreSQL server; SQLite without it.")
    wanted.add_argument("--redis", default="", help="A Redis, for the content generation.")
    wanted.add_argument("--pages", type=int, default=100)
    wanted.add_argument("--seconds", type=int, default=2, help="Of each turn.")
    wanted.add_argument("--turns", type=int, default=5)
    wanted.add_argument("--only", default="", help="Rows with these words.")
    wanted.add_argument(
        "--short", action="store_true", help="One short turn; only too many queries make it fail."
    )
    asked = wanted.parse_args()
    if asked.short:
        asked.seconds, asked.turns = 1, 1
    print(_machine(asked))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, ports, found = _sites(stack, folder, asked)
        found = [row for row in found if asked.only in row.what]
        wrong = _queries(ours)
        slow = _compare(found, ports, asked)
        if not asked.short and not asked.only:
            slow += _memory(ours) + _start(ours)
    return wrong if asked.short else wrong + slow


def _machine(asked) -> str:
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    database = "PostgreSQL" if asked.database else "SQLite"
    return (
        f"{time.strftime('%d %B %Y')}: {cores} cores ({platform.machine()}), {memory:.0f} GB, "
        f"Python {platform.python_version()}, {database}, {asked.pages} pages, "
        f"{CONNECTIONS} connections, {asked.turns} turns of {asked.seconds} s"
    )


# The sites ---------------------------------------------------------------------------


def _sites(stack, folder, asked):
    """Our site, the port of each site, and the rows to measure."""
    ours = stack.enter_context(_ours(folder / "ours", _database(stack, asked, "ours")))
    content = json.loads(ours.run(SITE.replace("PAGES", str(asked.pages))).splitlines()[-1])
    ours.start("/bare/")
    etags = {address: _etag(ours.port, address) for address in ("/", BY_PATH, WHOLE)}
    found = rows(etags)
    ports = {"ours": ours.port}

    def beside(name, **environment):
        site = stack.enter_context(_beside(folder / name, ours, **environment))
        ports[name] = site.port
        return site

    beside("cold", PAGE_CACHE="False")
    if asked.redis:
        beside("redis", CACHE_URL=asked.redis)
        found.insert(1, Row("home, warm, generation in Redis", Asked("redis", "/"), BARE, 0.8))
    if nginx():
        home = answer(ours.port, "/", PACKED)[2]
        files = stack.enter_context(Nginx(folder / "nginx", home))
        ports |= {"nginx": files.as_debian, "quickest nginx": files.quickest}
        BASES[FILE], BASES[QUICKEST_FILE] = Asked("nginx", "/"), Asked("quickest nginx", "/")
        found.insert(1, Row("home, warm", Asked("ours", "/"), QUICKEST_FILE))
    if nginx() and varnishd():
        (folder / "varnish").mkdir()
        varnish = stack.enter_context(Varnish(folder / "varnish"))
        varnish.start(beside("behind Varnish", EDGE_PURGE_URL=varnish.address).port)
        ports["Varnish"] = varnish.port
        found.insert(2, Row("home, warm, Varnish", Asked("Varnish", "/"), FILE, 0.8))
        found.insert(3, Row("home, warm, Varnish", Asked("Varnish", "/"), QUICKEST_FILE))
    (folder / "plain").mkdir()
    plain = Plain(folder / "plain", content, database=_database(stack, asked, "plain"))
    ports["plain"] = stack.enter_context(plain).port
    return ours, ports, found


@contextmanager
def _ours(folder, database, environment=()):
    folder.mkdir()
    (folder / "served_urls.py").write_text(URLS)
    settings = "ROOT_URLCONF = 'served_urls'"
    with Served(folder, database=database, settings=settings, **dict(environment)) as site:
        yield site


@contextmanager
def _beside(folder, ours, **environment):
    """The same site, served once more with other settings."""
    folder.mkdir()
    (folder / "served_urls.py").write_text(URLS)
    site = Served(folder, settings="ROOT_URLCONF = 'served_urls'", **environment)
    for name in ("DATABASE_URL", "MEDIA_ROOT"):
        site.environment[name] = ours.environment[name]
    try:
        site.start("/bare/")
        yield site
    finally:
        site.kill()


def _database(stack, asked, name) -> str:
    if not asked.database:
        return ""
    return stack.enter_context(_made(asked.database.rstrip("/"), f"bench_{name}"))


@contextmanager
def _made(server, name):
    address = environ.Env.db_url_config(f"{server}/postgres")
    about = {part: address[part.upper()] for part in ("host", "port", "user", "password")}
    with psycopg.connect(dbname="postgres", autocommit=True, **about) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _etag(port, address) -> str:
    answer(port, address)
    return answer(port, address, PACKED)[1]["ETag"]


# The figures --------------------------------------------------------------------------


def _queries(site) -> int:
    code = COUNT.replace("ADDRESSES", repr(list(MOST_QUERIES)))
    found = json.loads(site.run(code).splitlines()[-1])
    wrong = 0
    for address, most in MOST_QUERIES.items():
        too_many = found[address] > most
        wrong += too_many
        print(f"{address:<72}{found[address]:>4} queries (at most {most})", end="")
        print(": TOO MANY" if too_many else "")
    return wrong


def _compare(found, ports, asked) -> int:
    bases = {row.beside: BASES[row.beside] for row in found}
    measured = {**bases, **{row.what: row.asked for row in found}}
    for each in measured.values():
        for _ in range(20):  # until each process has it
            status = answer(ports[each.site], each.address, each.headers)[0]
            assert status in (200, 304), f"{each.address}: {status}"
    loads = {name: [] for name in measured}
    for _ in range(asked.turns):
        for name, each in measured.items():
            loads[name].append(load(ports[each.site], each.address, each.headers, asked.seconds))
    print(f"{'':<40}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}")
    for name in bases:
        print(f"{name:<40}{_figures(loads[name])}")
    wrong = 0
    for row in found:
        # Each beside the other one of its own turn.
        turns = zip(loads[row.what], loads[row.beside], strict=True)
        ratio = median(ours.rate / other.rate for ours, other in turns)
        enough = row.least is None or ratio >= row.least
        wrong += not enough
        said = f"{row.what:<40}{_figures(loads[row.what])}{ratio:>8.2f} times {row.beside}"
        said += f" (at least {row.least})" if row.least else ""
        print(said + ("" if enough else ": TOO FEW"))
    return wrong


def _figures(loads) -> str:
    rate, p50, p99 = (median(values) for values in zip(*loads, strict=True))
    return f"{rate:>10.0f}{p50:>9.1f}{p99:>9.1f}"


def _start(site) -> int:
    site.stop()
    started = time.monotonic()
    site.start("/")
    seconds = time.monotonic() - started
    print(f"From the start to the first answer: {seconds:.1f} s (at most {SLOWEST_START})")
    return seconds > SLOWEST_START


def _memory(site) -> int:
    found = []
    for _ in range(2):
        for number in range(MIXED // 5):
            for address in (
                f"/page-{number % 90}/",
                f"/?made-up={number}",
                f"{API}?limit={number % 100 + 1}",
                f"/api/v2/pages/?offset={number % 100}&limit=5",
                f"/nothing-{number}/",
            ):
                _ask(site, address)
        found.append(max(_resident(worker) for worker in _workers(site.server.pid)))
    first, second = found
    print(
        f"A web process after {MIXED} mixed requests: {first:.0f} MB (at most {MOST_MEMORY}); "
        f"after as many again: {second:.0f} MB (at most {MOST_GROWTH} more)"
    )
    return (first > MOST_MEMORY) + (second > first + MOST_GROWTH)


_kept_open = threading.local()


def _ask(site, address):
    if not hasattr(_kept_open, "connection"):
        _kept_open.connection = http.client.HTTPConnection("127.0.0.1", site.port)
    _kept_open.connection.request("GET", address, headers=PACKED)
    _kept_open.connection.getresponse().read()


def _workers(pid) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def _resident(pid) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    sys.exit(main())
