"""Processes are killed while 200 things are done: what was acknowledged is there, whole."""

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from types import SimpleNamespace

import psycopg
import pytest

from tests import stores
from tests.delivery.receiver import Receiver
from tests.factories.files import picture
from tests.programme.sending import open_form, send

from .letterbox import Letterbox
from .people import Editor
from .site import EDITOR, WholeSite, wait_for

EACH = 50  # publishes, uploads, replacements and sign-ups
BEGIN = """
from django.core.files.base import ContentFile
from cms.delivery.models import Endpoint
from resources.models import Document
from tests.factories import GetInvolvedPageFactory, StandardPageFactory
form = GetInvolvedPageFactory(parent=home, slug="join", listing_image=None)
pages = [
    StandardPageFactory(parent=home, slug=f"page-{number}", title=f"Old {number}",
        listing_image=None).pk
    for number in range(EACH)
]
documents = []
for number in range(EACH):
    document = Document(title=f"Old {number}",
        file=ContentFile(f"old {number}".encode(), name=f"old-{number}.txt"))
    document.read_file()
    document.save()
    documents.append(document.pk)
Endpoint.objects.create(name="App", url=RECEIVER, types=["home.StandardPage"])
print(json.dumps([pages, documents]))
"""
# What there is at the end.
FOUND = """
from hashlib import sha256
from django.core.files.storage import default_storage
from django_tasks_db.models import DBTaskResult
from cms.core.models import Image, Rendition
from cms.delivery.models import Delivery
from cms.events.models import Event, Reader
from home.models import StandardPage
from programme.models import SignUp, SignUpMessage
from resources.models import Document

def digest(file):
    with default_storage.open(file.name if hasattr(file, "name") else file) as opened:
        return sha256(opened.read()).hexdigest()

def missing():
    names = [*Rendition.objects.values_list("file", flat=True)]
    names += filter(None, Document.objects.values_list("thumbnail", flat=True))
    return [name for name in names if not default_storage.exists(name)]

def events(page):
    return Event.objects.filter(model="home.StandardPage", key=page.pk, what="published").count()

print(json.dumps({
    "pages": {
        page.slug: [page.title, page.live_revision.content["title"] if page.live_revision else None,
            page.latest_revision_id == page.live_revision_id, events(page)]
        for page in StandardPage.objects.select_related("live_revision")
    },
    "documents": [
        [document.title, document.version, digest(document.file), document.file_hash,
            [digest(version.file) for version in document.versions.all()]]
        for document in Document.objects.all()
    ],
    "images": [[image.title, digest(image.file)] for image in Image.objects.all()],
    "missing": missing(),
    "sign_ups": [
        [sign_up.email, [bool(message.sent_at) for message in sign_up.messages.all()]]
        for sign_up in SignUp.objects.all()
    ],
    "deliveries": [[delivery.subject, delivery.state] for delivery in
        Delivery.objects.exclude(event=None)],
    "tasks": sorted(set(DBTaskResult.objects.exclude(status="SUCCESSFUL")
        .values_list("status", "task_path"))),
}))
"""
# A minute passes: a worker that is dead has been so for as long as it takes to be found so.
A_MINUTE_LATER = """
UPDATE core_worker SET seen_at = seen_at - interval '70 seconds';
UPDATE delivery_endpoint SET busy_until = busy_until - interval '70 seconds';
"""
WORK_LEFT = """
SELECT (SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING'
        OR status = 'READY' AND run_after > '9000-01-01')
     + (SELECT count(*) FROM programme_signupmessage WHERE sent_at IS NULL)
     + (SELECT count(*) FROM delivery_delivery WHERE state = 'waiting')
     + (SELECT count(*) FROM events_event WHERE number > (
            SELECT coalesce(max(read_to), 0) FROM events_reader WHERE name = 'webhooks'))
"""


def old(number):
    return f"old {number}".encode()


def new(number):
    return f"new {number} ".encode() * 3000  # several parts


