"""Every document of a collection in one ZIP: what is in it, when it is made, who gets it."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from wagtail.models import Collection, CollectionViewRestriction

from resources import archives
from resources.models import CollectionArchive, Document
from tests.factories import DocumentFactory, MaterialsPageFactory, UserFactory
from tests.factories.files import MINIMAL_PDF


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """A block whose changes are committed at its end, and what follows is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def posters(home, committed):
    """A collection on a materials page, with a poster in it and one in a box inside."""
    posters = Collection.get_first_root_node().add_child(name="Posters")
    with committed():
        DocumentFactory(title="Large poster", language="pl", collection=posters)
        DocumentFactory(title="Small poster", collection=posters.add_child(name="To print: A5"))
        page = MaterialsPageFactory(
            parent=home,
            body=[{"type": "collection", "value": {"heading": "P", "collection": posters.pk}}],
        )
        page.save_revision().publish()
    return posters


def address(collection):
    return f"/collections/{collection.pk}/download/"


def taken(client, collection) -> zipfile.ZipFile:
    response = client.get(address(collection))
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(response.getvalue()))


def restrict(collection):
    return CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password="x"
    )


def files(archive):
    return sorted(name for name in archive.namelist() if name != "contents.txt")


class TestWhatIsInIt:
    def test_every_public_document_in_folders_by_collection(self, posters, client):
        archive = taken(client, posters)
        assert archive.testzip() is None
        first, second = files(archive)
        assert "/" in first
        assert first.startswith("To_print_A5/")
        assert archive.read(second) == MINIMAL_PDF

    def test_a_list_in_plain_text(self, posters, client):
        words = taken(client, posters).read("contents.txt").decode()
        assert "Title: Large poster\nKind: Poster\nLanguage: Polski\nSize: " in words
        assert "\nFile: To_print_A5/" in words

    def test_nothing_of_a_private_collection_inside(self, posters, client, committed):
        with committed():
            restrict(posters.get_children().get())
        archive = taken(client, posters)
        assert len(files(archive)) == 1
        assert "Small" not in archive.read("contents.txt").decode()
        assert "To print" not in archive.read("contents.txt").decode()

    def test_names_are_safe_and_none_is_there_twice(self, home):
        collection = Collection.get_first_root_node().add_child(name="All")
        for name in ("../..", "a/b", "A B", "a_b", "…", "x" * 200):
            inside = collection.add_child(name=name)
            for file in ("contents.txt", "POSTER.PDF", "poster.pdf"):
                document = DocumentFactory(collection=inside)
                document.file.name = f"documents/{file}"
                document.save()
            collection.refresh_from_db()
        places = archives._places(collection, archives.documents_of(collection))
        assert len(places) == 18
        assert len({place.casefold() for place in places}) == 18
        for place in places:
            assert not place.startswith(("/", "."))
            assert ".." not in place
            assert "\\" not in place
            assert all(len(part) <= 60 for part in place.split("/"))


