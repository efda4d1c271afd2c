"""The starter site answers as `docs/api.md` shows, and as the types say."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from wagtail.models import Page

from cms.api.content.page_shapes import TYPES
from cms.core.models import Image
from cms.core.renditions import renditions

from .contract import read

pytestmark = pytest.mark.xdist_group("starter content")

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```\nGET (\S+)\n```\n\n```json\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture(scope="module")
def starter(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        call_command("load_starter_content", verbosity=0)
        for image in Image.objects.all():
            renditions(image)  # once, not for each test that shows it
        yield media
        transaction.set_rollback(True)


@pytest.fixture
def site(starter, db, settings):
    settings.MEDIA_ROOT = starter


def shown_in(example, answer, where):
    """Each key of `example` is in `answer`; the words of a title are the same too."""
    if isinstance(example, dict):
        for key, value in example.items():
            assert key in answer, f"{where}.{key}"
            shown_in(value, answer[key], f"{where}.{key}")
    elif isinstance(example, list) and example:
        assert answer, where
        shown_in(example[0], answer[0], f"{where}[0]")
    elif where.endswith((".title", ".type", ".kind", ".status", ".detail")) and example != "…":
        assert answer == example, where


def test_there_are_examples():
    assert len(EXAMPLES) >= 14


@pytest.mark.parametrize(("address", "example"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_a_request_of_the_documentation_is_answered_as_shown(address, example, site):
    meetings = Page.objects.get(slug="meetings")
    address = address.replace("/pages/17/", f"/pages/{meetings.pk}/")
    answer = Client().get(address, headers={"Host": "127.0.0.1:8000"})
    shown_in(json.loads(example), answer.json(), address)


def test_every_page_of_the_site_is_as_its_type_says(site):
    client = Client()
    rows = read(client, "/pages/", fields="*", limit=100)["items"]
    assert {row["type"] for row in rows} == set(TYPES)
    for row in rows:
        path = urlsplit(row["url"]).path
        found = read(client, "/pages/by-path/", path=path, include="menus,settings")
        assert found["page"] == row
