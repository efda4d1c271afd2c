"""What `docs/api.md` shows is what the starter site answers."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from wagtail.models import Page

pytestmark = pytest.mark.xdist_group("starter content")

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```\nGET (\S+)\n```\n\n```json\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture(scope="module")
def starter(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        call_command("load_starter_content", verbosity=0)
        yield
        transaction.set_rollback(True)


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


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "example"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_a_request_of_the_documentation_is_answered_as_shown(address, example, starter):
    meetings = Page.objects.get(slug="meetings")
    address = address.replace("/pages/17/", f"/pages/{meetings.pk}/")
    answer = Client().get(address, headers={"Host": "127.0.0.1:8000"})
    shown_in(json.loads(example), answer.json(), address)
