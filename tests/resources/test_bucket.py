"""The site with its files in a bucket, over HTTP, while the bucket works."""

import re
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Collection, CollectionViewRestriction

from cms.core.models import Image
from cms.core.renditions import missing
from resources import counting
from resources.models import Document, DocumentVersion, DownloadCount
from resources.serving import Counted, send_file
from tests import stores
from tests.factories import DocumentFactory, StandardPageFactory, UserFactory
from tests.factories.files import MINIMAL_PDF, picture
from tests.library import made_public

pytestmark = pytest.mark.xdist_group("bucket")


@pytest.fixture(scope="session")
def server():
    with stores.working() as (address, client):
        yield address, client


@pytest.fixture
def bucket(server, settings):
    """A function that gives the names of all that is in the bucket."""
    address, client = server
    settings.STORAGES = stores.bucket_settings(address)

    def names():
        return {item["Key"] for item in client.list_objects(Bucket="media").get("Contents", [])}

    yield names
    for name in names():
        client.delete_object(Bucket="media", Key=name)


@pytest.fixture
def editor(bucket, home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def image(editor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(
            "/admin/images/add/",
            {
                "title": "Pier",
                "description": "The pier at low tide.",
                "file": SimpleUploadedFile("pier.png", picture(1300, 800)),
                "collection": Collection.get_first_root_node().pk,
            },
        )
    return Image.objects.get(title="Pier")


@pytest.fixture
def document(editor):
    editor.post(
        "/admin/documents/add/",
        {
            "title": "Poster",
            "kind": "poster",
            "language": "en",
            "file": SimpleUploadedFile("poster.pdf", MINIMAL_PDF),
            "collection": Collection.get_first_root_node().pk,
        },
    )
    editor.logout()
    return made_public(Document.objects.get())


@pytest.fixture
def private(document):
    collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    document.collection = collection
    document.save()
    return document


def body(response):
    return b"".join(response)


def fetch(address):
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
        return answer.headers, answer.read()


def test_a_page_shows_an_uploaded_picture_from_our_own_address(image, home, client, bucket):
    assert missing(image) == []
    page = StandardPageFactory(parent=home, body=[{"type": "image", "value": {"image": image.pk}}])
    content = client.get(page.get_url()).content.decode()
    addresses = set(re.findall(r"/media/images/[^\s\"]+", content))
    assert len(addresses) >= 3
    assert not re.search(r'(?:src|srcset|href)="https?://127', content)
    for address in addresses:
        assert address.removeprefix("/media/") in bucket()
        response = client.get(address)
        assert response.headers["Content-Type"] in ("image/avif", "image/webp", "image/png")
        assert "immutable" in response.headers["Cache-Control"]
        assert len(body(response)) == int(response.headers["Content-Length"])
    assert client.get(f"/media/{image.file.name}").status_code == 404
    assert client.get("/media/images/none.webp").status_code == 404


def test_a_document_is_read_from_the_bucket_whole_and_in_parts(document, client, bucket):
    assert document.file.name in bucket()
    assert document.page_count == 1
    response = client.get(document.url)
    assert body(response) == MINIMAL_PDF
    assert response.headers["Cache-Control"] == "public, no-cache"
    part = client.get(document.url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, body(part)) == (206, MINIMAL_PDF[5:10])
    assert part.headers["Content-Range"] == f"bytes 5-9/{len(MINIMAL_PDF)}"
    tail = client.get(document.url, headers={"Range": "bytes=-6"})
    assert body(tail) == MINIMAL_PDF[-6:]
    assert client.get(document.url, headers={"Range": "bytes=9999-"}).status_code == 416
    assert client.head(document.url).headers["Content-Length"] == str(len(MINIMAL_PDF))
    etag = response.headers["ETag"]
    assert client.get(document.url, headers={"If-None-Match": etag}).status_code == 304
    assert body(client.get(document.thumbnail_url))[8:12] == b"WEBP"


def test_a_private_document_is_handed_out_by_an_address_that_is_signed_for_minutes(private, client):
    assert "/login/" in client.get(private.url).headers["Location"]
    assert client.get(private.thumbnail_url).status_code == 404
    client.force_login(UserFactory())
    response = client.get(private.url)
    address = response.headers["Location"]
    assert response.status_code == 302
    assert response.headers["Cache-Control"] == "private, no-store"
    headers, content = fetch(address)
    assert content == MINIMAL_PDF
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == 'attachment; filename="poster.pdf"'
    signed = parse_qs(urlsplit(address).query)
    assert int(signed["X-Amz-Expires"][0]) <= 300
    assert "X-Amz-Signature" in signed
    counting.write()
    assert DownloadCount.objects.get().count == 1


def test_the_bucket_gives_nothing_to_an_address_without_a_signature(private, client):
    client.force_login(UserFactory())
    address = client.get(private.url).headers["Location"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(address.partition("?")[0])
    assert refused.value.code == 403
    refused.value.close()


def test_an_older_version_is_read_from_the_bucket(document, rf):
    name = default_storage.save("documents/older.pdf", ContentFile(b"%PDF older"))
    version = DocumentVersion(document=document, number=1, file=name, filename="poster.pdf")
    response = send_file(
        rf.get("/"),
        version.file,
        name=version.filename,
        etag="older",
        private=False,
        counted=Counted("document", document.pk, "1"),
    )
    assert body(response) == b"%PDF older"


def test_two_files_of_one_name_are_both_kept(bucket, home):
    first, second = DocumentFactory(), DocumentFactory()
    assert first.file.name != second.file.name
    assert {first.file.name, second.file.name} <= bucket()


def test_what_is_deleted_is_deleted_from_the_bucket(
    image, document, bucket, django_capture_on_commit_callbacks
):
    theirs = {image.file.name, document.file.name}
    theirs |= set(image.renditions.values_list("file", flat=True))
    assert theirs <= bucket()
    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
        document.delete()
    assert not theirs & bucket()


def test_what_is_gone_from_the_bucket_is_not_found(document, client):
    default_storage.delete(document.file.name)
    assert client.get(document.url).status_code == 404


def test_the_store_can_be_listed_as_a_disk_can(bucket):
    name = default_storage.save("box/a.txt", ContentFile(b"abc"))
    assert default_storage.listdir("box") == ([], ["a.txt"])
    assert default_storage.size(name) == 3
    assert default_storage.get_modified_time(name).tzinfo
    with default_storage.open(name) as file:
        assert file.read() == b"abc"
    with pytest.raises(FileNotFoundError):
        default_storage.open("box/b.txt")
