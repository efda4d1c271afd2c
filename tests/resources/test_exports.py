"""The toolkit as files: whole, true, current, and never of what readers may not see."""

import io
import re
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from django.core.files.storage import default_storage
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from cms.core.models import Image, SiteSettings
from cms.events import log
from cms.events.log import is_behind
from resources.exports import build, formats
from resources.models import PageExport, ToolkitChapterPage, ToolkitPage
from resources.tasks import READER, refresh_exports, remake_exports
from tests.blocks import whole_stream
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)

FORMATS = ("pdf", "docx", "odt", "epub", "zip")


DESCRIPTION = "A pier that reaches far into the sea."


@pytest.fixture
def toolkit(library, home):
    """A toolkit of two chapters, the first with a block of every type."""
    Image.objects.update(description=DESCRIPTION)
    toolkit = ToolkitPageFactory(
        parent=home, slug="kit", title="The kit", edition="Third edition, May 2027"
    )
    whole = ToolkitChapterPageFactory(parent=toolkit, slug="meetings", title="Meetings")
    whole.body = whole_stream(ToolkitChapterPage)
    whole.save_revision().publish()
    # Of the library, to be pointed at; not to be made.
    ToolkitPage.objects.exclude(pk=toolkit.pk).update(live=False)
    ToolkitChapterPageFactory(
        parent=toolkit,
        slug="money",
        title="Money",
        body=[
            {
                "type": "rich_text",
                "value": f'<p>See <a linktype="page" id="{whole.pk}">here</a>.</p>',
            }
        ],
    )
    return toolkit


@pytest.fixture
def only(monkeypatch):
    """Make these formats of the whole, and none of the chapters: what a test is about."""

    def only(*kinds):
        monkeypatch.setattr(build, "WHOLE", kinds)
        monkeypatch.setattr(build, "CHAPTER", ())

    return only


def made(page, kind):
    return PageExport.objects.get(page=page, format=kind)


def content(page, kind):
    with made(page, kind).file.open("rb") as file:
        return file.read()


def pdf_text(data):
    with pypdfium2.PdfDocument(data) as pdf:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_every_format_is_made_and_offered_with_its_size_and_pages(toolkit, client):
    build.refresh_all()
    page = client.get("/kit/").content.decode()
    for kind in FORMATS:
        assert f'href="/kit/download/{kind}/"' in page
        answer = client.get(f"/kit/download/{kind}/")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="kit.{kind}"'
        assert b"".join(answer) == content(toolkit, kind)
    pages = made(toolkit, "pdf").page_count
    assert pages > 3
    assert f"{pages} pages" in page
    chapter = client.get("/kit/meetings/").content.decode()
    for kind in ("pdf", "docx"):
        assert f'href="/kit/meetings/download/{kind}/"' in chapter
        assert client.get(f"/kit/meetings/download/{kind}/").status_code == 200
    assert client.get("/kit/meetings/download/epub/").status_code == 404
    assert client.get("/kit/download/exe/").status_code == 404


def test_the_pdf_is_tagged_with_bookmarks_a_cover_and_links_that_lead_inside(toolkit, only):
    only("pdf")
    build.refresh_all()
    with pikepdf.open(io.BytesIO(content(toolkit, "pdf"))) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "en-GB"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "The kit"
        alts = [str(item.Alt) for item in pdf.objects if _is_figure(item)]
        assert DESCRIPTION in alts
        with pdf.open_outline() as outline:
            assert [entry.title for entry in outline.root] == ["Contents", "Meetings", "Money"]
    text = pdf_text(content(toolkit, "pdf"))
    assert "Third edition, May 2027" in text
    assert "Page 3 of" in text
    assert "Open Government Licence" in text


def _is_figure(item):
    return isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure" and "/Alt" in item


