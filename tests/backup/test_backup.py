"""One file holds the site, or there is a sentence about why not and nothing has changed."""

import io
import os
import stat
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DataError
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from wagtail.models import Page, Revision, Site
from wagtail.signals import page_published

from cms.api.models import Feed
from cms.backup import encryption, media, rows
from cms.backup import site as module
from cms.backup.encryption import make_key
from cms.backup.problems import BackupError
from cms.backup.site import back_up
from cms.core.models import Image, User
from cms.events import generation
from cms.events.models import Event
from resources.models import Document
from tests.backup import whole_site
from tests.factories import DocumentFactory, ImageFactory, StandardPageFactory, UserFactory

SECRET, PUBLIC = make_key()


@pytest.fixture
def site(home):
    StandardPageFactory(parent=home, slug="about", title="About us")
    DocumentFactory(title="Poster")
    UserFactory(email="all@example.org", is_superuser=True)
    return home


@pytest.fixture
def file(tmp_path):
    return tmp_path / "site.backup"


@pytest.fixture
def backup(site, file):
    call_command("backup", str(file))
    return file


@pytest.fixture
def encrypted(site, file, settings):
    settings.BACKUP_KEY = PUBLIC
    call_command("backup", str(file))
    settings.BACKUP_KEY = SECRET
    return file


def restore(file, **options):
    call_command("restore", str(file), **{"replace": True, "interactive": False, **options})


def refused(file, sentence, **options):
    """That restoring is refused with the sentence, and that nothing has changed."""
    before = whole_site.rows(), whole_site.files(), generation.current().mark()
    with pytest.raises(CommandError, match=sentence) as caught:
        restore(file, **options)
    assert caught.value.returncode == 1
    assert "\n" not in str(caught.value)
    assert (whole_site.rows(), whole_site.files(), generation.current().mark()) == before


def changed(file, change) -> Path:
    """A copy of a backup, with its bytes changed."""
    content = bytearray(file.read_bytes())
    other = file.with_name("changed")
    other.write_bytes(change(content) or content)
    return other


