"""Where a document is shown: chosen, linked to, on a shelf, or beside another form of it."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from tests.factories import (
    DocumentFactory,
    MaterialsPageFactory,
    StandardPageFactory,
    UserFactory,
)


@pytest.fixture
def editor(home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def shelf(db):
    return Collection.get_first_root_node().add_child(name="Prints")


@pytest.fixture
def document(home, shelf):
    return DocumentFactory(title="Poster", collection=shelf.add_child(name="Large ones"))


def usage(client, document):
    return client.get(document.usage_url).content.decode()


def chooses(document):
    return [{"type": "document", "value": {"document": document.pk}}]


def shows(collection, heading="Posters"):
    return [{"type": "collection", "value": {"heading": heading, "collection": collection.pk}}]


def test_a_page_that_chooses_it_is_listed(editor, home, document):
    StandardPageFactory(parent=home, title="About", body=chooses(document))
    assert "About" in usage(editor, document)


def test_a_page_whose_text_links_to_it_is_listed(editor, home, document):
    link = f'<p><a linktype="document" id="{document.pk}">Take it</a></p>'
    StandardPageFactory(parent=home, title="About", body=[{"type": "rich_text", "value": link}])
    assert "About" in usage(editor, document)


def test_a_page_that_shows_its_collection_or_one_above_is_listed_with_the_shelf(
    editor, home, document, shelf
):
    MaterialsPageFactory(
        parent=home, title="Materials", body=[*shows(shelf), *shows(document.collection, "Large")]
    )
    elsewhere = Collection.get_first_root_node().add_child(name="Elsewhere")
    MaterialsPageFactory(parent=home, title="Other materials", body=shows(elsewhere))
    content = usage(editor, document)
    assert "Materials" in content
    assert "In the shelf “Posters”, which shows the collection Prints" in content
    assert "In the shelf “Large”, which shows the collection Large ones" in content
    assert "Other materials" not in content


def test_a_page_that_shows_another_form_of_it_is_listed(editor, home, document):
    polish = DocumentFactory(title="Plakat", form_of=document)
    StandardPageFactory(parent=home, title="About", body=chooses(polish))
    content = usage(editor, document)
    assert "About" in content
    assert "as another form of “Plakat”" in content


def test_a_draft_is_signed(editor, home, document):
    StandardPageFactory(parent=home, title="About", live=False, body=chooses(document))
    assert re.search(r"<td[^>]*>\s*Draft\s*</td>", usage(editor, document))


def test_other_documents_of_its_collection_and_its_forms_are_no_places(editor, document):
    DocumentFactory(collection=document.collection, form_of=document)
    assert document.get_usage().count() == 0


def test_versions_are_no_places(editor, document):
    from resources import versions

    versions.move_on(document, document, by=None)
    document.save()
    assert document.get_usage().count() == 0


def test_the_edit_screen_counts_every_page_that_shows_it(editor, home, document, shelf):
    MaterialsPageFactory(parent=home, body=shows(shelf))
    StandardPageFactory(parent=home, body=chooses(document))
    screen = editor.get(reverse("wagtaildocs:edit", args=[document.pk])).content.decode()
    assert "Used 2 times" in screen


def test_a_page_that_the_editor_may_not_open_is_not_named(home, client, document, shelf):
    mine = StandardPageFactory(parent=home, title="Mine", body=chooses(document))
    MaterialsPageFactory(parent=home, title="Theirs", body=shows(shelf, "Secret shelf"))
    group = Group.objects.create(name="One page")
    for name in ("add_document", "change_document"):
        GroupCollectionPermission.objects.create(
            group=group,
            collection=Collection.get_first_root_node(),
            permission=Permission.objects.get(codename=name, content_type__app_label="resources"),
        )
    GroupPagePermission.objects.create(group=group, page=mine, permission_type="change")
    user = UserFactory()
    user.groups.add(group)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    content = usage(client, document)
    assert "Mine" in content
    assert "(Private page)" in content
    assert "Theirs" not in content
    assert "Secret shelf" not in content


@pytest.mark.parametrize("number", [2, 8])
def test_each_place_costs_only_what_wagtail_itself_asks(
    number, editor, home, document, shelf, django_assert_max_num_queries
):
    MaterialsPageFactory(parent=home, body=shows(shelf) * number)
    editor.get(document.usage_url)
    with django_assert_max_num_queries(32):
        editor.get(document.usage_url)


def test_the_list_of_documents_shows_and_filters_kind_and_language(editor):
    DocumentFactory(title="Our poster", kind="poster", language="pl")
    DocumentFactory(title="Our leaflet", kind="leaflet", language="en")
    content = editor.get("/admin/documents/").content.decode()
    assert "Polski" in content
    assert "Leaflet" in content
    for query in ("kind=poster", "language=pl"):
        content = editor.get(f"/admin/documents/results/?{query}").content.decode()
        assert "Our poster" in content
        assert "Our leaflet" not in content


def test_the_list_of_documents_counts_every_page_that_shows_them(editor, home, document, shelf):
    polish = DocumentFactory(title="Plakat", form_of=document)
    MaterialsPageFactory(parent=home, body=shows(shelf))
    StandardPageFactory(parent=home, body=chooses(polish))
    listed = editor.get("/admin/documents/").context["object_list"]
    assert [item.usage_count for item in listed] == [1, 2]  # Plakat, Poster
    assert [item.get_usage().count() for item in listed] == [1, 2]


@pytest.mark.parametrize("number", [2, 12])
def test_a_longer_list_of_documents_costs_no_more_queries(
    number, editor, shelf, django_assert_max_num_queries
):
    for leader in DocumentFactory.create_batch(number, collection=shelf):
        DocumentFactory(form_of=leader)
    editor.get("/admin/documents/")
    with django_assert_max_num_queries(20):
        editor.get("/admin/documents/")
