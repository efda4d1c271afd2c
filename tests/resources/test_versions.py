"""A replaced file is kept, has an address of its own, and can be the latest again."""

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Collection, CollectionViewRestriction

from resources.models import Document, DocumentVersion
from tests.factories import DocumentFactory, UserFactory
from tests.factories.files import MINIMAL_PDF, picture
from tests.library import made_public

TWO_PAGES = MINIMAL_PDF.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[3 0 R 3 0 R]/Count 2")


@pytest.fixture
def jo(home):
    return UserFactory(is_superuser=True, first_name="Jo", last_name="Bell")


@pytest.fixture
def editor(jo, client):
    client.force_login(jo)
    return client


@pytest.fixture
def poster(home):
    return made_public(
        DocumentFactory(title="Poster", edition="First edition", change_note="Where it began")
    )


def edit(client, document, content=None, *, name="poster.pdf", **values):
    """Save the edit screen, by default as it was opened just now."""
    document.refresh_from_db()
    data = {
        "title": document.title,
        "kind": document.kind,
        "language": document.language,
        "edition": document.edition,
        "began_with": document.version,
        "collection": document.collection_id,
        **values,
    }
    if content:
        data["file"] = SimpleUploadedFile(name, content)
    response = client.post(reverse("wagtaildocs:edit", args=[document.pk]), data)
    document.refresh_from_db()
    return response


def body(response):
    return b"".join(response) if response.streaming else response.content


def version_url(document, number):
    return reverse("document_version", args=[document.pk, number])


def stored_files():
    root = Path(default_storage.location)
    return sorted(
        str(path.relative_to(root))
        for folder in ("documents", "thumbnails")
        for path in (root / folder).rglob("*.*")
    )


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What is put off until the transaction has ended, done at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_replaced_file_is_kept_with_its_date_and_note(editor, jo, poster):
    before = poster.dated
    edit(editor, poster, TWO_PAGES, edition="Second edition", change_note="A second page")
    kept = poster.versions.get()
    assert (kept.number, kept.edition, kept.page_count) == (1, "First edition", 1)
    assert (kept.dated, kept.change_note, kept.replaced_by) == (before, "Where it began", jo)
    assert (poster.version, poster.edition, poster.page_count) == (2, "Second edition", 2)
    assert poster.change_note == "A second page"
    assert poster.dated > before


def test_the_id_and_the_address_stay_when_a_file_of_the_same_name_comes(editor, poster):
    address = poster.url
    edit(editor, poster, TWO_PAGES)
    assert poster.url == address
    assert body(editor.get(address)) == TWO_PAGES


def test_every_version_has_an_address_and_the_latest_number_gives_the_latest(
    client, editor, poster
):
    edit(editor, poster, TWO_PAGES)
    client.logout()
    assert body(client.get(version_url(poster, 1))) == MINIMAL_PDF
    assert body(client.get(version_url(poster, 2))) == TWO_PAGES
    assert client.get(version_url(poster, 3)).status_code == 404
    assert client.get("/documents/999/versions/1/").status_code == 404


@pytest.mark.parametrize("number", [1, 2])
def test_versions_of_a_private_document_are_as_private_as_it_is(number, client, editor, poster):
    edit(editor, poster, TWO_PAGES)
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    Document.objects.update(collection=private.add_child(name="Inner"))
    assert client.get(version_url(poster, number)).status_code == 200
    client.logout()
    response = client.get(version_url(poster, number))
    assert response.status_code == 302
    assert "login" in response.url


def test_a_password_of_a_collection_guards_the_versions_too(client, editor, poster):
    edit(editor, poster, TWO_PAGES)
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(
        collection=private, restriction_type="password", password="swordfish"
    )
    Document.objects.update(collection=private)
    client.logout()
    response = client.get(version_url(poster, 1))
    assert not response.streaming
    assert b"password" in response.content.lower()


def test_a_new_file_does_not_inherit_the_note_of_the_last_one(editor, poster):
    edit(editor, poster, TWO_PAGES)
    assert poster.change_note == ""


def test_a_note_can_be_corrected_and_stays_when_left_empty(editor, poster):
    edit(editor, poster, change_note="The telephone number is right now")
    assert poster.change_note == "The telephone number is right now"
    edit(editor, poster, title="Another title")
    assert poster.change_note == "The telephone number is right now"
    assert poster.version == 1


def test_the_thumbnail_is_made_anew_and_the_old_one_removed(editor, poster, committed):
    old = poster.thumbnail.name
    with committed():
        edit(editor, poster, picture(), name="poster.png")
    assert poster.proportions == "wide"
    assert default_storage.exists(poster.thumbnail.name)
    assert not default_storage.exists(old)


