"""Drafts in outside front ends: what an editor types, and what a server may read."""

import json
import re
from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site, get_page_models

from cms.api.content.api import PREFIX
from cms.api.models import Scope, Token
from cms.core.models import KeptDraft, PreviewLink, SiteSettings
from cms.core.models.page import IN_THE_FRONT_END
from tests.blocks import empty_stream, stream_fields, whole_stream
from tests.factories import (
    HomePageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
    UserFactory,
    user_in,
)
from tests.whole_pages import make

from .contract import keeps_to_it, read

PAGE_TYPES = [model for model in get_page_models() if model is not Page]
FRONT_END = "https://front.example.org"


def shows_drafts_at(site, address=f"{FRONT_END}/preview?token={{token}}"):
    settings = SiteSettings.for_site(site)
    settings.preview_address = address
    settings.save()


@pytest.fixture
def site(home):
    site = Site.objects.get()
    shows_drafts_at(site)
    return site


@pytest.fixture
def editor(home, client):
    user = user_in("Editors")
    client.force_login(user)
    return user


def token_of(response) -> str:
    assert response.status_code == 302
    place, _, token = response["Location"].partition("?token=")
    assert place == f"{FRONT_END}/preview"
    return token


def typed(client, page, **changes) -> dict:
    """The form of a page as the browser sends it, with `changes` typed in."""
    form = client.get(f"/admin/pages/{page.pk}/edit/").context["form"]
    values = {}
    for part in [
        form,
        *(
            each
            for formset in form.formsets.values()
            for each in [formset.management_form, *formset.forms]
        ),
    ]:
        for field in part:
            value = field.value()
            if hasattr(value, "stream_block"):
                values[f"{field.html_name}-count"] = "0"
            elif value is not None and value is not False:
                values[field.html_name] = value
    return values | changes


def previews(client, page, **changes) -> str:
    """What the front end is given when an editor has typed `changes`."""
    address = f"/admin/pages/{page.pk}/edit/preview/"
    answer = client.post(address, typed(client, page, **changes)).json()
    assert answer == {"is_valid": True, "is_available": True}
    return token_of(client.get(address, {"mode": IN_THE_FRONT_END, "in_preview_panel": "true"}))


def a_token(user, page):
    request = RequestFactory().get("/admin/")
    request.user = user
    return token_of(page.make_preview_request(request, IN_THE_FRONT_END, {"is_editing": True}))


