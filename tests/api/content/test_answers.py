"""Every endpoint answers as its document says, with whatever a page can hold."""

import pytest
from wagtail.models import Page, get_page_models

from tests.blocks import stream_fields, whole_stream
from tests.whole_pages import make

from .contract import read

PAGE_TYPES = [model for model in get_page_models() if model is not Page]


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_a_page_with_every_block_is_as_its_type_says(model, home, library, client):
    values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
    page = make(model, home, **values)
    body = read(client, f"/pages/{page.pk}/")
    assert body["type"] == model._meta.label
    for field in stream_fields(model):
        assert {block["type"] for block in body[field.name]} == set(field.stream_block.child_blocks)
    read(client, "/pages/", fields="*", limit=100)
    found = read(client, "/pages/by-path/", path=page.get_url(), include="menus,settings")
    assert found["page"] == body


@pytest.mark.parametrize(
    "path",
    ["/menus/", "/settings/", "/alerts/", "/redirects/", "/sitemap/", "/images/", "/partners/",
     "/documents/", "/collections/"],
)  # fmt: skip
def test_every_list_is_as_it_says(path, home, library, client):
    read(client, path)
