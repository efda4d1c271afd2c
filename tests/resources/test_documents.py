"""Documents: what may be uploaded, and what is known of them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Collection

from cms.core.models import Image
from resources.models import Document
from tests.factories import DocumentFactory, ImageFactory, UserFactory
from tests.factories.files import MINIMAL_PDF, picture
from tests.library import made_public


@pytest.fixture
def editor(home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def upload(client, name, content, **values):
    return client.post(
        "/admin/documents/add/",
        {
            "title": "A document",
            "kind": "poster",
            "language": "en",
            "file": SimpleUploadedFile(name, content),
            "collection": Collection.get_first_root_node().pk,
            **values,
        },
    )


def archive(**members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


GOOD = {
    "poster.pdf": MINIMAL_PDF,
    "logo.png": picture(),
    "photo.jpg": picture(kind="JPEG"),
    "text.txt": "Plain words, naïve ones too.".encode(),
    "table.csv": b"name,number\npier,1\n",
    "letter.docx": archive(word__document_xml="<w/>"),
    "sheet.xlsx": archive(xl__workbook_xml="<w/>"),
    "letter.odt": archive(mimetype="application/vnd.oasis.opendocument.text"),
    "book.epub": archive(mimetype="application/epub+zip"),
    "all.zip": archive(a="b"),
    "letter.rtf": rb"{\rtf1 words}",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_it_says_is_taken(name, editor):
    upload(editor, name, GOOD[name])
    document = Document.objects.get()
    assert document.file_size == len(GOOD[name])
    assert document.file_hash


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("poster.pdf", b"<html><script>alert(1)</script>"),
        ("poster.pdf", picture()),
        ("logo.png", MINIMAL_PDF),
        ("letter.docx", archive(a="b")),
        ("letter.odt", archive(mimetype="application/epub+zip")),
        ("letter.odt", b"not a zip"),
        ("text.txt", b"\x00\x01\x02"),
        ("text.txt", picture()),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_a_sentence(name, content, editor):
    response = upload(editor, name, content)
    assert "This file is not what its name says." in response.content.decode()
    assert not Document.objects.exists()


def test_a_damaged_pdf_is_refused_with_a_sentence(editor):
    response = upload(editor, "poster.pdf", b"%PDF-1.4 and then nothing of use")
    assert "This PDF can&#x27;t be opened." in response.content.decode()
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "program.exe", "noending"])
def test_a_kind_of_file_that_is_not_for_readers_is_refused(name, editor):
    upload(editor, name, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert not Document.objects.exists()


def test_an_image_that_is_not_one_is_refused_with_a_sentence(editor):
    response = editor.post(
        "/admin/images/add/",
        {
            "title": "A picture",
            "description": "What it shows.",
            "file": SimpleUploadedFile("picture.png", MINIMAL_PDF),
        },
    )
    assert response.status_code == 200
    assert not Image.objects.exclude(title__startswith="Picture").exists()


def test_the_upload_screen_takes_a_file_before_it_asks_for_the_rest(editor):
    """As the browser sends it: the file first, by script, and the words after it."""
    answer = editor.post(
        "/admin/documents/multiple/add/",
        {
            "title": "poster.pdf",
            "files[]": SimpleUploadedFile("poster.pdf", MINIMAL_PDF),
            "collection": Collection.get_first_root_node().pk,
        },
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    assert answer["success"]
    document = Document.objects.get()
    assert document.page_count == 1
    assert document.thumbnail


def test_a_pdf_has_its_pages_counted_and_its_first_page_pictured(editor):
    upload(editor, "poster.pdf", MINIMAL_PDF)
    document = Document.objects.get()
    assert document.page_count == 1
    assert document.thumbnail_height > document.thumbnail_width > 0
    assert document.proportions == "tall"


def test_a_new_document_is_filed_by_its_kind(editor):
    posters = Collection.get_first_root_node().add_child(name="Posters")
    upload(editor, "poster.pdf", MINIMAL_PDF)
    assert Document.objects.get().collection == posters


def test_a_document_that_someone_has_put_somewhere_stays_there(db):
    root = Collection.get_first_root_node()
    root.add_child(name="Posters")
    own = root.add_child(name="Our own")
    assert DocumentFactory(collection=own).collection == own


def test_a_new_picture_is_filed_with_the_pictures(db):
    pictures = Collection.get_first_root_node().add_child(name="Pictures")
    assert ImageFactory().collection == pictures


def test_a_document_is_served_under_its_own_type_and_is_not_guessed_at(home, client):
    response = client.get(made_public(DocumentFactory()).url)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in response.headers


def test_the_shelf_shows_every_document_of_its_collection_and_those_inside(home, client):
    from tests.factories import MaterialsPageFactory

    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    DocumentFactory(title="On the shelf", collection=shelf)
    DocumentFactory(title="In a box", collection=shelf.add_child(name="Box"))
    DocumentFactory(title="Elsewhere")
    page = MaterialsPageFactory(
        parent=home,
        body=[{"type": "collection", "value": {"heading": "Shelf", "collection": shelf.pk}}],
    )
    content = client.get(page.get_url()).content.decode()
    assert "On the shelf" in content
    assert "In a box" in content
    assert "Elsewhere" not in content
