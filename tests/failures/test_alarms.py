"""Each alarm of docs/operations.md is raised by what it is said to mean, and by nothing else.

Prometheus reads the site and the manual's own rules, in which a minute lasts two seconds.
"""

import json
import os
import re
import signal
import threading
import time
from contextlib import contextmanager

import pytest
import urllib3
import yaml

from tests.core.limits.clients import ask
from tests.served import ROOT

from .private import Private, program
from .site import WholeSite, wait_for

TOKEN = "a-token-for-alarms"
MANUAL = (ROOT / "docs" / "operations.md").read_text()
SCRAPES, RULES = (
    yaml.safe_load(
        next(block for block in re.findall(r"```yaml\n(.*?)```", MANUAL, re.S) if key in block)
    )
    for key in ("scrape_configs:", "alert:")
)
ALARMS = [rule["alert"] for group in RULES["groups"] for rule in group["rules"]]
MAKE = """
from cms.delivery.models import Endpoint
from programme.models import SignUp, SignUpMessage
from tests.factories import GetInvolvedPageFactory, SignUpFactory, StandardPageFactory
StandardPageFactory(parent=home, slug="about", listing_image=None)
form = GetInvolvedPageFactory(parent=home, slug="join", listing_image=None)
SignUpMessage.objects.create(sign_up=SignUpFactory(page=form), kind="confirm", given_up=False,
    sent_at="2026-01-01T00:00Z")
Endpoint.objects.create(name="App", url="https://www.example.org/", types=["home.HomePage"])
"""
TASK = """
from cms.api.tasks import bring_feed_on
bring_feed_on.enqueue()
"""


class Prometheus(Private):
    def __init__(self, site):
        super().__init__()
        scrapes = json.loads(json.dumps(SCRAPES))
        for job in scrapes["scrape_configs"]:
            job["authorization"]["credentials"] = TOKEN
            job["static_configs"] = [{"targets": [f"127.0.0.1:{site.port}"]}]
        quick = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        files = {"site.yml": {"global": quick, "rule_files": ["rules.yml"], **scrapes}}
        text = yaml.safe_dump(RULES)
        files["rules.yml"] = yaml.safe_load(
            re.sub(r"\b(\d+)m\b", lambda found: f"{2 * int(found[1])}s", text)
        )
        for name, content in files.items():
            (self.folder / name).write_text(yaml.safe_dump(content))

    def command(self):
        return [
            program("prometheus"), f"--config.file={self.folder / 'site.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}", "--log.level=warn",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]  # fmt: skip

    def ask(self, path) -> dict:
        address = f"http://127.0.0.1:{self.port}{path}"
        return urllib3.request("GET", address, retries=False, timeout=5).json()

    def answers(self):
        try:
            targets = self.ask("/api/v1/targets")["data"]["activeTargets"]
        except (urllib3.exceptions.HTTPError, ValueError):
            return False
        return [target["health"] for target in targets] == ["up"]

    def alarms(self) -> dict[str, list[dict]]:
        """{name: [its labels]} of those that are raised."""
        raised = {}
        for alert in self.ask("/api/v1/alerts")["data"]["alerts"]:
            if alert["state"] == "firing":
                raised.setdefault(alert["labels"]["alertname"], []).append(alert["labels"])
        return raised


@pytest.fixture(scope="module")
def site(database, redis, tmp_path_factory):
    with WholeSite(
        tmp_path_factory.mktemp("alarms"),
        database=database,
        CACHE_URL=redis.url,
        METRICS_TOKEN=TOKEN,
        RATE_SEARCH="2/minute",
    ) as site:
        site.make_home(MAKE)
        site.serve()
        yield site
        site.stop()


