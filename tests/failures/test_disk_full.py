"""The disk fills up, with the database and the uploads on it; then there is room again."""

import errno
import os
import shutil
import subprocess
from contextlib import ExitStack, suppress

import pytest

from tests.core.limits.clients import ask
from tests.programme.sending import open_form, send

from .people import Editor
from .site import EDITOR, WholeSite, wait_for

SIZE = 48  # MB
BEGIN = """
import json
from tests.factories import GetInvolvedPageFactory, StandardPageFactory
GetInvolvedPageFactory(parent=home, slug="join", listing_image=None)
pages = [StandardPageFactory(parent=home, slug=f"page-{n}", title=f"Old {n}", listing_image=None)
    for n in range(3)]
print(json.dumps([page.pk for page in pages]))
"""
FOUND = """
from django.core.files.storage import default_storage
from home.models import StandardPage
from programme.models import SignUp
from resources.models import Document
print(json.dumps([
    sorted(StandardPage.objects.values_list("title", flat=True)),
    sorted([d.title, d.file.size] for d in Document.objects.all()),
    sorted(SignUp.objects.values_list("email", flat=True)),
]))
"""
DOCUMENT = b"Words of a document. " * 100_000  # 2 MB: more than is held in memory


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A folder on a small disk of its own."""
    folder, mount = tmp_path_factory.mktemp("disk"), shutil.which("mount")
    if mount is None or os.geteuid():
        pytest.skip("Only root can mount a small disk.")
    mounted = subprocess.run(  # noqa: S603
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"No small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run([shutil.which("umount"), "--lazy", str(folder)], check=True)  # noqa: S603


def fill(folder):
    with (folder / "filler").open("wb", buffering=0) as filler:
        for size in (1024 * 1024, 4096, 1):
            with suppress(OSError):
                while True:
                    filler.write(b"x" * size)
    with pytest.raises(OSError, match="No space left") as failed:
        (folder / "more").write_bytes(b"x" * 8192)
    assert failed.value.errno == errno.ENOSPC
    (folder / "more").unlink(missing_ok=True)
    with (folder / "filler").open("ab", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 4096)


@pytest.fixture(scope="module")
def site(disk):
    temporary = disk / "tmp"
    temporary.mkdir()
    with ExitStack() as stack:
        site = stack.enter_context(
            WholeSite(
                disk, METRICS_TOKEN="a-token", TMPDIR=str(temporary), EMAIL_URL="dummymail://"
            )
        )
        site.pages = eval(site.make_home(BEGIN).splitlines()[-1])  # noqa: S307 - three numbers
        site.editor = Editor(site.address, site.run(EDITOR))
        site.log = disk.with_name(f"{disk.name}.log")
        site.serve()
        stack.callback(site.stop)
        yield site


def test_what_can_be_read_is_read_and_what_cannot_be_kept_is_refused_in_words(site, disk):
    first, second, third = site.pages
    assert site.editor.publish(first, "page-0", "New 0")[0] == 302
    assert site.editor.upload_document("Before", DOCUMENT)[0] == 302
    form = open_form(f"{site.address}/join/")
    for path in ("/page-0/", "/page-1/"):
        assert ask(site.port, path)[0] == 200
    before = set(site.web_processes())

    fill(disk)
    for number in range(10):
        assert ask(site.port, "/page-0/")[0] == 200
        assert ask(site.port, f"/page-2/?n={number}")[0] == 200  # made anew
        assert ask(site.port, f"/search/?q=word-{number}")[0] == 200
        assert ask(site.port, "/api/content/v1/pages/")[0] == 200
    status, said = site.editor.upload_document("Full", DOCUMENT)
    assert status == 503
    assert "There is no room here for what you sent" in said
    status, said = site.editor.upload_document("Full", DOCUMENT[:100_000])
    assert "The file could not be kept" in said or "Our database does not answer" in said
    status, said = site.editor.publish(second, "page-1", "Full " + "x" * 200)
    assert status == 503
    assert "Traceback" not in said
    assert send(site.address + form[0], form[1], "full@example.org") == 503
    assert "Full" not in ask(site.port, "/page-1/")[2]

    os.unlink(disk / "filler")
    wait_for(lambda: site.editor.publish(third, "page-2", "New 2")[0] == 302)
    assert "New 2" in ask(site.port, "/page-2/")[2]
    assert site.editor.upload_document("After", DOCUMENT)[0] == 302
    assert send(site.address + form[0], form[1], "after@example.org") == 303
    titles, documents, people = site.json(FOUND)
    assert titles == ["New 0", "New 2", "Old 1"]
    assert documents == [["After", len(DOCUMENT)], ["Before", len(DOCUMENT)]]
    assert people == ["after@example.org"]
    assert set(site.web_processes()) == before
