"""Files on the local disk: only what is made for readers is handed out by its own address."""

import pytest
from wagtail.models import Collection, CollectionViewRestriction

from tests.factories import DocumentFactory, ImageFactory
from tests.library import made_public


@pytest.fixture
def private(home):
    collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    return DocumentFactory(collection=collection)


def test_a_rendition_is_kept_by_browsers_and_scripts_nothing(home, client):
    rendition = made_public(ImageFactory()).get_rendition("width-40|format-webp")
    response = client.get(rendition.url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "{file}",
        "images/../{file}",
        "images/./../{file}",
        "images/%2e%2e/{file}",
        "images//../{file}",
        "/images/../{file}",
        "images/../../db.sqlite3",
        "images/",
        "thumbnails/../{original}",
        "{original}",
    ],
)
def test_no_way_leads_to_documents_originals_or_elsewhere(path, private, client):
    names = {"file": private.file.name, "original": ImageFactory().file.name}
    assert client.get("/media/" + path.format(**names)).status_code == 404
