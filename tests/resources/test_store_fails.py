"""A store that is full, slow, away, refuses or answers garbage: pages go on, nothing is lost."""

import errno
import time
from contextlib import contextmanager

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Collection

from cms.core import storage
from cms.core.files import CAN_NOT_BE_KEPT
from cms.core.models import Image
from cms.core.tasks import make_renditions
from resources import counting
from resources.models import Document, DownloadCount
from tests import stores
from tests.factories import DocumentFactory, ImageFactory, StandardPageFactory, UserFactory
from tests.factories.files import MINIMAL_PDF, picture
from tests.library import made_public

SENTENCE = "The file could not be kept"


@contextmanager
def bucket(name, settings, monkeypatch):
    """A function after whose call the files of the site are in such a bucket."""
    monkeypatch.setattr(storage, "READ_TIMEOUT", 0.5)
    with getattr(stores, name)() as address:

        def fail():
            settings.STORAGES = stores.bucket_settings(address)

        yield fail


@pytest.fixture(params=["silent", "stopped", "refusing", "noise"])
def unreachable(request, settings, monkeypatch):
    """A function after whose call no file can be read or written."""
    with bucket(request.param, settings, monkeypatch) as fail:
        yield fail


@pytest.fixture(
    params=[
        "silent",
        "stopped",
        "full",
        "full disk",
        "refusing",
        "garbage",
        "forgetful",
        "noise",
    ]
)
def fails(request, settings, monkeypatch):
    """A function after whose call no file can be written."""

    def refuse(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    if request.param == "full disk":
        yield lambda: monkeypatch.setattr(FileSystemStorage, "_save", refuse)
    else:
        with bucket(request.param, settings, monkeypatch) as fail:
            yield fail


@pytest.fixture
def editor(home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def root():
    return Collection.get_first_root_node().pk


def pdf(name="poster.pdf"):
    return SimpleUploadedFile(name, MINIMAL_PDF)


def picture_file():
    return SimpleUploadedFile("pier.png", picture())


class TestAReader:
    def test_reads_a_page_with_pictures_at_once(self, unreachable, home, client):
        image, document = ImageFactory(), DocumentFactory()
        page = StandardPageFactory(
            parent=home,
            body=[
                {"type": "image", "value": {"image": image.pk}},
                {"type": "document", "value": {"document": document.pk}},
            ],
        )
        make_renditions.call(image.pk)
        before = client.get(page.get_url()).content
        unreachable()
        started = time.monotonic()
        assert client.get(page.get_url()).content == before
        assert time.monotonic() - started < 0.5
        assert f"/documents/{document.pk}/thumbnail/" in before.decode()

    def test_reads_a_page_whose_pictures_were_never_made(self, unreachable, home, client):
        image = ImageFactory()
        image.renditions.all().delete()
        page = StandardPageFactory(
            parent=home, body=[{"type": "image", "value": {"image": image.pk}}]
        )
        unreachable()
        response = client.get(page.get_url())
        assert response.status_code == 200
        assert page.title in response.content.decode()

    def test_is_told_in_a_sentence_that_a_file_cannot_be_had(self, unreachable, home, client):
        document = made_public(DocumentFactory())
        unreachable()
        response = client.get(document.url)
        assert response.status_code == 503
        assert "Files can’t be reached just now" in response.content.decode()
        assert response.headers["Retry-After"] == "60"
        assert response.headers["Cache-Control"] == "no-store"
        counting.write()
        assert not DownloadCount.objects.exists()

    def test_finds_pictures_missing_and_no_fault(self, unreachable, home, client):
        rendition = made_public(ImageFactory()).get_rendition("width-40")
        document = made_public(DocumentFactory())
        unreachable()
        for address in (rendition.url, document.thumbnail_url):
            response = client.get(address)
            assert response.status_code == 503
            assert response.headers["Cache-Control"] == "no-store"


class TestAnEditor:
    def test_is_told_in_the_form_and_can_try_again(self, fails, editor):
        fails()
        response = editor.post(
            "/admin/documents/add/",
            {
                "title": "My long title",
                "kind": "poster",
                "language": "en",
                "description": "What I have just written.",
                "file": pdf(),
                "collection": root(),
            },
        )
        content = response.content.decode()
        assert response.status_code == 200
        assert SENTENCE in content
        assert "My long title" in content
        assert "What I have just written." in content
        assert not Document.objects.exists()

    def test_keeps_the_old_file_when_a_new_one_cannot_be_kept(self, fails, editor):
        document = DocumentFactory(title="Before")
        old = document.file.name
        fails()
        response = editor.post(
            f"/admin/documents/edit/{document.pk}/",
            {
                "title": "After",
                "kind": "poster",
                "language": "en",
                "file": pdf("newer.pdf"),
                "collection": root(),
            },
        )
        assert response.status_code == 200
        assert SENTENCE in response.content.decode()
        document.refresh_from_db()
        assert (document.title, document.file.name) == ("Before", old)

    def test_is_told_of_a_picture_too(self, fails, editor):
        fails()
        response = editor.post(
            "/admin/images/add/",
            {
                "title": "Pier",
                "description": "The pier at low tide.",
                "file": SimpleUploadedFile("pier.png", picture()),
                "collection": root(),
            },
        )
        assert response.status_code == 200
        assert SENTENCE in response.content.decode()
        assert not Image.objects.filter(title="Pier").exists()

    def test_keeps_the_old_picture_when_a_new_one_cannot_be_kept(self, fails, editor):
        image = ImageFactory(title="Before")
        editor.get(f"/admin/images/{image.pk}/")  # which makes the picture that it shows
        old = image.file.name
        fails()
        response = editor.post(
            f"/admin/images/{image.pk}/",
            {
                "title": "After",
                "description": "Something else.",
                "file": SimpleUploadedFile("pier.png", picture(30, 30)),
                "collection": root(),
            },
        )
        assert response.status_code == 200
        assert SENTENCE in response.content.decode()
        kept = Image.objects.filter(pk=image.pk).values_list("title", "file", "width").get()
        assert kept == ("Before", old, 120)

    @pytest.mark.parametrize(
        ("kind", "file"),
        [
            ("documents", pdf),
            ("images", picture_file),
        ],
    )
    def test_is_told_on_the_screen_for_many_files(self, kind, file, fails, editor):
        fails()
        response = editor.post(
            f"/admin/{kind}/multiple/add/",
            {"title": "Pier", "files[]": file(), "collection": root()},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )
        answer = response.json()
        assert not answer["success"]
        assert answer["error_message"].endswith(CAN_NOT_BE_KEPT)

    def test_sees_the_lists_and_forms_as_before(self, unreachable, editor):
        document, image = DocumentFactory(), ImageFactory()
        addresses = (
            "/admin/documents/",
            f"/admin/documents/edit/{document.pk}/",
            "/admin/images/",
            f"/admin/images/{image.pk}/",
        )
        for address in addresses:
            editor.get(address)
        unreachable()
        for address in addresses:
            assert editor.get(address).status_code == 200

    def test_can_change_the_words_of_a_document(self, unreachable, editor):
        document = DocumentFactory(title="Before")
        unreachable()
        editor.post(
            f"/admin/documents/edit/{document.pk}/",
            {"title": "After", "kind": "poster", "language": "en", "collection": root()},
        )
        document.refresh_from_db()
        assert document.title == "After"

    def test_can_put_a_picture_in_when_the_store_is_back(self, editor, settings):
        working = settings.STORAGES
        values = {"title": "Pier", "description": "The pier.", "collection": root()}
        with stores.stopped() as address:
            settings.STORAGES = stores.bucket_settings(address)
            file = SimpleUploadedFile("pier.png", picture())
            editor.post("/admin/images/add/", {**values, "file": file})
        settings.STORAGES = working
        file = SimpleUploadedFile("pier.png", picture())
        editor.post("/admin/images/add/", {**values, "file": file})
        assert Image.objects.get(title="Pier").file_size == len(picture())


@pytest.mark.parametrize(
    ("kind", "limit", "file"),
    [
        ("documents", "WAGTAILDOCS_MAX_UPLOAD_SIZE", pdf),
        ("images", "WAGTAILIMAGES_MAX_UPLOAD_SIZE", picture_file),
    ],
)
def test_a_file_that_is_too_large_is_refused_with_a_sentence(kind, limit, file, editor, settings):
    setattr(settings, limit, 100)
    response = editor.post(f"/admin/{kind}/add/", {"title": "Large", "file": file()})
    assert "too big" in response.content.decode()
    assert not Document.objects.exists()