def test_word_has_real_headings_tables_with_a_header_row_and_alternative_text(toolkit, only):
    only("docx")
    build.refresh_all()
    with zipfile.ZipFile(io.BytesIO(content(toolkit, "docx"))) as archive:
        document = archive.read("word/document.xml").decode()
    assert 'w:val="Heading1"' in document
    assert 'w:val="Heading2"' in document
    assert "<w:tblHeader" in document
    assert f'descr="{DESCRIPTION}"' in document
    assert "Meetings" in document


def test_opendocument_has_real_headings_a_header_row_and_alternative_text(toolkit, only):
    only("odt")
    build.refresh_all()
    with zipfile.ZipFile(io.BytesIO(content(toolkit, "odt"))) as archive:
        document = archive.read("content.xml").decode()
    assert re.search(r'<text:h[^>]*text:outline-level="1"', document)
    assert "<table:table-header-rows>" in document
    assert f"<svg:desc>{DESCRIPTION}</svg:desc>" in document


def test_the_epub_has_navigation_a_language_and_alternative_text(toolkit, only):
    only("epub")
    build.refresh_all()
    with zipfile.ZipFile(io.BytesIO(content(toolkit, "epub"))) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.read("mimetype") == b"application/epub+zip"
        package = archive.read("EPUB/content.opf").decode()
        assert 'version="3.0"' in package
        assert "<dc:language>en-GB</dc:language>" in package
        nav = BeautifulSoup(archive.read("EPUB/nav.xhtml"), "xml")
        entries = [link.get_text() for link in nav.select("nav#toc > ol > li > a")]
        assert entries[-2:] == ["Meetings", "Money"]
        chapters = [
            archive.read(name).decode() for name in archive.namelist() if "/text/ch" in name
        ]
    assert any(f'alt="{DESCRIPTION}"' in chapter for chapter in chapters)


def test_the_zip_holds_every_format_the_files_of_the_chapters_and_a_list(toolkit):
    build.refresh_all()
    with zipfile.ZipFile(io.BytesIO(content(toolkit, "zip"))) as archive:
        names = archive.namelist()
        listed = archive.read("contents.txt").decode()
    assert names[:4] == ["kit.pdf", "kit.docx", "kit.odt", "kit.epub"]
    offered = [name for name in names if name.startswith("files/")]
    assert len(offered) == 1
    for name in names[:-1]:
        assert name in listed
    assert "A document" in listed


def test_a_change_is_in_the_next_download_and_nothing_else_is_made_anew(toolkit):
    build.refresh_all()
    before = dict(PageExport.objects.values_list("pk", "built_at"))
    build.refresh_all()
    assert dict(PageExport.objects.values_list("pk", "built_at")) == before

    money = toolkit.get_children().get(slug="money").specific
    money.body = [{"type": "rich_text", "value": "<p>Pay people in good time.</p>"}]
    money.save_revision().publish()
    build.refresh_all()
    assert "Pay people in good time." in pdf_text(content(toolkit, "pdf"))
    assert "Pay people in good time." in pdf_text(content(money, "pdf"))
    anew = PageExport.objects.exclude(built_at__in=before.values())
    assert set(anew.values_list("page__slug", "format")) == {
        *(("kit", kind) for kind in FORMATS),
        ("money", "pdf"),
        ("money", "docx"),
    }


def test_publishing_moving_and_unpublishing_each_bring_the_files_up_to_date(
    toolkit, django_capture_on_commit_callbacks
):
    def outline():
        with pikepdf.open(io.BytesIO(content(toolkit, "pdf"))) as pdf, pdf.open_outline() as found:
            return [entry.title for entry in found.root][1:]

    meetings, money = (child.specific for child in toolkit.get_children())
    with django_capture_on_commit_callbacks(execute=True):
        money.save_revision().publish()
    assert outline() == ["Meetings", "Money"]
    assert not is_behind(READER)
    with django_capture_on_commit_callbacks(execute=True):
        money.move(meetings, pos="left")
    assert outline() == ["Money", "Meetings"]
    with django_capture_on_commit_callbacks(execute=True):
        ToolkitChapterPage.objects.get(pk=money.pk).unpublish()
    assert outline() == []  # one chapter needs no contents; its heading is the only one
    assert not PageExport.objects.filter(page=money).exists()


