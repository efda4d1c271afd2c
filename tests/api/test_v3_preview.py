"""Wagtail's API v3: not there, until it is switched on; then for those who edit, and no others."""

import os
import subprocess
import sys

import pytest
from wagtail.models import APIToken, Page, PageViewRestriction

from home.roles import AUTHORS, EDITORS, PUBLISHERS, SIGN_UP_MANAGERS
from tests.factories import StandardPageFactory, user_in

ROOT = "/api/v3-preview/"
ADDRESSES = ["pages/", "whoami/", "sites/", "schema/", "images/", "documents/", "redirects/",
             "openapi.json", "docs/", "snippets/core.Alert/"]  # fmt: skip


def bearer(user):
    _, key = APIToken.create_token(user=user, name="A script")
    return {"Authorization": f"Bearer {key}"}


def test_it_is_not_there_unless_it_is_switched_on(home, client):
    headers = bearer(user_in(is_superuser=True))
    for address in ADDRESSES:
        assert client.get(ROOT + address, headers=headers).status_code == 404
    assert client.post(f"{ROOT}pages/", headers=headers).status_code == 404


@pytest.mark.parametrize(("value", "on"), [(None, False), ("False", False), ("True", True)])
def test_it_is_switched_on_in_the_environment(value, on):
    ask = (
        "import django; django.setup(); from django.conf import settings; "
        "from django.apps import apps; "
        "print(settings.WAGTAIL_API_V3_PREVIEW, apps.is_installed('wagtail.api.v3'))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test"}
    if value is not None:
        environment["WAGTAIL_API_V3_PREVIEW"] = value
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [str(on), str(on)]


class TestSwitchedOn:
    @pytest.fixture(autouse=True)
    def _on(self, settings):
        settings.WAGTAIL_API_V3_PREVIEW = True
        settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]

    @pytest.fixture
    def pages(self, home):
        public = StandardPageFactory(parent=home, title="Public")
        draft = StandardPageFactory(parent=home, title="Draft", live=False)
        private = StandardPageFactory(parent=home, title="Private")
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        return public, draft, private

    def test_strangers_get_nothing_at_all(self, pages, client):
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
            for address in [*ADDRESSES, *(f"pages/{page.pk}/" for page in pages)]:
                answer = client.get(ROOT + address, headers=headers)
                assert answer.status_code == 401, address
                assert answer["WWW-Authenticate"] == "Bearer"
                assert answer["Content-Type"] == "application/problem+json"
                assert "no-store" in answer["Cache-Control"]
                assert not answer.cookies

    def test_a_session_alone_opens_nothing(self, pages, client):
        client.force_login(user_in(is_superuser=True))
        for address in ADDRESSES:
            assert client.get(ROOT + address).status_code == 401
        sent = client.post(f"{ROOT}pages/{pages[0].pk}/actions/unpublish/")
        assert sent.status_code == 401
        assert Page.objects.get(pk=pages[0].pk).live

    def test_someone_without_the_editor_gets_nothing(self, pages, client):
        for user in (user_in(None), user_in(EDITORS, is_active=False)):
            answer = client.get(f"{ROOT}pages/", headers=bearer(user))
            assert answer.status_code in (401, 403)

    def test_a_token_that_is_withdrawn_opens_nothing(self, pages, client):
        headers = bearer(user_in(EDITORS))
        assert client.get(f"{ROOT}pages/", headers=headers).status_code == 200
        APIToken.objects.get().revoke()
        assert client.get(f"{ROOT}pages/", headers=headers).status_code == 401

    def test_an_editor_reads_drafts_and_edits_as_in_the_editor(self, pages, client):
        headers = bearer(user_in(EDITORS))
        titles = [
            page["title"] for page in client.get(f"{ROOT}pages/", headers=headers).json()["items"]
        ]
        assert {"Public", "Draft"} <= set(titles)
        draft = Page.objects.get(pk=pages[1].pk)
        sent = client.patch(
            f"{ROOT}pages/{draft.pk}/",
            {"type": "home.StandardPage", "title": "Written by a script"},
            content_type="application/json",
            headers=headers,
        )
        assert sent.status_code == 200, sent.content
        assert draft.get_latest_revision_as_object().title == "Written by a script"
        assert not sent.cookies

    @pytest.mark.parametrize(
        ("role", "may"), [(AUTHORS, False), (SIGN_UP_MANAGERS, False), (PUBLISHERS, True)]
    )
    def test_only_publishers_publish_by_it(self, role, may, pages, client):
        answer = client.post(
            f"{ROOT}pages/{pages[1].pk}/actions/publish/", headers=bearer(user_in(role))
        )
        assert answer.status_code == (200 if may else 403), answer.content
        assert Page.objects.get(pk=pages[1].pk).live is may

    def test_browsers_elsewhere_cannot_read_it(self, pages, client):
        headers = {**bearer(user_in(EDITORS)), "Origin": "https://www.example.org"}
        assert "Access-Control-Allow-Origin" not in client.get(f"{ROOT}pages/", headers=headers)