class TestWhenItIsMade:
    def built(self):
        return CollectionArchive.objects.get().built_at

    def test_only_once_for_the_same_documents(self, posters, committed):
        before = self.built()
        with committed():
            for document in Document.objects.all():
                document.save()
            posters.save()
        assert self.built() == before

    @pytest.mark.parametrize("change", ["add", "replace", "rename", "move", "delete"])
    def test_again_when_a_document_changes(self, change, posters, client, committed):
        before = CollectionArchive.objects.get().digest
        document = Document.objects.get(title="Large poster")
        with committed():
            if change == "add":
                DocumentFactory(title="New", collection=posters)
            if change == "replace":
                document.file = ContentFile(MINIMAL_PDF + b"\n", name="new.pdf")
                document.read_file()
                document.save()
            if change == "rename":
                document.title = "Very large poster"
                document.save()
            if change == "move":
                document.collection = Collection.get_first_root_node().add_child(name="Attic")
                document.save()
            if change == "delete":
                document.delete()
        assert CollectionArchive.objects.get().digest != before
        count = {"add": 3, "move": 1, "delete": 1}.get(change, 2)
        assert len(files(taken(client, posters))) == count

    def test_again_when_documents_are_moved_many_at_a_time(self, posters, client, committed):
        client.force_login(UserFactory(is_superuser=True))
        document = Document.objects.get(title="Large poster")
        url = "/admin/bulk/resources/document/add_to_collection/"
        with committed():
            client.post(
                f"{url}?id={document.pk}",
                {"collection": Collection.get_first_root_node().pk},
            )
        document.refresh_from_db()
        assert document.collection.is_root()
        assert len(files(taken(client, posters))) == 1

    def test_not_for_a_collection_that_no_page_shows(self, posters, client, committed):
        other = Collection.get_first_root_node().add_child(name="Other")
        with committed():
            DocumentFactory(collection=other)
        assert client.get(address(other)).status_code == 404

    def test_goes_with_the_page_that_shows_it(self, posters, client, committed):
        from resources.models import MaterialsPage

        with committed():
            MaterialsPage.objects.get().unpublish()
        assert client.get(address(posters)).status_code == 404
        assert not CollectionArchive.objects.exists()

    def test_goes_when_the_collection_is_empty(self, posters, client, committed):
        with committed():
            for document in Document.objects.all():
                document.delete()
        assert client.get(address(posters)).status_code == 404

    def test_the_last_one_stays_when_a_file_can_not_be_read(self, posters, client, committed):
        with committed():
            document = DocumentFactory(collection=posters)
            document.file.storage.delete(document.file.name)
        assert "could not be read" in CollectionArchive.objects.get().error
        assert len(files(taken(client, posters))) == 2

    def test_the_file_of_the_one_before_is_deleted(self, posters, committed):
        before = CollectionArchive.objects.get().file
        with committed():
            DocumentFactory(collection=posters)
        assert not before.storage.exists(before.name)


class TestWhoGetsIt:
    def test_a_collection_made_private_has_none_for_anyone(self, posters, client, committed):
        file = CollectionArchive.objects.get().file
        with committed():
            restrict(posters)
        assert client.get(address(posters)).status_code == 404
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(address(posters)).status_code == 404
        assert not file.storage.exists(file.name)

    def test_a_private_collection_answers_like_one_that_is_not_there(self, posters, client):
        """Before the task has run, too."""
        restrict(posters)
        gone = client.get("/collections/999999/download/")
        private = client.get(address(posters))
        assert private.status_code == gone.status_code == 404
        assert private.content == gone.content

    @pytest.mark.parametrize("change", ["private", "deleted", "file"])
    def test_it_is_held_back_from_the_moment_something_in_it_is_no_longer_public(
        self, change, posters, client
    ):
        """The task that makes the next one has not run yet."""
        document = Document.objects.get(title="Small poster")
        if change == "private":
            restrict(document.collection)
        if change == "deleted":
            document.delete()
        if change == "file":  # and no version of it is kept
            Document.objects.filter(pk=document.pk).update(file_hash="another")
        response = client.get(address(posters))
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "60"
        assert "no-store" in response.headers["Cache-Control"]
        assert b"being made" in response.content

    def test_the_last_one_is_served_while_a_new_one_is_made(self, posters, client):
        DocumentFactory(collection=posters)  # the task has not run yet
        assert len(files(taken(client, posters))) == 2

    def test_the_last_one_is_served_when_a_file_is_replaced_and_kept_as_a_version(
        self, posters, client
    ):
        document = Document.objects.get(title="Large poster")
        document.versions.create(
            number=1,
            file=document.file.name,
            filename=document.filename,
            file_size=document.file_size,
            file_hash=document.file_hash,
            dated=document.dated,
        )
        Document.objects.filter(pk=document.pk).update(file_hash="another", version=2)
        assert len(files(taken(client, posters))) == 2

    def test_it_comes_under_the_name_of_its_collection_and_sets_no_cookie(self, posters, client):
        response = client.get(address(posters))
        assert 'filename="Posters.zip"' in response.headers["Content-Disposition"]
        assert not response.cookies
        response.close()