@pytest.fixture(scope="module")
def done(database, postgres, redis, tmp_path_factory):
    """Everything has been done, with what was killed meanwhile; and all is quiet again."""
    with ExitStack() as stack:
        address, _client = stack.enter_context(stores.working())
        receiver = stack.enter_context(Receiver())
        letterbox = stack.enter_context(Letterbox())
        site = stack.enter_context(
            WholeSite(
                tmp_path_factory.mktemp("killed"),
                database=database,
                settings="STORAGES['staticfiles']['BACKEND'] = "
                "'django.contrib.staticfiles.storage.StaticFilesStorage'",
                CACHE_URL=redis.url,
                EMAIL_URL=f"smtp://127.0.0.1:{letterbox.port}",
                AWS_STORAGE_BUCKET_NAME="media",
                AWS_S3_ENDPOINT_URL=address,
                AWS_S3_REGION_NAME=stores.KEYS["region_name"],
                AWS_ACCESS_KEY_ID=stores.KEYS["access_key"],
                AWS_SECRET_ACCESS_KEY=stores.KEYS["secret_key"],
                WEBHOOK_ALLOW_PRIVATE_NETWORKS="True",
                SIGN_UPS_FROM_ONE_PLACE="10000",
                no_proxy="127.0.0.1",
            )
        )
        begin = BEGIN.replace("EACH", str(EACH)).replace("RECEIVER", repr(receiver.url))
        made = site.make_home("import json\n" + begin).splitlines()[-1]
        pages, documents = json.loads(made)
        editor = Editor(site.address, site.run(EDITOR))
        site.serve()
        stack.callback(site.stop)
        result = _do_all(site, postgres, editor, pages, documents)
        result.letters, result.receiver = letterbox.letters, receiver
        result.site = site
        _wait_until_quiet(site)
        result.found = site.json(FOUND)
        yield result


def _do_all(site, postgres, editor, pages, documents):
    forms = [open_form(f"{site.address}/join/") for _ in range(EACH)]
    time.sleep(2.1)  # as long as a person takes at least

    def publish(number):
        status, _ = editor.publish(pages[number], f"page-{number}", f"New {number}")
        return status == 302

    def upload(number):
        if number % 2:
            status, _ = editor.upload_document(f"Added {number}", new(number))
        else:
            status, _ = editor.upload_picture(f"Added {number}", picture(40 + number, 40))
        return status == 302

    def replace(number):
        status, _ = editor.replace(documents[number], f"Replaced {number}", new(number))
        return status == 302

    def sign_up(number):
        action, token = forms[number]
        return send(site.address + action, token, f"person-{number}@example.org") == 303

    acts = (publish, upload, replace, sign_up)
    said = {act.__name__: {} for act in acts}
    count, lock = [0], threading.Lock()
    killed = _Killer(site, postgres)

    def work(item):
        number, act = item
        try:
            taken = act(number)
        except OSError:
            taken = None
        said[act.__name__][number] = bool(taken)
        if not taken:
            wait_for(site.is_ready, 60)
        with lock:
            count[0] += 1
            killed.look(count[0])

    with ThreadPoolExecutor(6) as people:
        list(people.map(work, [(number, act) for number in range(EACH) for act in acts]))
    killed.wait()
    return SimpleNamespace(said=said, kills=killed.done)


class _Killer:
    """Kills something when so much has been tried, by a thread beside."""

    def __init__(self, site, postgres):
        self.site, self.postgres = site, postgres
        self.plan = [
            (30, self.a_web_process),
            (70, self.the_worker),
            (110, self.the_database),
            (150, self.all_web_processes),
        ]
        self.done, self.threads = [], []

    def look(self, count):
        if self.plan and count >= self.plan[0][0]:
            _, act = self.plan.pop(0)
            thread = threading.Thread(target=self._act, args=[act])
            thread.start()
            self.threads.append(thread)

    def _act(self, act):
        act()
        self.done.append(act.__name__)

    def wait(self):
        for thread in self.threads:
            thread.join()

    def a_web_process(self):
        os.kill(wait_for(self.site.web_processes)[0], signal.SIGKILL)

    def the_worker(self):
        os.kill(wait_for(self.site.worker), signal.SIGKILL)

    def the_database(self):
        self.postgres.kill()
        time.sleep(3)
        self.postgres.start()

    def all_web_processes(self):
        for pid in self.site.web_processes():
            os.kill(pid, signal.SIGKILL)


