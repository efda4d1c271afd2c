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
from cms.core.tasks import make_renditions
from tests import first_home

from .contract import read

pytestmark = pytest.mark.xdist_group("starter content")

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```\nGET (\S+)\n```\n\n```json\n(.*?)```", DOCS, re.DOTALL)
# (address, headers, body, what is answered)
POSTS = re.findall(r"```\nPOST (\S+)\n(.*?)\n\n({.*?})\n```\n\n```json\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture(scope="module")
def starter(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        first_home.take_away()
        call_command("load_starter_content", verbosity=0)
        make_renditions.call(Image.objects.earliest("pk").pk)
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
    assert len(EXAMPLES) >= 15
    assert len(POSTS) >= 2


@pytest.mark.parametrize(("address", "example"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_a_request_of_the_documentation_is_answered_as_shown(address, example, site):
    answer = Client().get(_there(address), headers={"Host": "127.0.0.1:8000"})
    shown_in(json.loads(example), answer.json(), address)


@pytest.mark.parametrize(("address", "headers", "body", "example"), POSTS)
def test_a_form_of_the_documentation_is_taken_or_refused_as_shown(
    address, headers, body, example, site
):
    headers = dict(line.split(": ", 1) for line in headers.splitlines())
    media_type = headers.pop("Content-Type")
    answer = Client().post(_there(address), body, content_type=media_type, headers=headers)
    assert answer.json() == json.loads(example)


def _there(address):
    """`address` with the numbers that things have here."""
    for path, slug in (("/pages/17/", "meetings"), ("/forms/5/", "get-involved")):
        address = address.replace(path, f"{path[:7]}{Page.objects.get(slug=slug).pk}/")
    return address


def test_every_page_of_the_site_is_as_its_type_says(site):
    client = Client()
    rows = read(client, "/pages/", fields="*", limit=100)["items"]
    assert {row["type"] for row in rows} == set(TYPES)
    for row in rows:
        path = urlsplit(row["url"]).path
        found = read(client, "/pages/by-path/", path=path, include="menus,settings")
        assert found["page"] == row