class TestWhatAnEditorTypes:
    def test_is_read_by_the_front_end_before_it_is_saved(self, site, editor, client, home):
        page = StandardPageFactory(parent=home, title="Meetings", slug="meetings")
        token = previews(client, page, title="Meetings for all", summary="Come as you are.")
        body = read(Client(), f"/preview/{token}/", include="menus,settings")
        assert body["page"]["title"] == "Meetings for all"
        assert body["page"]["summary"] == "Come as you are."
        assert body["page"]["id"] == page.pk
        assert body["seo"]["canonical"] == "http://testserver/meetings/"
        assert {"menus", "settings", "alternates", "preview_ends_at"} <= body.keys()
        assert Page.objects.get(pk=page.pk).title == "Meetings"
        assert page.revisions.count() == 0

    def test_is_read_anew_as_the_panel_follows_it(self, site, editor, client, home):
        page = StandardPageFactory(parent=home)
        first = previews(client, page, title="First")
        second = previews(client, page, title="Second")
        # What is open in a tab of its own shows the newest too, and nothing piles up.
        for token in (first, second):
            assert read(Client(), f"/preview/{token}/")["page"]["title"] == "Second"
        assert KeptDraft.objects.count() == 1

    def test_is_apart_for_each_editor(self, site, editor, client, home):
        page = StandardPageFactory(parent=home)
        mine = previews(client, page, title="Mine")
        other = Client()
        other.force_login(user_in("Publishers"))
        theirs = previews(other, page, title="Theirs")
        assert read(Client(), f"/preview/{mine}/")["page"]["title"] == "Mine"
        assert read(Client(), f"/preview/{theirs}/")["page"]["title"] == "Theirs"

    def test_an_old_version_is_shown_as_it_was_though_the_draft_is_open(
        self, site, editor, client, home
    ):
        page = StandardPageFactory(parent=home, title="Then")
        old = page.save_revision()
        page.title = "Now"
        page.save_revision()
        address = f"/admin/pages/{page.pk}"
        tokens = [
            token_of(client.get(f"{address}/revisions/{old.pk}/view/")),
            token_of(client.get(f"{address}/view_draft/")),
            previews(client, page, title="Typed"),
        ]
        titles = [read(Client(), f"/preview/{token}/")["page"]["title"] for token in tokens]
        assert titles == ["Then", "Now", "Typed"]

    def test_is_not_in_the_log_of_what_readers_see(self, site, editor, client, home):
        from cms.events.log import newest

        page = StandardPageFactory(parent=home)
        before = newest()
        previews(client, page, title="Typed")
        assert newest() == before


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_every_page_type_can_be_read_as_a_draft(model, site, library, home, client):
    values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
    page = make(model, home, **values)
    assert page.preview_modes[0] == (IN_THE_FRONT_END, "In the front end")
    assert len(page.preview_modes) > 1
    public = read(client, f"/pages/{page.pk}/")
    draft = read(client, f"/preview/{a_token(UserFactory(), page)}/")
    # The addresses of files have keys in a draft: tests/core/test_draft_files.py.
    without_keys = re.sub(r"\?draft=[\w.-]+", "", json.dumps(draft["page"]))
    assert json.loads(without_keys) == public


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_a_page_that_was_never_saved_can_be_read_too(model, site, library, home, client):
    values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
    example = make(model, home)
    new = model.from_serializable_data(example.serializable_data())
    # As Wagtail makes a page for the preview on the screen of a new one.
    new.pk = new.id = None
    new.path, new.depth, new.numchild = home.path + "ZZZZ", home.depth + 1, 0
    new.slug, new.live, new.first_published_at = "new", False, None
    for name, value in values.items():
        setattr(new, name, value)
    new.set_url_path(home)
    body = read(client, f"/preview/{a_token(UserFactory(), new)}/")
    assert body["page"]["id"] == 0
    assert body["page"]["url"] == body["seo"]["canonical"] == "http://testserver/new/"
    assert body["page"]["title"] == example.title
    steps = body["seo"]["json_ld"]["breadcrumb"]["itemListElement"]
    assert [step["name"] for step in steps] == [home.title, example.title]


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_a_draft_whose_blocks_were_just_added_and_are_empty_is_answered(model, site, home, client):
    page = make(model, home)
    for field in stream_fields(model):
        setattr(page, field.name, empty_stream(model, field.name))
    response = client.get(f"{PREFIX}preview/{a_token(UserFactory(), page)}/")
    assert response.status_code == 200
    for field in stream_fields(model):
        answer = response.json()["page"][field.name]
        assert len(answer) == len(field.stream_block.child_blocks)


def test_the_screen_of_a_new_page_offers_the_front_end(site, editor, client, home):
    page = client.get(f"/admin/pages/add/home/standardpage/{home.pk}/")
    assert "In the front end" in page.content.decode()
    address = f"/admin/pages/add/home/standardpage/{home.pk}/preview/"
    form = {
        "title": "A new page", "slug": "a-new-page", "summary": "Soon.", "body-count": "0",
        "content_owner_name": "Robin", "content_owner_email": "robin@example.org",
    } | {
        f"comments-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")
    }  # fmt: skip
    assert client.post(address, form).json()["is_valid"]
    token = token_of(client.get(address, {"mode": IN_THE_FRONT_END}))
    assert read(Client(), f"/preview/{token}/")["page"]["title"] == "A new page"


def test_without_a_preview_address_drafts_are_shown_here(home, editor, client):
    page = StandardPageFactory(parent=home)
    assert page.preview_modes == [("", "Default")]
    content = client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "In the front end" not in content
    address = f"/admin/pages/{page.pk}/edit/preview/"
    client.post(address, typed(client, page))
    # As a screen asks that was opened while there was one.
    response = client.get(address, {"mode": IN_THE_FRONT_END})
    assert response.status_code == 200
    assert f"<h1>{page.title}" in response.content.decode()
    assert not KeptDraft.objects.exists()


class TestADraftDoesNotTellMoreThanItShows:
    def test_links_to_what_is_not_public_are_absent(self, site, home, client):
        hidden = StandardPageFactory(parent=home, title="Hidden plans", live=False)
        private = StandardPageFactory(parent=home, title="Private notes")
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        links = "".join(f'<a linktype="page" id="{each.pk}">go</a>' for each in (hidden, private))
        link = {"text": "More", "page": hidden.pk, "url": ""}
        card = {"title": "A card", "text": "Words.", "image": None, "link": link}
        page = StandardPageFactory(
            parent=home,
            live=False,
            body=[
                {"type": "rich_text", "value": f"<p>{links}</p>"},
                {"type": "cards", "value": {"cards": [card]}},
            ],
        )
        body = json.dumps(read(client, f"/preview/{a_token(UserFactory(), page)}/"))
        assert "go" in body
        for secret in (hidden, private):
            assert secret.title not in body
            assert secret.slug not in body

    def test_an_unpublished_section_lists_only_what_is_public(self, site, home, client):
        toolkit = ToolkitPageFactory(parent=home, live=False)
        ToolkitChapterPageFactory(parent=toolkit, title="Chapter in public")
        ToolkitChapterPageFactory(parent=toolkit, title="Chapter to come", live=False)
        body = json.dumps(read(client, f"/preview/{a_token(UserFactory(), toolkit)}/"))
        assert "Chapter in public" in body
        assert "Chapter to come" not in body


