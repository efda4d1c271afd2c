"""Two schedulers and two workers at once, on PostgreSQL: each thing is done once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.delivery.receiver import Receiver
from tests.served import ROOT

from .site import WholeSite

DUE = """
from datetime import timedelta
from django.utils import timezone
from cms.delivery import queue
from cms.delivery.models import Endpoint
from cms.events.models import Event
from tests.factories import StandardPageFactory
now = timezone.now()
for number in range(20):
    page = StandardPageFactory(parent=home, slug=f"soon-{number}", live=False, listing_image=None)
    page.go_live_at = now + timedelta(hours=1)
    revision = page.save_revision()
    revision.publish()
    revision.approved_go_live_at = now - timedelta(minutes=1)
    revision.content["go_live_at"] = (now - timedelta(minutes=1)).isoformat()
    revision.save()
Event.objects.all().delete()  # of what was scheduled
for number in range(20):
    page = StandardPageFactory(parent=home, slug=f"late-{number}", listing_image=None)
    page.save_revision().publish()
    page.expire_at = now - timedelta(minutes=1)
    page.save()
queue.collect()  # what was there before is nobody's news
Endpoint.objects.create(name="App", url=RECEIVER, types=["home.StandardPage"])
"""
FOUND = """
from collections import Counter
from cms.events.models import Event
from home.models import StandardPage
from wagtail.models import PageLogEntry
print(json.dumps({
    "live": sorted(StandardPage.objects.filter(live=True).values_list("slug", flat=True)),
    "events": sorted(Counter(Event.objects.filter(model="home.StandardPage")
        .values_list("key", "what")).values()),
    "log": Counter(PageLogEntry.objects.filter(action__endswith=".scheduled")
        .values_list("action", flat=True)),
}))
"""
TASKS = """
from programme.models import SignUp
from cms.core.tasks import make_renditions
for number in range(200):
    make_renditions.enqueue(10_000 + number)  # of pictures that are not there
"""
DONE = """
from collections import Counter
from django_tasks_db.models import DBTaskResult
rows = DBTaskResult.objects.filter(task_path="cms.core.tasks.make_renditions")
print(json.dumps([
    Counter(rows.values_list("status", flat=True)),
    max(len(row.worker_ids) for row in rows),
    len({row.worker_ids[0] for row in rows if row.worker_ids}),
]))
"""
COUNTING = """
import django.core.management as management
from cms.core import daily
def count(name, **options):
    with open(LOG, "a") as log:
        log.write(name + "\\n")
    return management.call_command(name, **options)
daily.call_command = count
management.call_command("daily", verbosity=0)
"""


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):
    with (
        Receiver() as receiver,
        WholeSite(
            tmp_path_factory.mktemp("two"),
            database=database,
            WEBHOOK_ALLOW_PRIVATE_NETWORKS="True",
        ) as site,
    ):
        site.receiver = receiver
        site.make_home(DUE.replace("RECEIVER", repr(receiver.url)))
        yield site


def together(site, times, *command):
    """So many processes at once."""

    def start(_):
        return subprocess.run(  # noqa: S603
            [sys.executable, *command],
            cwd=ROOT,
            env=site.environment,
            check=True,
            timeout=120,
        )

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(start, range(times)))


def test_of_two_schedulers_each_page_is_published_once(site):
    together(site, 3, "-m", "django", "publish_scheduled", "-v0")
    found = site.json(FOUND)
    assert found["live"] == sorted(f"soon-{number}" for number in range(20))
    assert found["events"] == [1] * 60  # 20 were published before
    assert found["log"] == {"wagtail.publish.scheduled": 20, "wagtail.unpublish.scheduled": 20}


def test_each_is_told_to_the_webhook_once(site):
    together(site, 2, "-m", "django", "db_worker", "--queue-name=*", "--batch", "--no-reload")
    messages = [request.message_id for request in site.receiver.requests]
    assert len(messages) == len(set(messages)) == 40


def test_of_two_workers_each_task_is_done_once(site):
    site.run(TASKS)
    together(
        site, 2, "-m", "django", "db_worker", "--queue-name=*", "--batch", "--no-reload",
        "--no-startup-delay", "-v0",
    )  # fmt: skip
    statuses, times, workers = site.json(DONE)
    assert statuses == {"SUCCESSFUL": 200}
    assert times == 1
    assert workers == 2


def test_of_two_that_do_the_daily_work_each_part_is_done_once(site):
    log = site.folder / "daily"
    code = f"import django; django.setup()\nLOG = {str(log)!r}\n{COUNTING}"
    together(site, 3, "-c", code)
    done = log.read_text().split()
    assert len(done) == len(set(done)) == len(site.json(
        "from django.conf import settings; print(json.dumps(settings.DAILY_COMMANDS))"
    ))  # fmt: skip