def _wait_until_quiet(site):
    wait_for(site.worker)
    with psycopg.connect(site.database, autocommit=True) as asked:
        asked.execute(A_MINUTE_LATER)
        wait_for(lambda: asked.execute(WORK_LEFT).fetchone() == (0,), 120, every=0.5)


def test_all_was_killed_and_came_back_by_itself(done):
    assert sorted(done.kills) == [
        "a_web_process", "all_web_processes", "the_database", "the_worker",
    ]  # fmt: skip
    assert len(done.site.web_processes()) == 2
    assert done.site.is_ready()
    for kind, said in done.said.items():
        assert len(said) == EACH
        assert sum(said.values()) > EACH / 2, kind


def test_pages_are_as_they_were_published_or_as_before(done):
    for number, said in done.said["publish"].items():
        found = done.found["pages"][f"page-{number}"]
        whole = [f"New {number}", f"New {number}", True, 1]
        # Wagtail keeps the words as a draft before it publishes them.
        before = [[f"Old {number}", None, kept, 0] for kept in (True, False)]
        assert found == whole or (not said and found in before), (number, said)


def test_readers_see_what_was_published(done):
    from tests.core.limits.clients import ask

    for number, said in done.said["publish"].items():
        if said:
            assert f"New {number}" in ask(done.site.port, f"/page-{number}/")[2]
    wait_for(lambda: ask(done.site.port, "/page-0/")[1]["X-Cache"] == "hit")


def test_uploads_are_there_once_with_all_their_bytes_or_not_at_all(done):
    found = {}
    for title, _version, digest, _known, _versions in done.found["documents"]:
        found.setdefault(title, []).append(digest)
    for title, digest in done.found["images"]:
        found.setdefault(title, []).append(digest)
    for number, said in done.said["upload"].items():
        content = new(number) if number % 2 else picture(40 + number, 40)
        there = found.get(f"Added {number}", [])
        whole = [sha256(content).hexdigest()]
        assert there == whole or (not said and there == []), (number, said)


def test_replaced_files_are_the_new_ones_with_the_old_kept_or_nothing_has_changed(done):
    found = {row[0]: row[1:] for row in done.found["documents"]}
    for number, said in done.said["replace"].items():
        before, after = sha256(old(number)).hexdigest(), sha256(new(number)).hexdigest()
        if f"Replaced {number}" in found:
            version, digest, _known, versions = found[f"Replaced {number}"]
            assert (version, digest, versions) == (2, after, [before])
        else:
            version, digest, _known, versions = found[f"Old {number}"]
            assert not said
            assert (version, digest, versions) == (1, before, [])


def test_no_row_names_a_file_that_is_not_there(done):
    assert done.found["missing"] == []


def test_each_sign_up_is_there_once_and_its_email_was_sent(done):
    found = {}
    for email, sent in done.found["sign_ups"]:
        found.setdefault(email, []).append(sent)
    letters = [to for rcpt, _letter in done.letters for to in rcpt]
    for number, said in done.said["sign_up"].items():
        email = f"person-{number}@example.org"
        there = found.get(email, [])
        assert there == [[True]] or (not said and there == []), (number, said, there)
        assert letters.count(email) >= len(there)
    # An email that was on its way when the worker or the database was killed may come twice.
    assert len(letters) - len(set(letters)) <= 2


def test_no_task_is_left_and_each_change_was_told_to_the_webhook(done):
    assert [row for row in done.found["tasks"] if row[0] == "RUNNING"] == []
    told = {subject for subject, state in done.found["deliveries"] if state == "delivered"}
    assert {state for _subject, state in done.found["deliveries"]} == {"delivered"}
    changed = sum(found[0].startswith("New") for found in done.found["pages"].values())
    assert len(told) == changed