def test_a_file_without_a_picture_leaves_no_picture_behind(editor, poster):
    edit(editor, poster, b"Words only.", name="poster.txt")
    assert not poster.thumbnail
    assert poster.page_count is None
    assert poster.proportions == "square"


def test_deleting_a_document_removes_every_file_of_it(editor, poster, committed):
    with committed():
        edit(editor, poster, TWO_PAGES)
        editor.post(reverse("document_make_latest", args=[poster.pk, 1]))
        editor.post(reverse("wagtaildocs:delete", args=[poster.pk]))
    assert not DocumentVersion.objects.exists()
    assert stored_files() == []


# Two people at once ---------------------------------------------------------


def test_the_second_of_two_who_replace_a_file_at_once_is_told_who_was_first(
    client, editor, jo, poster
):
    edit(editor, poster, TWO_PAGES)
    client.force_login(UserFactory(is_superuser=True))
    response = edit(client, poster, picture(), name="mine.png", began_with=1, title="My title")
    content = response.content.decode()
    assert response.status_code == 200
    assert "Jo Bell replaced the file on" in content
    assert f'<a href="{poster.url}">See the file' in content
    assert "My title" in content  # what was typed is still in the form
    assert (poster.version, poster.title, poster.page_count) == (2, "Poster", 2)
    assert poster.versions.count() == 1

    # Whoever has seen that may go on, and nothing is lost.
    assert 'name="began_with" value="2"' in content
    edit(client, poster, picture(), name="mine.png", began_with=2)
    assert poster.filename == "mine.png"
    assert [version.number for version in poster.versions.all()] == [2, 1]


def test_words_typed_beside_an_old_file_do_not_overwrite_those_of_the_new_one(editor, poster):
    edit(editor, poster, TWO_PAGES, edition="Second edition")
    response = edit(editor, poster, edition="First edition, with a comma", began_with=1)
    assert "replaced the file on" in response.content.decode()
    assert poster.edition == "Second edition"


def test_the_version_is_looked_at_again_when_the_row_is_locked(editor, poster, monkeypatch):
    """The other one saves after this form was checked, and before it is saved."""
    from resources import forms

    check = forms.versions.refuse_if_replaced
    monkeypatch.setattr(forms.DocumentForm, "clean", lambda form: form.cleaned_data)

    def overtaken(current, began_with):
        current.version += 1
        DocumentVersion.objects.create(
            document=current, number=1, file=current.file.name, filename="poster.pdf",
            file_size=1, dated=current.dated,
        )  # fmt: skip
        check(current, began_with)

    monkeypatch.setattr(forms.versions, "refuse_if_replaced", overtaken)
    files = stored_files()
    response = edit(editor, poster, TWO_PAGES)
    assert response.status_code == 200
    assert "Somebody replaced the file on" in response.content.decode()
    assert poster.version == 1
    assert stored_files() == files


# The store ------------------------------------------------------------------


@pytest.mark.parametrize("failing", ["documents/", "thumbnails/"])
def test_when_the_store_fails_the_old_file_stays_and_the_editor_is_told(
    failing, editor, poster, monkeypatch
):
    files = stored_files()
    save = default_storage.__class__._save

    def fail(storage, name, content):
        if name.startswith(failing):
            raise OSError("No space left on device")
        return save(storage, name, content)

    monkeypatch.setattr(default_storage.__class__, "_save", fail)
    response = edit(editor, poster, TWO_PAGES, name="new.pdf", title="New title")
    assert response.status_code == 200
    content = response.content.decode()
    assert "“new.pdf”: The file could not be kept" in content
    assert "New title" in content
    assert (poster.version, poster.page_count) == (1, 1)
    assert not poster.versions.exists()
    assert stored_files() == files


@pytest.mark.parametrize("screen", ["add", "multiple"])
def test_when_the_store_fails_at_an_upload_the_editor_is_told(screen, editor, monkeypatch):
    def fail(storage, name, content):
        raise OSError("No space left on device")

    monkeypatch.setattr(default_storage.__class__, "_save", fail)
    new = SimpleUploadedFile("new.pdf", MINIMAL_PDF)
    root = Collection.get_first_root_node().pk
    if screen == "add":
        response = editor.post(
            "/admin/documents/add/", {"title": "New", "file": new, "collection": root}
        )
        sentence = response.content.decode()
    else:
        response = editor.post(
            "/admin/documents/multiple/add/", {"files[]": new, "collection": root}
        )
        sentence = response.json()["error_message"]
    assert "“new.pdf”: The file could not be kept" in sentence
    assert not Document.objects.exists()