def flip(content):
    content[len(content) // 2] ^= 1


def test_what_was_changed_since_is_as_it_was(backup, client):
    before = whole_site.seen()
    Page.objects.get(slug="about").delete()
    User.objects.update(first_name="Mallory")
    for name in whole_site.files():
        default_storage.delete(name)
    restore(backup)
    assert whole_site.seen() == before
    assert client.get("/about/").status_code == 200


def test_a_backup_and_a_restore_are_told_in_a_line_for_the_audit_log(site, file, caplog):
    with caplog.at_level("INFO", "cms.accounts.audit"):
        call_command("backup", str(file))
        restore(file)
    assert [record.fields for record in caplog.records if record.name == "cms.accounts.audit"] == [
        {"action": "accounts.backed_up", "encrypted": False},
        {"action": "accounts.restored"},
    ]


def test_the_file_is_for_its_owner_alone(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_overwritten_unless_one_says_so(backup):
    with pytest.raises(CommandError, match="--force"):
        call_command("backup", str(backup))
    call_command("backup", str(backup), force=True)


def test_nothing_is_left_of_a_backup_that_fails(site, file, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(media, "opened", fails)
    with pytest.raises(CommandError, match=r"There is no backup\. No space left on device"):
        call_command("backup", str(file))
    assert not list(file.parent.glob("site.backup*"))


def test_a_disk_that_is_full_is_told_when_encrypting_too(site, settings):
    if not Path("/dev/full").exists():
        pytest.skip("Only where there is a disk that is always full.")
    settings.BACKUP_KEY = PUBLIC
    with (
        open("/dev/full", "wb", buffering=0) as full,
        pytest.raises(BackupError, match="No space left"),
        encryption.encrypted(full, encryption.recipient()) as target,
    ):
        back_up(target, lambda word: None)


def test_it_goes_to_standard_output_and_words_do_not(site, file, monkeypatch, capfd):
    class Output:
        buffer = io.BytesIO()

        def isatty(self):
            return False

    monkeypatch.setattr("sys.stdout", Output())
    call_command("backup", "-")
    monkeypatch.undo()
    file.write_bytes(Output.buffer.getvalue())
    assert "rows of" in capfd.readouterr().err
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert names[-2:] == ["manifest.json", "manifest.sha256"]
    assert any(name.startswith("media/documents/") for name in names)


def test_a_document_without_its_file_stops_a_backup_and_a_rendition_does_not(site, file, capfd):
    image = ImageFactory()
    rendition = image.get_rendition("width-60")
    default_storage.delete(rendition.file.name)
    call_command("backup", str(file))
    assert f"Gone: {rendition.file.name}" in capfd.readouterr().err
    restore(file)
    assert not image.renditions.exists()  # it is made anew, as no row says that it is there
    default_storage.delete(image.file.name)
    with pytest.raises(CommandError, match="not in the store"):
        call_command("backup", str(file), force=True)
    call_command("backup", str(file), force=True, missing_files_too=True)
    restore(file)
    assert type(image).objects.get(pk=image.pk)


def test_no_signal_is_sent_and_no_time_is_set(backup):
    sent = Counter()

    def heard(sender, **kwargs):
        sent[getattr(sender, "_meta", sender)] += 1

    signals = (pre_save, post_save, pre_delete, post_delete, page_published)
    for signal in signals:
        signal.connect(heard)
    try:
        restore(backup)
    finally:
        for signal in signals:
            signal.disconnect(heard)
    # The indexes of search and references are made anew, as Wagtail makes them; and the log
    # and the feed have a row that sends everyone back to the beginning.
    ours = {options.label for options in sent if options.app_label not in ("wagtailsearch",)}
    assert ours <= {"events.Event", "api.Feed", "wagtailcore.ReferenceIndex"}
    assert sent[Event._meta] == 2  # before and after


def test_no_number_that_a_client_holds_comes_again(backup, client):
    def etag():
        return client.get("/api/content/v1/pages/")["ETag"]

    def sync(token=None):
        return client.get("/api/content/v1/sync/", {"token": token} if token else {})

    tag, mark = etag(), generation.current().mark()
    token = sync().json()["next_token"]
    restore(backup)
    assert generation.current().mark() > mark
    assert etag() != tag
    assert sync(token).status_code == 410
    assert Feed.objects.get().forgotten_to >= 1_000_000_000
    began = sync().json()
    assert began["items"]
    assert sync(began["next_token"]).status_code == 200


def test_a_site_is_not_lost_by_mistake(backup, monkeypatch):
    refused(backup, "There is a site in this database", replace=False)
    for typed in ("yes", ""):
        monkeypatch.setattr("builtins.input", lambda question, typed=typed: typed)
        refused(backup, "not its name", interactive=True)
    monkeypatch.setattr("builtins.input", lambda question: "Co-production Southend")
    restore(backup, interactive=True)


def test_a_file_of_the_same_name_is_not_overwritten_by_mistake(backup):
    name = Document.objects.get(title="Poster").file.name
    Page.objects.get(slug="about").get_parent().delete()
    for model in (Document, Image, Revision, User):
        model.objects.all().delete()
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"another"))
    refused(backup, f"another file called {name}", replace=False)
    restore(backup)
    assert default_storage.size(name) > 7


def test_a_restore_that_broke_off_can_be_run_again(backup, monkeypatch):
    before = whole_site.rows(), whole_site.files()
    for name in before[1]:
        default_storage.delete(name)
    keep, stored = media.put, []

    def breaks(name, *args):
        if stored:
            raise OSError("The store is away.")
        keep(name, *args)
        stored.append(name)

    with monkeypatch.context() as patch:
        patch.setattr(media, "put", breaks)
        with pytest.raises(CommandError, match="The store is away"):
            restore(backup)
    assert whole_site.rows() == before[0]
    assert list(whole_site.files()) == stored
    restore(backup)
    assert (whole_site.rows(), whole_site.files()) == before


def test_a_database_that_refuses_a_row_stays_as_it_was(backup, monkeypatch):
    write = rows.write

    def refuses(model, *args):
        if model is Site:
            raise DataError("value too long")
        return write(model, *args)

    monkeypatch.setattr(rows, "write", refuses)
    before = whole_site.rows()
    with pytest.raises(CommandError, match="value too long"):
        restore(backup)
    assert whole_site.rows() == before


class TestRefused:
    def test_a_file_that_is_no_backup(self, site, file):
        file.write_bytes(b"Dear editor, " * 100)
        refused(file, "no backup")
        file.write_bytes(b"")
        refused(file, "no backup")
        with tarfile.open(file, "w") as tar:
            tar.addfile(tarfile.TarInfo("letter.txt"))
        refused(file, "no backup")

    def test_no_file_and_standard_input(self, site, file):
        refused(file, "No such file")
        refused("-", "must be a file")

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
    def test_a_file_without_its_end(self, backup, part):
        refused(changed(backup, lambda content: content[: int(len(content) * part)]), "damaged")

    def test_a_bit_that_flipped(self, backup):
        refused(changed(backup, flip), "damaged")

    def test_a_bit_that_flipped_in_the_manifest(self, backup):
        def flip_there(content):
            content[content.index(b'"made_at": "20') + 14] ^= 1

        refused(changed(backup, flip_there), "damaged")

    def test_a_file_that_leads_out_of_the_store(self, backup):
        def rename(content):
            at = content.index(b"media/documents/")
            content[at + 6 : at + 9] = b"../"

        refused(changed(backup, rename), "no backup|damaged")

    def test_a_backup_of_a_newer_release(self, backup, monkeypatch):
        ours = module._migrations()
        monkeypatch.setattr(module, "_migrations", lambda: ours[:-1])
        refused(backup, f"newer release made this backup: it has {ours[-1]}")

    def test_a_backup_of_an_older_release(self, backup, monkeypatch):
        ours = module._migrations()
        monkeypatch.setattr(module, "_migrations", lambda: [*ours, "core.0099_later"])
        refused(backup, "older release made this backup: it is without core.0099_later")


class TestEncrypted:
    def test_the_public_key_backs_up_and_the_secret_one_restores(self, encrypted):
        content = encrypted.read_bytes()
        assert content.startswith(b"age-encryption.org/v1\n")
        assert b"all@example.org" not in content
        before = whole_site.rows()
        User.objects.all().delete()
        restore(encrypted)
        assert whole_site.rows() == before

    def test_the_secret_key_backs_up_as_well(self, site, file, settings):
        settings.BACKUP_KEY = SECRET
        call_command("backup", str(file))
        restore(file)

    def test_another_key(self, encrypted, settings):
        settings.BACKUP_KEY, _ = make_key()
        refused(encrypted, "does not open this backup")

    @pytest.mark.parametrize("key", ["", PUBLIC], ids=["none", "the public one"])
    def test_no_secret_key(self, encrypted, settings, key):
        settings.BACKUP_KEY = key
        refused(encrypted, "This backup is encrypted")

    def test_what_is_no_key(self, encrypted, settings):
        settings.BACKUP_KEY = "hunter2"
        refused(encrypted, "BACKUP_KEY is no key")
        with pytest.raises(CommandError, match="BACKUP_KEY is no key"):
            call_command("backup", str(encrypted), force=True)

    def test_a_bit_that_flipped(self, encrypted):
        refused(changed(encrypted, flip), "damaged")

    @pytest.mark.parametrize("part", [0.3, 0.9])
    def test_a_file_without_its_end(self, encrypted, part):
        refused(changed(encrypted, lambda content: content[: int(len(content) * part)]), "damaged")

    def test_a_file_without_its_last_byte(self, encrypted):
        refused(changed(encrypted, lambda content: content[:-1]), "damaged")

    def test_parts_in_another_order(self, encrypted):
        def swap(content):
            part = 64 * 1024 + 16  # age's
            header = len(content) % part or part
            one = slice(header, header + part)
            content[one] = content[one][::-1]

        refused(changed(encrypted, swap), "damaged")

    def test_keys_are_made(self, capsys):
        call_command("backup", make_key=True)
        out = capsys.readouterr().out
        assert "BACKUP_KEY=age1" in out
        assert "BACKUP_KEY=AGE-SECRET-KEY-1" in out


def test_it_says_which_file_is_wanted(db):
    with pytest.raises(CommandError, match="Say which file"):
        call_command("backup")


def test_a_pipe_is_no_file(site, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    keep_open = os.open(pipe, os.O_RDWR)
    try:
        refused(pipe, "must be a file")
    finally:
        os.close(keep_open)
