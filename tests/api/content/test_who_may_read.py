"""Who may read the content API: anyone, or only tokens with content:read."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from cms.api.content.api import PREFIX
from cms.api.models import Scope, Token
from tests.factories import GetInvolvedPageFactory, StandardPageFactory

from .contract import document, keeps_to_it, send
from .tokens import key_for

# What everyone may read; drafts have rules of their own (`test_previews`).
PATHS = [
    path
    for path, methods in document()["paths"].items()
    if "get" in methods and not path.startswith(("/preview/", "/drafts/"))
]


def asks(client, path, key=None, **headers):
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    query = {"path": "/"} if "by-path" in path else {"q": "x"} if "search" in path else {}
    return client.get(PREFIX.rstrip("/") + path, query, headers=headers)


def addresses(home):
    """Every address that is read, with the number of something that may be there."""
    for path in PATHS:
        yield path if "{" not in path else path.partition("{")[0] + f"{home.pk}/"


class TestOpen:
    def test_a_token_changes_nothing_but_how_often_one_may_ask(self, home, client):
        key = key_for(Scope.DRAFTS_READ)
        anyone = asks(client, "/menus/")
        for header in (f"Bearer {key}", "Bearer nonsense", "Bearer", "Basic YTpi"):
            answer = asks(client, "/menus/", Authorization=header)
            assert (answer.status_code, answer.content) == (200, anyone.content)
        assert Token.objects.get().last_used_at is not None  # by it the requests were counted
        assert "Authorization" not in anyone["Vary"]
        assert "public" in anyone["Cache-Control"]


class TestClosed:
    @pytest.fixture(autouse=True)
    def _closed(self, settings):
        settings.CONTENT_API_OPEN = False

    def test_every_address_needs_a_token_that_may(self, home, client):
        yesterday = timezone.localdate() - timedelta(days=1)
        others = key_for(Scope.DRAFTS_READ, Scope.FORMS_WRITE)
        old = key_for(Scope.CONTENT_READ, expires_on=yesterday)
        for path in addresses(home):
            missing = asks(client, path)
            keeps_to_it(missing, path, 401)
            assert missing["WWW-Authenticate"] == "Bearer"
            for key in (old, "nonsense"):
                keeps_to_it(asks(client, path, key), path, 401)
            refused = asks(client, path, others)
            keeps_to_it(refused, path, 403)
            assert refused["WWW-Authenticate"] == (
                'Bearer error="insufficient_scope", scope="content:read"'
            )

    def test_a_token_that_may_reads_and_no_shared_cache_keeps_it(self, home, client):
        key = key_for(Scope.CONTENT_READ)
        for path in addresses(home):
            answer = asks(client, path, key)
            assert answer.status_code in (200, 404), path
            if answer.status_code == 200:
                keeps_to_it(answer, path)
                kept = answer["Cache-Control"]
                assert kept in ("private, max-age=0, must-revalidate", "private, no-cache")
                assert "Authorization" in answer["Vary"]

    def test_one_that_is_withdrawn_reads_nothing_more_though_it_has_the_etag(self, home, client):
        for cache in caches.all():
            cache.clear()
        key = key_for(Scope.CONTENT_READ)
        etag = asks(client, "/menus/", key)["ETag"]
        again = asks(client, "/menus/", key, **{"If-None-Match": etag})
        assert again.status_code == 304
        assert "private" in again["Cache-Control"]
        Token.objects.all().delete()
        assert asks(client, "/menus/", key, **{"If-None-Match": etag}).status_code == 401
        assert asks(client, "/menus/").status_code == 401

    def test_it_sees_what_the_public_does_and_no_draft(self, home, client):
        draft = StandardPageFactory(parent=home, live=False)
        key = key_for(*Scope.values)
        keeps_to_it(asks(client, f"/pages/{draft.pk}/", key), f"/pages/{draft.pk}/", 404)

    def test_the_contract_and_its_documentation_stay_open(self, home, client):
        assert asks(client, "/openapi.json").status_code == 200
        assert asks(client, "/docs/").status_code == 200

    def test_forms_are_taken_from_anyone_as_ever(self, home, client):
        page = GetInvolvedPageFactory(
            parent=home, form_fields=[{"label": "Name", "field_type": "singleline"}]
        )
        send(client, f"/forms/{page.pk}/submissions/", {"answers": {"name": "Amina"}})
