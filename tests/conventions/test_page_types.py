"""What every page type must have: the house rules that a new one is held to."""

import json

import pytest
from django.template.loader import get_template
from wagtail.models import Page, get_page_models

from cms.core.models import BasePage
from tests.blocks import stream_fields, whole_stream
from tests.factories.pages import FACTORIES
from tests.whole_pages import make

PAGE_TYPES = [model for model in get_page_models() if model is not Page]


@pytest.mark.parametrize("model", PAGE_TYPES)
class TestEveryPageType:
    def test_is_a_base_page(self, model):
        assert issubclass(model, BasePage)

    def test_has_a_factory(self, model):
        assert model in FACTORIES

    def test_has_its_template_on_wagtails_default_path(self, model):
        assert "template" not in model.__dict__ or model.template == (
            f"{model._meta.app_label}/{_snake(model.__name__)}.html"
        )
        get_template(model.template)

    def test_says_where_it_may_stand(self, model):
        assert "parent_page_types" in model.__dict__
        assert "subpage_types" in model.__dict__

    def test_tells_editors_what_it_is_for(self, model):
        assert model.get_page_description()

    def test_has_api_fields_beside_its_own_fields(self, model):
        shown = {getattr(field, "name", field) for field in model.api_fields}
        own = {
            field.name
            for field in model._meta.local_fields
            if not field.name.endswith("_ptr")
            and not field.name.startswith(("content_owner_", "confirm", "staff_"))
        }
        assert own - shown - {"review_on"} == set()

    def test_renders_with_every_block_it_allows(self, model, home, library, client):
        values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
        page = make(model, home, **values)
        response = client.get(page.get_url())
        assert response.status_code == 200
        assert response.content.count(b"<h1") == 1
        assert not response.cookies

    def test_serialises_with_every_block_it_allows(self, model, home, library, client):
        values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
        page = make(model, home, **values)
        response = client.get(f"/api/v2/pages/{page.pk}/")
        assert response.status_code == 200
        json.loads(response.content)


def _snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
