"""The JSON of each page type, whole, beside a file that shows every change of the contract.

To write the files anew after a change that is meant: `GOLDEN=write make test`.
"""

import json
import os
import re
from pathlib import Path

import pytest
from wagtail.models import Collection, Page, get_page_models

from resources import archives
from resources.models import CollectionArchive, Document
from tests.blocks import stream_fields, whole_stream
from tests.factories import DocumentFactory, ImageFactory, MaterialsPageFactory, PartnerFactory
from tests.factories.pages import FACTORIES
from tests.whole_pages import make

EXPECTED = Path(__file__).parent / "expected"
PAGE_TYPES = [model for model in get_page_models() if model is not Page]


@pytest.fixture(autouse=True)
def counted_from_one():
    """Titles such as “Picture 3” are the same whatever tests ran before."""
    for factory in (DocumentFactory, PartnerFactory):
        factory.reset_sequence(1, force=True)
    for factory in (*FACTORIES.values(), ImageFactory):  # the home page and its picture come first
        factory.reset_sequence(2, force=True)


def steady(value, key=""):
    """`value` without what differs from run to run: keys and block ids become their names."""
    if isinstance(value, dict):
        return {name: steady(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [steady(part, key) for part in value]
    if key in ("id", "parent", "form_of") and value is not None:
        return "id"
    if isinstance(value, str):
        value = re.sub(
            r"/(pages|documents|images|redirects|collections|forms)/\d+/", r"/\1/id/", value
        )
        value = re.sub(r"/media/pictures/\d+", "/media/pictures/id", value)
        value = re.sub(r"/media/images/[\w.-]+", "/media/images/file", value)
        return re.sub(r"/(poster)_\w+\.pdf", r"/\1.pdf", value)
    return value


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_the_json_of_a_whole_page_is_as_promised(model, home, library, client):
    values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
    page = make(model, home, **values)
    as_promised(model._meta.label, client.get(f"/api/v2/pages/{page.pk}/"))


def as_promised(name, response):
    answer = steady(response.json())
    file = EXPECTED / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    assert answer == json.loads(file.read_text())


def test_the_json_of_a_document_is_as_promised(posters, client):
    document = Document.objects.get(title="Poster")
    as_promised("resources.Document", client.get(f"/api/v2/documents/{document.pk}/"))


def test_the_json_of_collections_is_as_promised(posters, client):
    archives.refresh_all()
    CollectionArchive.objects.update(size=4096)
    as_promised("wagtailcore.Collection", client.get("/api/v2/collections/"))


@pytest.fixture
def posters(home):
    """A document with all that one can have, and a collection in a collection."""
    posters = Collection.get_first_root_node().add_child(name="Posters")
    document = DocumentFactory(
        title="Poster",
        edition="Second edition",
        version=2,
        change_note="A new telephone number.",
        collection=posters,
    )
    document.versions.create(
        number=1, filename="poster.pdf", file="poster.pdf", file_size=200, page_count=1,
        file_hash="x", edition="First edition", dated=document.dated, change_note="",
    )  # fmt: skip
    inside = posters.add_child(name="In Polish")
    DocumentFactory(title="Plakat", language="pl", form_of=document, collection=inside)
    MaterialsPageFactory(
        parent=home,
        body=[{"type": "collection", "value": {"heading": "Posters", "collection": posters.pk}}],
    )
    return posters
