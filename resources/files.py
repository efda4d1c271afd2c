"""What a file is, by what is in it."""

import io
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from pathlib import Path

import filetype
from django.utils.text import get_valid_filename
from PIL import Image as PillowImage

THUMBNAIL_HEIGHT = 480  # pixels; as wide as the page's own proportions make it
THUMBNAIL_WIDTH = 2 * THUMBNAIL_HEIGHT  # at most

PDF_SECONDS = 20  # for the first page of a PDF
PROJECT = Path(__file__).parents[1]

# Disks count a name in bytes, up to 255, and the store may add a few to tell two
# files apart. A letter takes up to four bytes.
LONGEST_NAME = 200

_pdfium = threading.Lock()  # the library is not made for threads
# What Pillow raises for a picture that is damaged, or too large to be opened safely.
_NO_PICTURE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    PillowImage.DecompressionBombError,
    PillowImage.DecompressionBombWarning,
)

# Office files are ZIP archives: each kind has a member of its own, or says its
# media type in the member `mimetype` (ODF 1.3 part 2, 3.3; EPUB 3.3, 4.2.3).
_ZIP_MEMBER = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
}
_ZIP_MEDIA_TYPE = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
    "odp": b"application/vnd.oasis.opendocument.presentation",
    "epub": b"application/epub+zip",
}
_TEXT = {"txt", "csv"}
_SAME = {"jpeg": "jpg"}


def safe_name(name: str) -> str:
    """`name` as every store can keep it, in its own script: no signs, not too long, same ending."""
    root, _, ending = name.rpartition(".")
    root = get_valid_filename(f"_{root}")[1:].strip(".") or "document"
    room = LONGEST_NAME - len(f".{ending}".encode())
    return f"{root.encode()[:room].decode(errors='ignore')}.{ending}"


def is_what_it_says(file, extension: str) -> bool:
    """Whether the content of `file` is what its name's `extension` promises.

    `file` is open for reading in binary and seekable; its position is set to 0.
    """
    extension = _SAME.get(extension.lower(), extension.lower())
    file.seek(0)
    try:
        if extension in _ZIP_MEMBER or extension in _ZIP_MEDIA_TYPE or extension == "zip":
            return _is_zip_of(file, extension)
        head = file.read(8192)
        if extension in _TEXT:
            return _is_text(head)
        kind = filetype.guess(head)
        return kind is not None and kind.extension == extension
    finally:
        file.seek(0)


def _is_zip_of(file, extension):
    try:
        with zipfile.ZipFile(file) as archive:
            if extension in _ZIP_MEMBER:
                return _ZIP_MEMBER[extension] in archive.namelist()
            if extension in _ZIP_MEDIA_TYPE:
                with archive.open("mimetype") as member:
                    return member.read(200).startswith(_ZIP_MEDIA_TYPE[extension])
            return True
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError):
        return False


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head and filetype.guess(head) is None


def first_page(file, extension: str) -> tuple[bytes | None, int | None]:
    """A WebP picture of the first page, and the number of pages; None for what can't be had.

    PDFs and pictures have a first page. Raises ValueError when a PDF is damaged,
    locked by a password or too much work, and when a picture is damaged or has too many pixels.
    """
    file.seek(0)
    try:
        if extension == "pdf":
            return _first_page_of_pdf(file)
        if extension in ("png", "jpg", "jpeg"):
            return _small_picture(file), None
        return None, None
    finally:
        file.seek(0)


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a picture, in pixels."""
    with PillowImage.open(io.BytesIO(picture)) as opened:
        return opened.size


def page_count(pdf: bytes) -> int:
    """How many pages a good PDF has."""
    import pypdfium2  # 4 MB, which those who only answer readers can spare

    with _pdfium, pypdfium2.PdfDocument(pdf) as opened:
        return len(opened)


def _first_page_of_pdf(file):
    """By a process of its own, which can be ended: see `pdf_reader`."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "resources.pdf_reader"],
            cwd=PROJECT,
            input=file.read(),
            capture_output=True,
            timeout=PDF_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise ValueError(error.stderr.decode(errors="replace")) from error
    except subprocess.TimeoutExpired as error:
        raise ValueError("It takes too long to read.") from error
    return done.stdout[8:], int.from_bytes(done.stdout[:8])


def _small_picture(file):
    try:
        with PillowImage.open(file) as picture:
            # Above this, Pillow only warns at first.
            if picture.width * picture.height > PillowImage.MAX_IMAGE_PIXELS:
                raise ValueError("too many pixels")
            picture.draft("RGB", (THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT))
            return webp(picture.convert("RGB"))
    except _NO_PICTURE as error:
        raise ValueError(str(error)) from error


def webp(picture) -> bytes:
    """A small WebP of a picture of Pillow's."""
    picture.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT))
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
