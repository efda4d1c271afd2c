"""What lies in a private collection is refused at every address, not only on pages."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Collection, CollectionViewRestriction

from home.roles import EDITORS
from tests.factories import DocumentFactory, ImageFactory, UserFactory
from tests.factories.users import user_in
from tests.library import made_public


@pytest.fixture
def restriction(home):
    outer = Collection.get_first_root_node().add_child(name="Board papers")
    restriction = CollectionViewRestriction.objects.create(
        collection=outer, restriction_type="groups"
    )
    restriction.groups.add(Group.objects.create(name="Board"))
    outer.add_child(name="Minutes")
    return restriction


@pytest.fixture
def inner(restriction):
    return Collection.objects.get(name="Minutes")


@pytest.fixture
def pictures(inner):
    """Addresses of a rendition and of a document's first page."""
    rendition = ImageFactory(collection=inner).get_rendition("width-40|format-webp")
    return [rendition.url, DocumentFactory(collection=inner).thumbnail_url]


@pytest.fixture
def document(inner):
    return DocumentFactory(collection=inner)


def member():
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Board"))
    return user


def test_its_pictures_are_refused_to_who_may_not_see_them(pictures, client):
    for address in pictures:
        assert client.get(address).status_code == 404
    client.force_login(UserFactory())
    for address in pictures:
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("who", [member, lambda: user_in(EDITORS)])
def test_its_pictures_are_shown_to_its_readers_and_its_editors_and_never_kept(
    who, pictures, client
):
    client.force_login(who())
    for address in pictures:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "private, no-store"
        b"".join(response)


def test_its_pictures_are_refused_again_without_the_rights(pictures, client):
    client.force_login(member())
    b"".join(client.get(pictures[0]))
    client.logout()
    for address in pictures:
        assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404


def test_a_password_shows_the_pictures_too(restriction, pictures, document, client):
    restriction.restriction_type = "password"
    restriction.password = "tide"
    restriction.save()
    assert client.get(pictures[0]).status_code == 404
    client.post(
        f"/documents/authenticate_with_password/{restriction.pk}/",
        {"password": "tide", "return_url": document.url},
    )
    response = client.get(pictures[0])
    assert response.status_code == 200
    b"".join(response)


def test_its_documents_ask_to_sign_in_and_tell_no_name(document, client):
    for address in (document.url, f"/documents/{document.pk}/another-name.pdf"):
        for method in (client.get, client.head):
            response = method(address, headers={"If-None-Match": "*", "Range": "bytes=0-"})
            assert response.status_code == 302
            assert "/login/" in response.headers["Location"]
            assert "ETag" not in response.headers


def test_its_documents_are_given_to_its_readers_and_kept_nowhere(document, client):
    client.force_login(member())
    response = client.get(document.url)
    assert b"".join(response).startswith(b"%PDF")
    assert response.headers["Cache-Control"] == "private, no-store"
    moved = client.get(f"/documents/{document.pk}/another-name.pdf")
    assert moved.headers["Location"] == document.url
    assert moved.headers["Cache-Control"] == "private, no-store"


def test_a_picture_becomes_private_with_its_collection(home, client):
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    address = made_public(DocumentFactory(collection=shelf)).thumbnail_url
    response = client.get(address)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    b"".join(response)
    CollectionViewRestriction.objects.create(collection=shelf, restriction_type="login")
    assert client.get(address).status_code == 404


def test_thumbnails_have_no_other_address(home, client):
    document = made_public(DocumentFactory())
    assert client.get(f"/media/{document.thumbnail.name}").status_code == 404
    old = f"/documents/{document.pk}/thumbnail/0123456789abcdef.webp"
    assert client.get(old).headers["Location"] == document.thumbnail_url
    assert client.get("/documents/404/thumbnail/0123456789abcdef.webp").status_code == 404
    text = DocumentFactory(thumbnail="")
    type(text).objects.filter(pk=text.pk).update(thumbnail="")
    assert client.get(f"/documents/{text.pk}/thumbnail/x.webp").status_code == 404


def test_a_public_picture_costs_one_query_and_an_unchanged_one_no_file(
    home, client, django_assert_num_queries
):
    address = made_public(ImageFactory()).get_rendition("width-40|format-webp").url
    with django_assert_num_queries(1):
        response = client.get(address)
    b"".join(response)
    etag = response.headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
