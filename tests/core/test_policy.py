"""What browsers are told that they may do with what they get from here."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.test import Client

from cms.core.models import SiteSettings
from tests.core.test_settings import WHOLE, start
from tests.factories import DocumentFactory, ImageFactory, StandardPageFactory
from tests.library import made_public

LIVE = (
    "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE",
)  # fmt: skip


def policy(response) -> dict[str, set[str]]:
    """{directive: its sources}"""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in filter(None, parts)}


@pytest.fixture
def page(home):
    return StandardPageFactory(parent=home, title="About", slug="about")


@pytest.mark.parametrize("address", ["/", "/about/", "/search/?q=x", "/nothing/"])
def test_a_page_runs_what_is_served_from_here_and_nothing_written_into_it(address, page, client):
    told = policy(client.get(address))
    assert told["default-src"] == {"'none'"}
    assert told["script-src"] == told["style-src"] == {"'self'"}
    assert told["base-uri"] == told["frame-ancestors"] == {"'none'"}
    assert told["form-action"] == {"'self'"}
    assert not re.search("unsafe|http|[*]", client.get(address)["Content-Security-Policy"])


def test_the_editor_runs_wagtails_own_scripts_and_no_text_as_code(page, admin_client):
    told = policy(admin_client.get(f"/admin/pages/{page.pk}/edit/"))
    assert told["script-src"] == {"'self'", "'unsafe-inline'"}
    assert told["default-src"] == told["base-uri"] == told["frame-ancestors"] == {"'none'"}
    assert told["connect-src"] == told["form-action"] == told["frame-src"] == {"'self'"}


def test_the_editor_may_frame_its_own_preview_and_nobody_else_may(page, admin_client):
    address = f"/admin/pages/{page.pk}/edit/preview/"
    told = policy(admin_client.get(address))
    assert told["frame-ancestors"] == {"'self'"}


def test_the_editor_may_frame_the_front_ends_that_show_drafts(page, admin_client):
    settings = SiteSettings.for_site(page.get_site())
    settings.preview_address = "https://new.example.org/preview/{token}/"
    settings.save()
    told = policy(admin_client.get(f"/admin/pages/{page.pk}/edit/"))
    assert told["frame-src"] == {"'self'", "https://new.example.org"}


def test_the_apis_answers_do_nothing_and_front_ends_elsewhere_may_read_them(page, client):
    for address in ("/api/content/v1/pages/", "/api/v2/pages/"):
        response = client.get(address)
        assert {source for sources in policy(response).values() for source in sources} == {"'none'"}
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_files_run_nothing_and_front_ends_elsewhere_may_show_them(page, client):
    document, image = made_public(DocumentFactory()), made_public(ImageFactory())
    for address in (document.url, f"/media/pictures/{image.pk}"):
        response = client.get(address)
        assert response.status_code == 200
        assert policy(response)["default-src"] == {"'none'"}
        assert "sandbox" in policy(response)
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_fault_is_shown_with_its_own_style(page, monkeypatch):
    monkeypatch.setattr(type(page), "serve", lambda *args: 1 / 0)
    client = Client(raise_request_exception=False)
    response = client.get("/about/")
    assert response.status_code == 500
    style = re.search("<style>(.*?)</style>", response.text, re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy(response)["style-src"] == {"'self'", f"'sha256-{digest}'"}


def test_a_page_asks_for_no_camera_place_or_payment(page, client):
    told = client.get("/about/")["Permissions-Policy"]
    for feature in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{feature}=()" in told


class TestObservatory:
    """The criteria of Mozilla's HTTP Observatory, each at its best: https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring"""

    @pytest.fixture
    def live(self, settings, page):
        """The site as the live settings have it, asked by https."""
        names = ", ".join(f"{name!r}: p.{name}" for name in LIVE)
        told = start(f"import json; print(json.dumps({{{names}}}))", **WHOLE)
        for name, value in json.loads(told.stdout).items():
            setattr(settings, name, value)
        return Client(headers={"host": "testserver"})

    def test_plain_http_leads_to_https_on_the_same_host_first(self, live):
        response = live.get("/about/")
        assert response.status_code in (301, 308)
        assert response["Location"] == "https://testserver/about/"

    def test_https_is_remembered_for_a_year_and_may_be_preloaded(self, live):
        told = live.get("/", secure=True)["Strict-Transport-Security"]
        assert int(re.search(r"max-age=(\d+)", told)[1]) >= 31_536_000
        assert "includeSubDomains" in told
        assert "preload" in told

    def test_the_policy_is_strict_and_denies_by_default(self, live):
        told = policy(live.get("/", secure=True))
        assert told["default-src"] == {"'none'"}
        assert all("unsafe" not in source for sources in told.values() for source in sources)

    def test_no_page_is_framed_or_sniffed_and_no_address_is_told_to_others(self, live):
        response = live.get("/", secure=True)
        assert policy(response)["frame-ancestors"] == {"'none'"}
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] in ("no-referrer", "same-origin")
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_no_other_origin_is_let_in_and_no_script_comes_from_elsewhere(self, live):
        response = live.get("/", secure=True, headers={"Origin": "https://evil.example.org"})
        assert "Access-Control-Allow-Origin" not in response
        assert not re.search(r'<script[^>]+src="(https?:)?//', response.text)

    def test_readers_get_no_cookie_and_editors_cookies_are_closed(self, live, admin_user):
        assert not live.get("/", secure=True).cookies
        about = {"username": admin_user.get_username(), "password": "password"}
        assert live.post("/admin/login/", about, secure=True).status_code == 302
        assert {"sessionid", "csrftoken"} == set(live.cookies)
        assert live.cookies["sessionid"]["httponly"]
        for cookie in live.cookies.values():
            assert cookie["secure"]
            assert cookie["samesite"] == "Lax"