def test_a_draft_change_is_in_no_file(toolkit, only):
    only("pdf")
    money = toolkit.get_children().get(slug="money").specific
    money.body = [{"type": "rich_text", "value": "<p>Not yet decided.</p>"}]
    money.save_revision()
    build.refresh_all()
    assert "Not yet decided." not in pdf_text(content(toolkit, "pdf"))


def test_a_private_chapter_is_in_no_file_and_its_own_files_go(
    toolkit, client, django_capture_on_commit_callbacks
):
    build.refresh_all()
    money = toolkit.get_children().get(slug="money")
    names = list(PageExport.objects.filter(page=money).values_list("file", flat=True))
    PageViewRestriction.objects.create(page=money, restriction_type="login")
    # At once, before anything is built.
    assert client.get("/kit/money/download/pdf/").status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        build.refresh_all()
    assert "Money" not in pdf_text(content(toolkit, "pdf"))
    assert not PageExport.objects.filter(page=money).exists()
    assert names
    assert not any(default_storage.exists(name) for name in names)


def test_a_private_toolkit_has_no_files_even_for_those_who_may_read_it(
    toolkit, client, admin_client
):
    build.refresh_all()
    PageViewRestriction.objects.create(page=toolkit, restriction_type="login")
    for kind in FORMATS:
        assert client.get(f"/kit/download/{kind}/").status_code == 302
        assert admin_client.get(f"/kit/download/{kind}/").status_code == 404
    build.refresh_all()
    assert not PageExport.objects.filter(page=toolkit).exists()


def test_a_private_picture_or_document_is_in_no_file(toolkit, only):
    only("docx")
    for item in (
        ImageFactory._meta.model.objects.first(),
        DocumentFactory._meta.model.objects.first(),
    ):
        item.collection = item.collection.get_parent() or item.collection
        private = item.collection.add_child(name=f"Private {item.pk} {item.title}")
        item.collection = private
        item.save()
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    build.refresh_all()
    assert made(toolkit, "docx").error == ""
    with zipfile.ZipFile(io.BytesIO(content(toolkit, "docx"))) as archive:
        assert DESCRIPTION not in archive.read("word/document.xml").decode()
    with zipfile.ZipFile(io.BytesIO(content(toolkit, "zip"))) as archive:
        assert [name for name in archive.namelist() if name.startswith("files/")] == []


