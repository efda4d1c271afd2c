"""The JSON of each endpoint, whole, beside a file that shows every change of it.

To write the files anew after a change that is meant: `GOLDEN=write make test`.
"""

import json
import os
from pathlib import Path

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, get_page_models

from cms.core.models import Alert
from tests.api.test_golden import counted_from_one, posters, steady  # noqa: F401
from tests.blocks import stream_fields, whole_stream
from tests.factories import GetInvolvedPageFactory
from tests.whole_pages import make

from .contract import document, read

EXPECTED = Path(__file__).parent / "expected"
PAGE_TYPES = [model for model in get_page_models() if model is not Page]
# What `sync/` gives is in the other lists, and its tokens are others each time.
LISTS = [
    path
    for path in document()["paths"]
    if "{" not in path and "by-path" not in path and path != "/sync/"
]
# A word that every database finds in the same places.
QUERIES = {"/search/": {"q": "plakat"}, "/pages/": {"fields": "*"}}


def without_cursor(body):
    return {**body, "next_cursor": None} if "next_cursor" in body else body


def as_promised(name, body):
    file = EXPECTED / f"{name}.json"
    answer = steady(without_cursor(body))
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    assert answer == json.loads(file.read_text())


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_the_json_of_a_whole_page_is_as_promised(model, home, library, client):
    values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
    page = make(model, home, **values)
    as_promised(model._meta.label, read(client, f"/pages/{page.pk}/"))


@pytest.mark.parametrize("path", LISTS)
def test_the_json_of_a_list_is_as_promised(path, posters, home, client):  # noqa: F811
    Redirect.add_redirect("/old/", redirect_to=home)
    Alert.objects.create(title="Closed on Monday", message="Come on Tuesday.", page=home)
    body = read(client, path, **QUERIES.get(path, {}))
    as_promised(path.strip("/"), body)


def test_the_json_of_a_page_at_its_path_is_as_promised(posters, home, client):  # noqa: F811
    body = read(client, "/pages/by-path/", path="/", include="menus,settings")
    as_promised("by-path", body)


def test_the_json_of_a_form_is_as_promised(home, client):
    page = GetInvolvedPageFactory(parent=home)
    as_promised("form", read(client, f"/forms/{page.pk}/"))
