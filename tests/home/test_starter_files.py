"""A mistake in the starter content's files is told in a sentence, and nothing is half loaded."""

import shutil

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from wagtail.models import Page

from home.starter import FOLDER, StarterContent, StarterContentError
from resources import versions
from tests import first_home
from tests.factories import DocumentFactory
from tests.factories.files import MINIMAL_PDF


@pytest.fixture(autouse=True)
def _as_migrated(db):
    first_home.take_away()


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "content")


@pytest.mark.parametrize(
    ("file", "right", "wrong", "named"),
    [
        ("pages/about.toml", '"/get-involved/"', '"/nowhere/"', "/nowhere/"),
        ("pages/about.toml", 'type = "steps"', 'type = "ladder"', "ladder"),
        ("partners.toml", 'logo = "logo-', 'logo = "missing-', "missing-"),
    ],
)
def test_what_is_named_and_not_there(file, right, wrong, named, folder, db):
    path = folder / file
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong))
    before = Page.objects.count()
    with pytest.raises(StarterContentError, match=named):
        StarterContent(folder, report=lambda line: None).load()
    assert Page.objects.count() == before


def test_setting_up_again_changes_nothing_and_makes_no_second_administrator(
    db, capsys, monkeypatch, folder
):
    monkeypatch.delenv("DJANGO_SUPERUSER_PASSWORD", raising=False)
    call_command("set_up")
    assert "password" in capsys.readouterr().out
    before = list(Page.objects.values_list("pk", "latest_revision_created_at"))
    assert len(before) > 19
    call_command("set_up")
    assert capsys.readouterr().out == ""
    assert list(Page.objects.values_list("pk", "latest_revision_created_at")) == before


def test_a_starter_document_whose_file_an_editor_replaced_is_not_loaded_again(db):
    """It is known by its first file, which is kept as a version."""
    document = DocumentFactory(
        file=ContentFile(MINIMAL_PDF, name="co-production-poster-a4-english.pdf")
    )
    versions.move_on(document, document, by=None)
    document.file = "documents/1/2/another.pdf"
    document.save()
    assert StarterContent().document_key("poster-a4-en") == document.pk