def test_before_the_first_file_is_ready_a_reader_is_asked_to_come_back(toolkit, client):
    answer = client.get("/kit/download/pdf/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "This file is being made" in answer.content.decode()
    assert "/kit/download/" not in client.get("/kit/").content.decode()


@pytest.fixture
def missing_picture(toolkit):
    """A good set of files; then a picture's file goes, and its chapter is published again."""
    build.refresh_all()
    chapter = toolkit.get_children().get(slug="money").specific
    image = ImageFactory(title="The pier", description="A long pier.")
    chapter.body = [
        {"type": "rich_text", "value": "<p>New words.</p>"},
        {"type": "image", "value": {"image": image.pk}},
    ]
    chapter.save_revision().publish()
    image.get_renditions("width-480|format-webp|webpquality-80")
    Path(image.file.path).unlink()
    return chapter


def test_a_picture_whose_file_is_gone_keeps_the_last_good_file_and_names_the_block(
    toolkit, missing_picture, client, admin_client
):
    before = content(toolkit, "pdf")
    build.refresh_all()
    export = made(toolkit, "pdf")
    assert content(toolkit, "pdf") == before
    assert "“Money”, block 2 (Picture)" in export.error
    assert "Upload the picture again" in export.error
    assert client.get("/kit/download/pdf/").status_code == 200
    assert made(toolkit.get_children().get(slug="meetings"), "pdf").error == ""

    block = ToolkitChapterPage.objects.get(pk=missing_picture.pk).body[1].id
    for screen in (
        f"/admin/pages/{toolkit.pk}/edit/",
        f"/admin/toolkit/{toolkit.pk}/downloads/",
        "/admin/",
    ):
        text = admin_client.get(screen).content.decode()
        assert "“Money”, block 2 (Picture)" in text
    link = f"/admin/pages/{missing_picture.pk}/edit/#block-{block}-section"
    assert link in admin_client.get(f"/admin/toolkit/{toolkit.pk}/downloads/").content.decode()


def test_what_failed_can_be_tried_again_from_the_admin(
    toolkit, missing_picture, admin_client, django_capture_on_commit_callbacks
):
    build.refresh_all()
    image = ToolkitChapterPage.objects.get(pk=missing_picture.pk).body[1].value["image"]
    image.file.save("pier.png", ImageFactory.build().file)
    image.renditions.all().delete()
    image.save()
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_client.post(f"/admin/toolkit/{toolkit.pk}/downloads/", follow=True)
    assert "The files are being made again" in answer.content.decode()
    assert made(toolkit, "pdf").error == ""
    assert "New words." in pdf_text(content(toolkit, "pdf"))


def test_a_converter_that_refuses_names_the_block_at_fault(toolkit, monkeypatch, only):
    only("odt", "docx")
    build.refresh_all()
    chapter = toolkit.get_children().get(slug="money").specific
    chapter.body = [
        {"type": "rich_text", "value": "<p>Fine.</p>"},
        {"type": "inset", "value": {"text": "<p>Poison.</p>"}},
    ]
    chapter.save_revision().publish()
    pandoc = formats._pandoc

    def refuse(document, *options):
        if "Poison" in document and "--to=odt" in options:
            raise formats.FormatError("no such thing")
        return pandoc(document, *options)

    monkeypatch.setattr(formats, "_pandoc", refuse)
    build.refresh_all()
    assert "“Money”, block 2 (Inset" in made(toolkit, "odt").error
    assert made(toolkit, "docx").error == ""


AWKWARD = "# 100% of £5 & $x$ @all \\end <b>“quoted”</b> 'it' \"is\" *not* _bold_ `code` ~ ^ {"


@pytest.mark.parametrize("title", [AWKWARD, "true", "-", "= heading", "42", "C:\\new\\table"])
def test_any_title_comes_out_as_it_was_written(title, home):
    toolkit = ToolkitPageFactory(parent=home, slug="kit", title=title)
    chapter = ToolkitChapterPageFactory(parent=toolkit, slug="one", title=title)
    build.refresh_all()
    for kind in FORMATS:
        assert made(toolkit, kind).error == ""
    with pikepdf.open(io.BytesIO(content(toolkit, "pdf"))) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == title
    with zipfile.ZipFile(io.BytesIO(content(chapter, "docx"))) as archive:
        document = BeautifulSoup(archive.read("word/document.xml"), "xml")
        core = BeautifulSoup(archive.read("docProps/core.xml"), "xml")
    assert core.find("dc:title").get_text() == title
    headings = [
        node.get_text()
        for node in document.find_all("w:p")
        if node.find(attrs={"w:val": "Heading1"})
    ]
    assert headings == [title]


def test_a_character_that_no_font_has_is_named_to_the_editor(home):
    toolkit = ToolkitPageFactory(parent=home, slug="kit", title="Kit")
    ToolkitChapterPageFactory(
        parent=toolkit,
        slug="one",
        title="One",
        body=[
            {"type": "rich_text", "value": "<p>Fine.</p>"},
            {"type": "rich_text", "value": "<p>Not so: \U000f1234.</p>"},  # of private use
        ],
    )
    build.refresh_all()
    error = made(toolkit, "pdf").error
    assert error.startswith("“One”, block 2 (Text)")
    assert "No font here has the character “\U000f1234”" in error
    assert made(toolkit, "docx").error == ""


def test_a_table_in_a_list_and_other_odd_rich_text_is_made(home):
    toolkit = ToolkitPageFactory(parent=home, slug="kit")
    odd = (
        "<ul><li>One<table><tr><th>A</th></tr><tr><td>B</td></tr></table></li></ul>"
        '<p><a href="#nowhere">Nowhere</a> <a href="/kit/one/#gone">Gone</a></p>'
        "<p></p><blockquote><ul><li></li></ul></blockquote>"
    )
    ToolkitChapterPageFactory(
        parent=toolkit, slug="one", body=[{"type": "rich_text", "value": odd}]
    )
    build.refresh_all()
    assert [made(toolkit, kind).error for kind in FORMATS] == [""] * len(FORMATS)
    assert "Nowhere" in pdf_text(content(toolkit, "pdf"))


def test_a_file_is_replaced_whole_and_the_old_one_is_cleared_away(
    toolkit, django_capture_on_commit_callbacks
):
    build.refresh_all()
    old = made(toolkit, "pdf").file.name
    with django_capture_on_commit_callbacks(execute=True):
        remake_exports.func(toolkit.pk)
    new = made(toolkit, "pdf").file.name
    assert new != old
    assert default_storage.exists(new)
    assert not default_storage.exists(old)


def test_with_nothing_published_the_task_does_nothing(toolkit, monkeypatch, only):
    only("docx")
    SiteSettings.for_site(toolkit.get_site())  # made when it is first asked for
    refresh_exports.func()
    monkeypatch.setattr(build, "refresh_all", lambda: pytest.fail("built for nothing"))
    refresh_exports.func()


def test_the_task_ends_though_more_is_published_while_it_is_at_it(toolkit, monkeypatch):
    """An import that publishes for an hour would hold up every other task of the worker."""
    made = []

    def make():
        made.append(1)
        assert len(made) < 5, "It goes on for ever."
        toolkit.save_revision().publish()

    monkeypatch.setattr(log, "_followers", [])
    monkeypatch.setattr(build, "refresh_all", make)
    toolkit.save_revision().publish()
    refresh_exports.func()
    assert is_behind(READER)  # for the task that the last publish has handed over


def test_of_two_workers_the_slower_leaves_no_older_file_behind(toolkit, monkeypatch):
    shown = []

    def make():
        title = ToolkitPage.objects.get(pk=toolkit.pk).title
        if title == "Old":  # while the slower one makes it, another worker makes what is newer
            toolkit.title = "New"
            toolkit.save_revision().publish()
            refresh_exports.func()
        shown.append(title)

    monkeypatch.setattr(log, "_followers", [])
    monkeypatch.setattr(build, "refresh_all", make)
    toolkit.title = "Old"
    toolkit.save_revision().publish()
    refresh_exports.func()
    assert shown == ["New", "Old", "New"]
    assert not is_behind(READER)


def test_only_those_who_may_edit_the_page_have_its_files_made_again(toolkit, client):
    from tests.factories import user_in

    client.force_login(user_in("Sign-up managers"))
    assert client.post(f"/admin/toolkit/{toolkit.pk}/downloads/").status_code in (302, 403)
    assert not PageExport.objects.exists()


def test_the_files_are_in_the_pages_json(toolkit, client):
    build.refresh_all()
    found = client.get(f"/api/v2/pages/{toolkit.pk}/").json()["downloads"]
    assert [item["format"] for item in found] == list(FORMATS)
    assert found[0]["url"] == "http://testserver/kit/download/pdf/"
    assert found[0]["page_count"] == made(toolkit, "pdf").page_count
    assert found[0]["size"] == made(toolkit, "pdf").size


def test_a_small_correction_is_not_listed_and_the_date_is_of_the_newest_chapter(toolkit, client):
    page = client.get("/kit/").content.decode()
    assert toolkit.updated_at == max(
        child.last_published_at for child in toolkit.get_children().specific()
    )
    assert f"{toolkit.updated_at:%-d %B %Y}" in page
