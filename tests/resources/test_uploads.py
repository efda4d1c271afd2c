"""What people upload by mistake, and what is unusual: built, or refused by its name."""

import io
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow
from wagtail.models import Collection

from resources import files
from resources.models import Document
from tests.factories import DocumentFactory, UserFactory
from tests.factories.files import MINIMAL_PDF, picture


@pytest.fixture
def editor(home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def add(client, name, content):
    response = client.post("/admin/documents/add/", values(name, content, "file"))
    return response.content.decode()


def edit(client, name, content):
    document = DocumentFactory()
    response = client.post(
        f"/admin/documents/edit/{document.pk}/", values(name, content, "file", began_with=1)
    )
    return response.content.decode()


def add_several(client, name, content):
    response = client.post("/admin/documents/multiple/add/", values(name, content, "files[]"))
    return response.json().get("error_message", "")


def values(name, content, field, **more):
    return {
        "title": name,
        "kind": "poster",
        "language": "en",
        "collection": Collection.get_first_root_node().pk,
        field: SimpleUploadedFile(name, content),
        **more,
    }


SCREENS = [add, edit, add_several]


def long_pdf(pages):
    """Each page an object of its own, as programs write them."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, pages + 3))
    objects = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        b"2 0 obj<</Type/Pages/Kids[%s]/Count %d>>endobj" % (kids, pages),
        *(
            b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj" % number
            for number in range(3, pages + 3)
        ),
    ]
    return b"%PDF-1.4\n" + b"\n".join(objects) + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


# With a password: /Encrypt names a filter and keys that no empty password opens.
LOCKED_PDF = MINIMAL_PDF.replace(
    b"/Root 1 0 R",
    b"/Root 1 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"
    b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"ab" * 32 + b">/U<" + b"cd" * 32 + b">>>",
)


def bomb() -> bytes:
    """A few kilobytes that would be 400 million pixels."""
    buffer = io.BytesIO()
    Pillow.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


BAD = {
    "damaged.pdf": (b"%PDF-1.4 and then nothing of use", "damaged, locked by a password"),
    "empty.pdf": (MINIMAL_PDF.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[]/Count 0"), "damaged"),
    "locked.pdf": (LOCKED_PDF, "locked by a password"),
    "cut-off.png": (picture(400, 400)[:60], "damaged"),
    "cut-off.jpg": (picture(800, 800, kind="JPEG")[:600], "damaged"),
    "page.pdf": (b"<html><script>alert(1)</script>", "not what its name says"),
    "letter.docx": (b"not an archive", "not what its name says"),
    "program.exe": (b"MZ", "File extension “exe” is not allowed"),
    "noending": (b"words", "is not allowed"),
    "nothing.txt": (b"", "empty"),
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence_that_names_it(screen, name, editor):
    content, words = BAD[name]
    sentence = screen(editor, name, content)
    assert f"“{name}”" in sentence
    assert words in sentence
    assert not Document.objects.filter(version=2).exists()
    assert Document.objects.count() == (1 if screen is edit else 0)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_picture_that_would_fill_the_memory_is_refused(screen, editor):
    assert "“large.png”: This picture can&#x27;t be opened." in screen(editor, "large.png", bomb())


def test_a_picture_just_above_what_is_safe_is_refused_too(monkeypatch):
    """Pillow only warns up to twice its limit."""
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", 120 * 80 - 1)
    with pytest.raises(ValueError, match="pixels"):
        files.first_page(io.BytesIO(picture()), "png")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_file_over_the_limit_is_refused_with_a_sentence_that_names_it(screen, editor, settings):
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 100
    sentence = screen(editor, "large.pdf", MINIMAL_PDF)
    assert "“large.pdf”: This file is too big" in sentence


def test_a_name_cannot_bring_markup_on_to_the_screen(editor):
    sentence = add_several(editor, "<img src=x onerror=alert(1)>.pdf", b"%PDF-1.4 no")
    assert "&lt;img" in sentence
    assert "<img" not in sentence


NAMES = {
    "latin": "a" * 251 + ".pdf",
    "cyrillic": "Плакат " * 35 + "конец.pdf",
    "chinese": "海報" * 125 + ".pdf",
    "emoji": "🎉" * 200 + ".pdf",
    "a few signs": "?*|.pdf",
    "dots": "....pdf",
}


@pytest.mark.parametrize("script", NAMES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_name_of_any_length_and_script_is_taken(screen, script, editor):
    name = NAMES[script]
    screen(editor, name, MINIMAL_PDF)
    document = Document.objects.get()
    assert document.file_extension == "pdf"
    assert len(document.filename.encode()) <= 255
    assert document.filename.startswith(files.safe_name(name)[:20].removesuffix(".pdf"))
    assert editor.get(document.url).status_code == 200


def test_a_name_keeps_its_script_and_its_ending():
    assert files.safe_name("Наш плакат.pdf") == "Наш_плакат.pdf"
    assert files.safe_name("海" * 200 + ".docx") == "海" * 65 + ".docx"
    assert files.safe_name("🎉.pdf") == "document.pdf"


def test_a_document_of_5000_pages_is_counted_and_pictured_in_good_time(editor):
    content = long_pdf(5000)
    start = time.monotonic()
    add(editor, "long.pdf", content)
    assert time.monotonic() - start < 5  # it takes a fraction of that
    document = Document.objects.get()
    assert document.page_count == 5000
    assert document.thumbnail


def test_a_page_of_absurd_width_makes_a_picture_of_bounded_size():
    wide = MINIMAL_PDF.replace(b"[0 0 595 842]", b"[0 0 1000000 100]")
    webp, pages = files.first_page(io.BytesIO(wide), "pdf")
    width, height = files.size(webp)
    assert pages == 1
    assert width <= files.THUMBNAIL_WIDTH
    assert height <= files.THUMBNAIL_HEIGHT


@pytest.mark.parametrize("screen", [add, add_several])
def test_a_title_taken_from_the_file_name_loses_its_ending(screen, editor):
    screen(editor, "Poster, A4.v2.pdf", MINIMAL_PDF)
    assert Document.objects.get().title == "Poster, A4.v2"


def test_a_picture_has_a_thumbnail_and_no_pages(editor):
    add(editor, "square.png", picture(3000, 1000))
    document = Document.objects.get()
    assert document.page_count is None
    assert (document.thumbnail_width, document.thumbnail_height) == (960, 320)
