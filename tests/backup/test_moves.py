"""A site moves: from one database and one store to another and back, and nothing is lost."""

import json
import secrets
import tarfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from cms.backup.encryption import make_key
from tests import stores
from tests.served import Served

QUICK = "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']"
MAKE = "from tests.backup import whole_site; whole_site.make()"
SEE = "import json; from tests.backup import whole_site; print(json.dumps(whole_site.seen()))"
BACK_UP = "from django.core.management import call_command as c; c('backup', {!r})"
RESTORE = "from django.core.management import call_command as c; c('restore', {!r})"

# What is written next gets a number that nothing had, and what is there is found.
WRITE_AND_FIND = """
from tests.factories import StandardPageFactory
from wagtail.models import Page, ReferenceIndex
highest = Page.objects.order_by("-pk")[0].pk
found = Page.objects.search(Page.objects.get(slug="private").title).count()
page = StandardPageFactory(parent=Page.objects.get(depth=2), slug="new")
print(page.pk > highest, found > 0, ReferenceIndex.objects.exists())
"""

pytestmark = pytest.mark.xdist_group("bucket")


def _in_bucket(address):
    return f"STORAGES = {stores.bucket_settings(address)}\n{QUICK}"


def _same(after, before):
    for what, things in before.items():
        if isinstance(things, dict):
            differ = {k for k in things if things[k] != after[what].get(k)}
            assert not differ, what
        assert after[what] == things


def test_a_whole_site_goes_from_a_disk_to_a_bucket_and_back(tmp_path):
    secret, public = make_key()
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for folder in (first, second, third):
        folder.mkdir()
    there, back = str(tmp_path / "there.tar"), str(tmp_path / "back.tar")
    with Served(first, settings=QUICK, BACKUP_KEY=public) as site:
        before = json.loads(site.run(f"{MAKE}\n{SEE}\n{BACK_UP.format(there)}"))
    assert before["files"]
    assert before["pages"]
    assert all(before["rows"].values()), "A row of every table is tried."
    with stores.working() as (address, client):
        with Served(second, settings=_in_bucket(address), BACKUP_KEY=secret) as site:
            steps = (RESTORE.format(there), SEE, BACK_UP.format(back))
            _same(json.loads(site.run("\n".join(steps))), before)
        kept = {item["Key"] for item in client.list_objects(Bucket="media")["Contents"]}
        assert kept == before["files"].keys()
    with Served(third, settings=QUICK, BACKUP_KEY=secret) as site:
        _same(json.loads(site.run(f"{RESTORE.format(back)}\n{SEE}")), before)
        assert site.run(WRITE_AND_FIND) == "True True True"


@contextmanager
def a_database():
    """The address of an empty PostgreSQL database."""
    about = {name: value or "" for name, value in connection.settings_dict.items()}
    name = f"moved_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/".format(**about) + name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_whole_site_goes_from_sqlite_to_postgresql_and_back(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("Only where the database is PostgreSQL.")
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for folder in (first, second, third):
        folder.mkdir()
    there, back = str(tmp_path / "there.tar"), str(tmp_path / "back.tar")
    with Served(first, settings=QUICK) as site:
        before = json.loads(site.run(f"{MAKE}\n{SEE}\n{BACK_UP.format(there)}"))
    with a_database() as address, Served(second, settings=QUICK, database=address) as site:
        steps = (RESTORE.format(there), SEE, BACK_UP.format(back))
        _same(json.loads(site.run("\n".join(steps))), before)
        assert _writes_meanwhile(site, tmp_path / "meanwhile.tar") == (2, 2, 3)
        new_page = (
            "from tests.factories import StandardPageFactory\n"
            "from wagtail.models import Page\n"
            "highest = Page.objects.order_by('-pk')[0].pk\n"
            "page = StandardPageFactory(parent=Page.objects.get(depth=2), slug='new')\n"
            "print(page.pk - highest)"
        )
        assert site.run(new_page) == "1"
    with Served(third, settings=QUICK) as site:
        _same(json.loads(site.run(f"{RESTORE.format(back)}\n{SEE}")), before)


WRITES_MEANWHILE = """
import json, threading
from django.core.management import call_command
from django.db import connection
from wagtail.models import Collection
from cms.backup import rows

read, wrote = rows.read, []

def write():
    Collection.get_first_root_node().add_child(name="Meanwhile")
    connection.close()

def slowly(model):
    yield from read(model)
    if not wrote:  # the first table has been read
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(timeout=10)
        wrote.append(Collection.objects.count())

rows.read = slowly
call_command("backup", {!r})
print(wrote[0], Collection.objects.count())
"""


def _writes_meanwhile(site, path):
    """How many collections a backup saw, while one was added; and how many there are then."""
    seen, there = site.run(WRITES_MEANWHILE.format(str(path))).split()
    with tarfile.open(path) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    return manifest["tables"]["wagtailcore.Collection"]["rows"], int(seen), int(there)


def test_editors_go_on_writing_and_the_backup_is_of_one_moment(tmp_path):
    with Served(tmp_path) as site:
        assert _writes_meanwhile(site, tmp_path / "site.tar") == (1, 1, 2)


LARGE = 200 * 1024 * 1024


def test_memory_stays_flat_with_a_large_file(tmp_path, capsys):
    if not Path("/proc/self/status").exists():
        pytest.skip("Only where the system tells a process how much memory it took.")
    key, _ = make_key()
    one, other = tmp_path / "one", tmp_path / "other"
    (one / "media").mkdir(parents=True)
    other.mkdir()
    with open(one / "media" / "large.bin", "wb") as file:
        for _ in range(LARGE // 2**20):
            file.write(secrets.token_bytes(2**20))
    path = str(tmp_path / "backup.tar")
    grown = (
        "import re, pathlib\n"
        # Not getrusage's, which begins with that of the process that started this one.
        "status = pathlib.Path('/proc/self/status')\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', status.read_text())[1]) // 1024\n"
        "from django.core.management import call_command as c\n"
        "from django.core.management import load_command_class as load\n"
        "load('cms.backup', 'backup'); load('cms.backup', 'restore')\n"
        "before = peak()\n{}\nprint(peak() - before)"
    )
    with Served(one, BACKUP_KEY=key) as site:
        backing_up = int(site.run(grown.format(f"c('backup', {path!r})")))
    with Served(other, BACKUP_KEY=key) as site:
        restoring = int(site.run(grown.format(f"c('restore', {path!r})")))
    with capsys.disabled():
        print(f" backing up takes {backing_up} MB more, restoring {restoring} MB ", end="")
    assert (other / "media" / "large.bin").stat().st_size == LARGE
    assert max(backing_up, restoring) < 64