class TestATokenDoesNotWork:
    @pytest.fixture
    def draft(self, site, home):
        return StandardPageFactory(parent=home, title="Secret", live=False)

    @pytest.fixture
    def token(self, draft):
        return a_token(UserFactory(email="editor@example.org"), draft)

    def is_refused(self, token, **headers):
        response = Client().get(f"{PREFIX}preview/{token}/", headers=headers)
        body = keeps_to_it(response, f"/preview/{token}/", 404)
        assert body["detail"] == "There is nothing at this address."
        assert response["Cache-Control"] == "no-store"

    def test_after_fifteen_minutes(self, token, monkeypatch):
        read(Client(), f"/preview/{token}/")
        later = timezone.now() + timedelta(minutes=15, seconds=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        self.is_refused(token)

    def test_when_a_letter_is_altered(self, token):
        for place in (0, -1, len(token) // 2):
            letter = "0" if token[place] != "0" else "1"
            altered = list(token)
            altered[place] = letter
            self.is_refused("".join(altered))

    def test_when_it_is_made_up_or_made_for_something_else(self, token):
        value = token.rpartition(":")[0]
        self.is_refused(signing.Signer(salt="programme.sign_ups.form").sign(value))
        self.is_refused(signing.Signer(key="guessed", salt="cms.core.preview.draft").sign(value))
        self.is_refused(f"{value}:{'A' * 43}")

    def test_when_whoever_it_was_made_for_has_no_account_any_more(self, token):
        KeptDraft.objects.get().user.delete()
        self.is_refused(token)

    def test_when_their_account_is_switched_off(self, token):
        user = KeptDraft.objects.get().user
        user.is_active = False
        user.save()
        self.is_refused(token)

    def test_when_the_page_is_deleted(self, token, draft):
        draft.delete()
        self.is_refused(token)

    def test_on_another_site(self, token, home):
        root = HomePageFactory(parent=Page.get_first_root_node(), slug="other")
        Site.objects.create(hostname="other.example.org", root_page=root)
        self.is_refused(token, Host="other.example.org")
        read(Client(), f"/preview/{token}/")


def test_the_answer_is_for_one_reader_and_leaves_no_trace(site, home):
    token = a_token(UserFactory(), StandardPageFactory(parent=home))
    client = Client()
    address = f"{PREFIX}preview/{token}/"
    for response in (client.get(address), client.head(address)):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Referrer-Policy"] == "no-referrer"
        assert not response.cookies
        for header in ("ETag", "Last-Modified", "Cache-Tag", "Surrogate-Key"):
            assert header not in response


def test_a_parameter_that_is_not_known_is_refused(site, home):
    token = a_token(UserFactory(), StandardPageFactory(parent=home))
    read(Client(), f"/preview/{token}/", status=400, nope="1")
    read(Client(), f"/preview/{token}/", status=400, include="everything")


def queries(client, address, **headers):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, headers=headers).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_what_a_draft_holds(site, library, home, client):
    counts = []
    user = UserFactory()
    name = "body"
    for times in (1, 4):
        stream = whole_stream(StandardPageFactory._meta.model, name)
        page = StandardPageFactory(parent=home, body=[*stream.raw_data] * times)
        address = f"{PREFIX}preview/{a_token(user, page)}/?include=menus,settings"
        client.get(address)
        counts.append(queries(client, address))
    assert counts[0] == counts[1]
    assert counts[0] <= 20


class TestFromABrowser:
    def origin_allowed(self, path, origin=FRONT_END, method="get"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        response = getattr(Client(), method)(f"{PREFIX}{path}", headers=headers)
        return response.headers.get("Access-Control-Allow-Origin")

    def test_the_front_end_of_the_setting_may_read_previews_and_nothing_else(self, site, home):
        token = a_token(UserFactory(), home)
        for method in ("get", "options"):
            assert self.origin_allowed(f"preview/{token}/", method=method) == FRONT_END
        assert self.origin_allowed("pages/") is None
        assert self.origin_allowed(f"drafts/{home.pk}/") is None

    def test_nobody_else_may(self, site, home):
        token = a_token(UserFactory(), home)
        for origin in ("https://front.example.org.evil.test", "http://front.example.org", "null"):
            assert self.origin_allowed(f"preview/{token}/", origin) is None

    def test_nobody_may_when_drafts_are_shown_here(self, site, home):
        token = a_token(UserFactory(), home)
        shows_drafts_at(site, "")
        assert self.origin_allowed(f"preview/{token}/") is None
        assert self.origin_allowed(f"preview/{token}/", "://") is None


def key_for(*scopes, **values) -> dict:
    token = Token(name=f"{scopes} {values}", scopes=list(scopes), **values)
    key = token.make_key()
    token.save()
    return {"Authorization": f"Bearer {key}"}


class TestDraftsForAServer:
    @pytest.fixture
    def page(self, home):
        page = StandardPageFactory(parent=home, title="In public", slug="plans")
        page.title = "In the draft"
        page.save_revision()
        return page

    def ask(self, page, headers, status):
        path = f"/drafts/{page.pk}/"
        response = Client().get(PREFIX.rstrip("/") + path, headers=headers)
        return response, keeps_to_it(response, path, status)

    def test_the_newest_draft_is_given_to_a_token_with_that_scope(self, page):
        response, body = self.ask(page, key_for(Scope.DRAFTS_READ), 200)
        assert body["title"] == "In the draft"
        assert response["Cache-Control"] == "no-store"
        assert "Authorization" in response["Vary"]
        assert not response.cookies
        assert "ETag" not in response

    def test_a_page_that_was_never_public_has_an_address_too(self, home):
        page = StandardPageFactory(parent=home, title="New", slug="new", live=False)
        Page.objects.filter(pk=page.pk).update(first_published_at=None)
        _, body = self.ask(page, key_for(Scope.DRAFTS_READ), 200)
        assert body["url"] == "http://testserver/new/"
        assert [step["id"] for step in body["breadcrumbs"]] == [home.pk]
        assert body["first_published_at"] is None

    @pytest.mark.parametrize("scopes", [[], [Scope.CONTENT_READ], [Scope.FORMS_WRITE], ["drafts"]])
    def test_another_scope_is_not_enough(self, page, scopes):
        response, body = self.ask(page, key_for(*scopes), 403)
        assert "In the draft" not in str(body)
        assert 'scope="drafts:read"' in response["WWW-Authenticate"]

    def test_without_a_token_that_works_it_is_401(self, page):
        over = key_for(Scope.DRAFTS_READ, expires_on=timezone.localdate() - timedelta(days=1))
        for headers in ({}, {"Authorization": "Bearer nonsense"}, over):
            response, _ = self.ask(page, headers, 401)
            assert response["WWW-Authenticate"].startswith("Bearer")

    def test_who_is_signed_in_to_the_editor_needs_a_token_too(self, page, client):
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(f"{PREFIX}drafts/{page.pk}/").status_code == 401

    def test_a_private_page_is_not_there(self, page, home):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        child = StandardPageFactory(parent=page)
        headers = key_for(Scope.DRAFTS_READ)
        for each in (page, child):
            self.ask(each, headers, 404)

    def test_nor_is_a_page_of_another_site_or_none_at_all(self, page, home):
        root = HomePageFactory(parent=Page.get_first_root_node(), slug="other")
        Site.objects.create(hostname="other.example.org", root_page=root)
        headers = key_for(Scope.DRAFTS_READ)
        self.ask(root, headers, 404)
        self.ask(Page.get_first_root_node(), headers, 404)
        self.ask(Page(pk=999_999), headers, 404)

    def test_the_number_of_queries_does_not_grow(self, library, home, client):
        headers = key_for(Scope.DRAFTS_READ)
        counts = []
        for times in (1, 4):
            stream = whole_stream(StandardPageFactory._meta.model, "body")
            page = StandardPageFactory(parent=home, body=[*stream.raw_data] * times)
            page.save_revision()
            client.get(f"{PREFIX}drafts/{page.pk}/", headers=headers)
            counts.append(queries(client, f"{PREFIX}drafts/{page.pk}/", **headers))
        assert counts[0] == counts[1]
        assert counts[0] <= 18


def test_a_shared_link_is_read_by_the_same_address(site, home):
    page = StandardPageFactory(parent=home, live=False)
    page.title = "Newest"
    page.save_revision()
    link = PreviewLink.objects.create(
        page=page, created_by=user_in("Editors"), ends_at=timezone.now() + timedelta(days=1)
    )
    body = read(Client(), f"/preview/{link.token}/")
    assert body["page"]["title"] == "Newest"
    assert body["preview_ends_at"][:10] == link.ends_at.isoformat()[:10]
    token = link.token
    link.delete()
    read(Client(), f"/preview/{token}/", status=404)