@pytest.fixture(scope="module")
def prometheus(site):
    try:
        server = Prometheus(site)
        with server:
            yield server
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@contextmanager
def all_the_while(act):
    """Do something again and again, by a thread beside."""
    end = threading.Event()

    def work():
        while not end.is_set():
            try:
                act()
            except OSError:
                time.sleep(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextmanager
def sql(postgres, site, broken, mended):
    with postgres.connect(site.database.rpartition("/")[2]) as asked:
        asked.execute(broken)
        try:
            yield
        finally:
            asked.execute(mended)


@contextmanager
def redis_is_away(site, postgres, redis):
    redis.kill()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def database_is_away(site, postgres, redis):
    for _ in range(20):
        ask(site.port, "/about/")  # which each process keeps

    def read():
        ask(site.port, "/about/")
        ask(site.port, "/join/")
        time.sleep(0.1)

    postgres.kill()
    try:
        with all_the_while(read):
            yield
    finally:
        postgres.start()


@contextmanager
def one_place_searches_without_end(site, postgres, redis):
    def search():
        ask(site.port, "/search/?q=a")
        time.sleep(0.1)

    with all_the_while(search):
        yield


@contextmanager
def the_worker_stands_still(site, postgres, redis):
    worker = wait_for(site.worker)
    os.kill(worker, signal.SIGSTOP)
    site.run(TASK)
    since = "UPDATE django_tasks_database_dbtaskresult SET enqueued_at = now() - interval '%s'"
    try:
        with sql(postgres, site, since % "16 minutes", since % "0 minutes"):
            yield
    finally:
        os.kill(worker, signal.SIGCONT)


def a_webhook_is_paused(site, postgres, redis):
    return sql(
        postgres,
        site,
        "UPDATE delivery_endpoint SET paused_at = now()",
        "UPDATE delivery_endpoint SET paused_at = NULL",
    )


def an_email_is_given_up(site, postgres, redis):
    return sql(
        postgres,
        site,
        "UPDATE programme_signupmessage SET given_up = true, sent_at = NULL",
        "UPDATE programme_signupmessage SET given_up = false, sent_at = now()",
    )


@contextmanager
def pages_take_long(site, postgres, redis):
    """Because something else holds the table of pages."""

    def hold():
        with postgres.connect(site.database.rpartition("/")[2]) as asked, asked.transaction():
            asked.execute("LOCK TABLE home_standardpage IN ACCESS EXCLUSIVE MODE")
            time.sleep(1.5)

    def read():
        ask(site.port, f"/about/?{time.monotonic()}", timeout=20)

    with all_the_while(hold), all_the_while(read):
        yield


CAUSES = {
    "ServiceAway": redis_is_away,
    "PagesFail": database_is_away,
    "OldPagesAreGiven": database_is_away,
    "ManyAreRefused": one_place_searches_without_end,
    "TasksWait": the_worker_stands_still,
    "WebhookPaused": a_webhook_is_paused,
    "EmailsLost": an_email_is_given_up,
    "PagesAreSlow": pages_take_long,
}
# What else follows, and who is told of it.
BESIDES = {database_is_away: {"ServiceAway"}, the_worker_stands_still: {"ServiceAway"}}


def test_each_has_a_cause_here_and_a_row_in_the_manual():
    rows = re.findall(r"^\| `(\w+)` \| .* \|$", MANUAL.partition("What each alarm means")[2], re.M)
    assert set(ALARMS) == set(CAUSES)
    assert set(ALARMS) <= set(rows)


def test_where_all_is_well_none_is_raised(site, prometheus):
    for _ in range(12):
        for path in ("/", "/about/", "/join/"):
            assert ask(site.port, path)[0] == 200
        time.sleep(1)
        assert prometheus.alarms() == {}


@pytest.mark.parametrize("cause", dict.fromkeys(CAUSES.values()), ids=lambda cause: cause.__name__)
def test_it_is_raised_by_its_cause_alone_and_ends_with_it(site, postgres, redis, prometheus, cause):
    expected = {name for name, its in CAUSES.items() if its is cause}
    with cause(site, postgres, redis):
        wait_for(lambda: expected <= prometheus.alarms().keys(), 120, every=0.5)
        raised = prometheus.alarms()
        assert raised.keys() <= expected | BESIDES.get(cause, set())
        if cause is redis_is_away:
            assert {labels["service"] for labels in raised["ServiceAway"]} <= {"cache", "worker"}
    wait_for(lambda: not prometheus.alarms(), 90, every=0.5)
