"""Small files that would unpack to gigabytes are refused, or never unpacked, and take no memory."""

import io
import resource
import struct
import time
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form

from resources import files
from resources.models import Document

GB = 1024**3


def packed(unit: bytes, size: int) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(unit) for _ in range(size // len(unit))) + packer.flush()


def pdf(content: bytes) -> bytes:
    """One page that draws what `content`, packed, says."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content),
    ]
    made, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        made
        + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\n" % table
        + (b"startxref\n%d\n%%%%EOF" % len(made))
    )


def png(side: int) -> bytes:
    """A black square of one bit for each pixel."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    line = b"\x00" * (side // 8 + 1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", packed(line, side * len(line)))
        + chunk(b"IEND", b"")
    )


def archive(member: str, size: int) -> bytes:
    made = io.BytesIO()
    unit = b" " * 1024 * 1024
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened,
        opened.open(member, "w") as written,
    ):
        for _ in range(size // len(unit)):
            written.write(unit)
    return made.getvalue()


@pytest.fixture
def in_a_little_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 * 1024  # KB


@pytest.mark.parametrize("unit", [b" " * 4096, b"0 0 m 9 9 l S\n" * 300])
def test_a_pdf_that_unpacks_to_a_gigabyte_is_refused_in_time(unit, db, in_a_little_memory):
    bomb = pdf(packed(unit, GB))
    upload = SimpleUploadedFile("bomb.pdf", bomb)
    began = time.monotonic()
    form = get_document_form(Document)({"title": "Bomb"}, {"file": upload}, instance=Document())
    assert "takes too much work" in str(form.errors["file"])
    assert time.monotonic() - began < files.PDF_SECONDS + 10


def test_a_pdf_that_takes_for_ever_is_given_up(monkeypatch):
    monkeypatch.setattr(files, "PDF_SECONDS", 0.01)
    with pytest.raises(ValueError, match="too long"):
        files.first_page(io.BytesIO(pdf(packed(b"0 0 m 9 9 l S\n", 14))), "pdf")


def test_a_pdf_that_is_as_it_should_be_is_read():
    picture, pages = files.first_page(io.BytesIO(pdf(packed(b"0 0 m 9 9 l S\n", 14))), "pdf")
    assert (pages, files.size(picture)) == (1, (360, 480))


def test_a_picture_of_very_many_pixels_is_refused_by_its_head(db, in_a_little_memory):
    upload = SimpleUploadedFile("bomb.png", png(20_000), content_type="image/png")
    form = get_image_form(get_image_model())({"title": "Bomb"}, {"file": upload})
    assert "pixels" in str(form.errors["file"])


def test_a_picture_as_a_document_is_refused_by_its_head(db, in_a_little_memory):
    with pytest.raises(ValueError, match="pixels"):
        files.first_page(io.BytesIO(png(20_000)), "png")


@pytest.mark.parametrize(
    ("extension", "member"),
    [("docx", "word/document.xml"), ("zip", "anything"), ("odt", "mimetype")],
)
def test_an_archive_is_not_unpacked(extension, member, in_a_little_memory):
    bomb = archive(member, GB // 2)
    began = time.monotonic()
    assert files.is_what_it_says(io.BytesIO(bomb), extension) is (extension != "odt")
    assert files.first_page(io.BytesIO(bomb), extension) == (None, None)
    assert time.monotonic() - began < 1