# The history ----------------------------------------------------------------


def test_the_history_says_what_was_when_and_who_did_it(editor, poster):
    edit(editor, poster, TWO_PAGES, edition="Second edition", change_note="A second page")
    content = editor.get(reverse("document_versions", args=[poster.pk])).content.decode()
    for words in ("Latest", "Jo Bell", "A second page", "Where it began", "First edition"):
        assert words in content
    assert version_url(poster, 1) in content
    assert reverse("document_make_latest", args=[poster.pk, 1]) in content
    assert reverse("document_make_latest", args=[poster.pk, 2]) not in content
    edit_screen = editor.get(reverse("wagtaildocs:edit", args=[poster.pk])).content.decode()
    assert reverse("document_versions", args=[poster.pk]) in edit_screen


@pytest.mark.parametrize("number", [1, 6])
def test_a_long_history_costs_no_more_queries(
    number, editor, poster, django_assert_max_num_queries
):
    for _ in range(number):
        edit(editor, poster, TWO_PAGES)
    url = reverse("document_versions", args=[poster.pk])
    editor.get(url)
    with django_assert_max_num_queries(12):
        editor.get(url)


def test_an_old_version_can_be_the_latest_again(editor, poster):
    edit(editor, poster, TWO_PAGES, edition="Second edition")
    url = reverse("document_make_latest", args=[poster.pk, 1])
    assert "Make version 1" in editor.get(url).content.decode()
    poster.refresh_from_db()
    assert poster.version == 2  # asking changes nothing
    editor.post(url, {"began_with": 2})
    poster.refresh_from_db()
    assert (poster.version, poster.edition, poster.page_count) == (3, "First edition", 1)
    assert poster.change_note == "Version 1 again."
    assert body(editor.get(poster.url)) == MINIMAL_PDF
    assert body(editor.get(version_url(poster, 2))) == TWO_PAGES
    assert default_storage.exists(poster.thumbnail.name)

    # And back again: this is the undo of the undo.
    editor.post(reverse("document_make_latest", args=[poster.pk, 2]), {"began_with": 3})
    assert body(editor.get(version_url(poster, 4))) == TWO_PAGES
    assert body(editor.get(version_url(poster, 3))) == MINIMAL_PDF


def test_going_back_is_refused_when_somebody_has_just_replaced_the_file(editor, poster):
    edit(editor, poster, TWO_PAGES)
    edit(editor, poster, picture(), name="poster.png")
    response = editor.post(
        reverse("document_make_latest", args=[poster.pk, 1]), {"began_with": 2}, follow=True
    )
    assert "Jo Bell replaced the file" in response.content.decode()
    poster.refresh_from_db()
    assert poster.version == 3


def test_going_back_to_a_file_that_is_gone_changes_nothing(editor, poster):
    first = poster.file.name
    edit(editor, poster, TWO_PAGES)
    default_storage.delete(first)
    response = editor.post(
        reverse("document_make_latest", args=[poster.pk, 1]), {"began_with": 2}, follow=True
    )
    assert "can&#x27;t be read. Nothing has changed." in response.content.decode()
    poster.refresh_from_db()
    assert poster.version == 2
    assert default_storage.exists(poster.thumbnail.name)


def test_there_is_no_going_back_to_what_never_was(editor, poster):
    for number in (1, 7):
        url = reverse("document_make_latest", args=[poster.pk, number])
        assert editor.get(url).status_code == 404
        assert editor.post(url).status_code == 404


@pytest.mark.parametrize("screen", ["document_versions", "document_make_latest"])
def test_only_those_who_may_change_a_document_see_its_history(screen, client, editor, poster):
    edit(editor, poster, TWO_PAGES)
    arguments = [poster.pk, 1] if screen == "document_make_latest" else [poster.pk]
    url = reverse(screen, args=arguments)
    client.logout()
    assert "login" in client.get(url).url
    client.force_login(UserFactory())
    assert client.get(url).status_code == 302
    client.post(url)
    poster.refresh_from_db()
    assert poster.version == 2


def test_the_date_of_a_version_is_when_it_became_the_latest(editor, poster):
    Document.objects.update(dated=datetime.fromisoformat("2026-01-02T03:04:05+00:00"))
    edit(editor, poster, TWO_PAGES)
    assert poster.versions.get().dated.isoformat() == "2026-01-02T03:04:05+00:00"
