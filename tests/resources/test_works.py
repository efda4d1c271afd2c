"""The same thing in several languages and formats is one work."""

import pytest
from wagtail.models import Collection, CollectionViewRestriction

from cms.core import references
from resources.models import Document
from resources.works import other_public_forms, works
from tests.factories import DocumentFactory, UserFactory


@pytest.fixture
def poster(db):
    return DocumentFactory(title="Poster")


def titles(documents):
    return [document.title for document in documents]


def test_forms_of_one_work_are_shown_as_one(poster):
    polish = DocumentFactory(title="Plakat", form_of=poster)
    leaflet = DocumentFactory(title="Leaflet")
    shown = works([leaflet, polish, poster])
    assert titles(shown) == ["Leaflet", "Poster"]
    assert titles(shown[1].other_forms_shown) == ["Plakat"]
    assert shown[0].other_forms_shown == []


def test_a_work_whose_leader_is_not_there_is_shown_by_the_first_title(poster):
    two = DocumentFactory(title="B", form_of=poster)
    one = DocumentFactory(title="A", form_of=poster)
    (shown,) = works([two, one])
    assert shown.title == "A"
    assert titles(shown.other_forms_shown) == ["B"]


def test_a_document_may_stand_on_two_shelves_with_other_forms(poster):
    polish = DocumentFactory(title="Plakat", form_of=poster)
    (both,) = works([poster, polish])
    (alone,) = works([poster])
    assert titles(both.other_forms_shown) == ["Plakat"]
    assert alone.other_forms_shown == []


def test_works_cost_no_query(poster, django_assert_num_queries):
    DocumentFactory.create_batch(3, form_of=poster)
    documents = list(Document.objects.all())
    with django_assert_num_queries(0):
        works(documents)


def test_other_forms_in_a_private_collection_are_not_named(poster):
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    DocumentFactory(title="Secret", form_of=poster, collection=private.add_child(name="Inner"))
    DocumentFactory(title="Open", form_of=poster)
    other_public_forms([poster])
    assert titles(poster.other_forms_shown) == ["Open"]


@pytest.mark.parametrize("number", [2, 12])
def test_other_forms_of_all_documents_shown_cost_one_query(number, db, django_assert_num_queries):
    leaders = DocumentFactory.create_batch(number)
    for leader in leaders:
        DocumentFactory(title="Other", form_of=leader)
    with references.scope():
        found = references.get_many(Document, [leader.pk for leader in leaders])
        with django_assert_num_queries(2):  # the forms, and the private collections
            for document in found:
                other_public_forms([document])
    assert [titles(document.other_forms_shown) for document in found] == [["Other"]] * number


# How forms are tied ---------------------------------------------------------


def lead(document):
    document.refresh_from_db()
    return document.form_of


def test_a_form_of_a_form_is_a_form_of_the_leader(poster):
    polish = DocumentFactory(form_of=poster)
    word = DocumentFactory(form_of=polish)
    assert lead(word) == poster


def test_a_document_that_is_tied_to_another_brings_its_forms_along(poster):
    leaflet = DocumentFactory()
    polish = DocumentFactory(form_of=leaflet)
    leaflet.form_of = poster
    leaflet.save()
    assert lead(leaflet) == lead(polish) == poster


def test_tying_a_leader_to_one_of_its_forms_changes_nothing(poster):
    polish = DocumentFactory(form_of=poster)
    poster.form_of = polish
    poster.save()
    assert lead(poster) is None
    assert lead(polish) == poster


def test_when_the_leader_is_deleted_the_next_form_takes_the_lead(poster):
    second = DocumentFactory(title="B", form_of=poster)
    first = DocumentFactory(title="A", form_of=poster)
    poster.delete()
    assert lead(first) is None
    assert lead(second) == first


def test_several_deleted_at_once_leave_the_rest_together(poster):
    first, second, third = (DocumentFactory(title=title, form_of=poster) for title in "ABC")
    Document.objects.filter(pk__in=[poster.pk, first.pk]).delete()
    assert lead(second) is None
    assert lead(third) == second


def test_an_editor_ties_documents_with_a_chooser_but_never_to_itself(home, client):
    client.force_login(UserFactory(is_superuser=True))
    poster, polish = DocumentFactory(title="Poster"), DocumentFactory(title="Plakat")
    url = f"/admin/documents/edit/{polish.pk}/"
    assert "document-chooser" in client.get(url).content.decode()
    values = {"title": "Plakat", "began_with": 1, "collection": polish.collection_id}
    response = client.post(url, {**values, "form_of": polish.pk})
    assert "can&#x27;t be another form of itself" in response.content.decode()
    client.post(url, {**values, "form_of": poster.pk})
    assert lead(polish) == poster
