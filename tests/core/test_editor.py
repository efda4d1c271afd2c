"""The editor's screen, where it is ours."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from wagtail.models import Page, get_page_models

from cms.core.models import User
from tests.factories import StandardPageFactory, UserFactory, user_in
from tests.whole_pages import make

PAGE_TYPES = [model for model in get_page_models() if model is not Page]


@pytest.fixture
def admin(home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def test_the_page_explorer_shows_when_a_page_should_be_read_again(admin, home):
    StandardPageFactory(parent=home, review_on=date(2031, 5, 6))
    StandardPageFactory(parent=home, review_on=timezone.localdate() - timedelta(days=1))
    content = admin.get(f"/admin/pages/{home.pk}/").content.decode()
    assert "6 May 2031" in content
    assert content.count("Due ") == 1


class TestPagesToReadAgain:
    def dashboard(self, client, role=None):
        client.force_login(user_in(role) if role else UserFactory(is_superuser=True))
        return client.get("/admin/").content.decode()

    def test_are_on_the_first_screen_while_they_are_due_or_soon(self, home, client):
        home.review_on = timezone.localdate() + timedelta(days=400)
        home.save()
        today = timezone.localdate()
        StandardPageFactory(parent=home, title="Overdue", review_on=today - timedelta(days=9))
        StandardPageFactory(parent=home, title="Soon", review_on=today + timedelta(days=9))
        StandardPageFactory(parent=home, title="Later", review_on=today + timedelta(days=99))
        content = self.dashboard(client, "Editors")
        assert content.index("Overdue") < content.index("Soon")
        assert "Later" not in content
        assert content.count("<strong>Due</strong>") == 1

    def test_are_not_shown_to_those_who_change_no_page(self, home, client):
        assert "Pages to read again" not in self.dashboard(client, "Sign-up managers")

    def test_an_author_sees_only_their_own(self, home, client):
        StandardPageFactory(parent=home, title="Of others", review_on=timezone.localdate())
        content = self.dashboard(client, "Authors")
        assert "Pages to read again" in content
        assert "Of others" not in content


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_every_page_type_opens_in_tabs_and_has_a_live_preview(model, admin, home, library):
    page = make(model, home)
    content = admin.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    for tab in ("Content", "Listing", "Ownership"):
        assert f'href="#tab-{tab.lower()}"' in content
    for mode, _ in page.preview_modes:
        response = page.make_preview_request(preview_mode=mode)
        assert response.status_code == 200


def test_every_block_has_a_live_preview_in_the_block_picker(admin, home, library):
    from tests.blocks import stream_fields

    for model in PAGE_TYPES:
        for field in stream_fields(model):
            for block in field.stream_block.child_blocks.values():
                response = admin.get("/admin/block-preview/", {"id": block.definition_prefix})
                assert response.status_code == 200, block.name
                assert "/static/css/" in response.content.decode()


def test_the_editor_carries_the_organisations_name(admin, home):
    content = admin.get("/admin/").content.decode()
    assert "Co-production Southend" in content
    assert "images/mark-on-plate.svg" in content


def test_an_account_is_made_with_an_email_address(admin):
    response = admin.post(
        "/admin/users/new/",
        {
            "email": "New.Person@example.org",
            "first_name": "New",
            "last_name": "Person",
            "password1": "a long pass phrase",
            "password2": "a long pass phrase",
        },
    )
    assert response.status_code == 302
    assert User.objects.get(email="new.person@example.org").check_password("a long pass phrase")


def test_staff_get_two_cookies_and_no_more(home, client):
    UserFactory(email="robin@example.org", is_superuser=True)
    client.get("/admin/login/")
    client.post(
        "/admin/login/", {"username": "robin@example.org", "password": "correct horse battery"}
    )
    client.get("/admin/")
    assert set(client.cookies) == {"sessionid", "csrftoken"}
