"""A code from a phone, beside the password: for whom, how it is set up, and the ways back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import PageViewRestriction

from tests.factories import StandardPageFactory, user_in

CODE, SET_UP = "/admin/login/code/", "/admin/login/set-up/"
YOURS = "/admin/account/second-factor/"


def codes_on(response) -> list[str]:
    return re.findall(r"<li><code>([a-z2-9-]+)</code></li>", response.content.decode())


class TestWhoMust:
    @pytest.mark.parametrize("role", ["Publishers", None])
    def test_administrators_and_publishers_set_it_up_when_they_next_sign_in(
        self, role, client, home, required, sign_in
    ):
        user = user_in(role, is_superuser=role is None)
        assert sign_in(client, user).url == SET_UP

    @pytest.mark.parametrize("role", ["Authors", "Editors", "Sign-up managers"])
    def test_others_are_let_in(self, role, client, home, required, sign_in):
        assert sign_in(client, user_in(role)).url == "/admin/"

    def test_nobody_must_where_it_is_offered(self, client, person, sign_in, settings):
        settings.SECOND_FACTOR = "offered"
        assert sign_in(client, person).url == "/admin/"

    def test_an_author_who_has_set_it_up_is_asked(self, client, author, required, app, sign_in):
        app.is_set_up_for(author)
        assert sign_in(client, author).url == CODE

    def test_nobody_is_asked_where_it_is_off(self, client, person, app, sign_in, settings):
        settings.SECOND_FACTOR = "off"
        app.is_set_up_for(person)
        assert sign_in(client, person).url == "/admin/"
        assert client.get(YOURS).status_code == 404
        assert "Second factor" not in client.get("/admin/account/").content.decode()


class TestAPasswordAlone:
    """Opens nothing, when a code is asked for."""

    def test_opens_no_page_of_the_editor(self, client, person, required, app, sign_in):
        app.is_set_up_for(person)
        sign_in(client, person)
        assert SESSION_KEY not in client.session
        assert client.get("/admin/").url.startswith("/admin/login/")
        assert client.get(YOURS).url.startswith("/admin/login/")

    def test_opens_no_private_page(self, client, person, required, app, sign_in, home):
        page = StandardPageFactory(parent=home)
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        app.is_set_up_for(person)
        sign_in(client, person)
        assert client.get(page.get_url()).status_code == 302

    def test_is_not_taken_at_the_door_that_wagtail_has_for_private_pages(self, client, home):
        response = client.get("/_util/login/?next=/about/")
        assert response.url == "/admin/login/?next=/about/"
        assert client.post("/_util/login/", {"username": "x"}).status_code == 302

    def test_is_taken_at_no_other_door(self):
        """Fails when Wagtail or another package brings a view of its own that signs people in."""
        from django.contrib.auth.views import LoginView
        from django.urls import get_resolver

        from cms.accounts.views import SignInView

        def views(resolver, prefix=""):
            for pattern in resolver.url_patterns:
                address = prefix + str(pattern.pattern)
                if hasattr(pattern, "url_patterns"):
                    yield from views(pattern, address)
                else:
                    yield address, getattr(pattern.callback, "view_class", None)

        first = {}
        for address, view in views(get_resolver()):
            first.setdefault(address, view)
        doors = {
            view
            for view in first.values()
            if isinstance(view, type) and issubclass(view, LoginView)
        }
        assert doors == {SignInView}

    def test_that_is_changed_meanwhile_ends_the_sign_in(
        self, client, person, required, app, sign_in
    ):
        app.is_set_up_for(person)
        sign_in(client, person)
        person.set_password("quite another one")
        person.save()
        assert client.post(CODE, {"code": app.code()}).url == "/admin/login/"

    def test_is_good_for_ten_minutes(self, client, person, required, app, sign_in):
        app.is_set_up_for(person)
        sign_in(client, person)
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            response = client.post(CODE, {"code": app.code()}, follow=True)
        assert "That took too long. Begin again." in response.content.decode()

    def test_of_somebody_switched_off_meanwhile_is_good_for_nothing(
        self, client, person, required, app, sign_in
    ):
        app.is_set_up_for(person)
        sign_in(client, person)
        person.is_active = False
        person.save()
        assert client.post(CODE, {"code": app.code()}).url == "/admin/login/"


class TestSettingItUp:
    def test_takes_a_picture_a_key_to_type_and_a_code(
        self, client, person, required, app, sign_in, noted
    ):
        sign_in(client, person)
        page = client.get(SET_UP)
        assert "<svg" in page.content.decode()
        app.read(page)
        response = client.post(SET_UP, {"code": app.code()})
        assert len(codes_on(response)) == 10
        assert client.get("/admin/").status_code == 200
        assert noted() == ["signed_in", "second_factor_set_up"]

    def test_shows_the_same_key_until_it_is_done(self, client, person, required, app, sign_in):
        sign_in(client, person)
        app.read(client.get(SET_UP))
        before = app.key
        wrong = client.post(SET_UP, {"code": "000000"})
        assert "That code is not right." in wrong.content.decode()
        app.read(wrong)
        assert app.key == before

    def test_leads_to_the_page_that_was_asked_for(self, client, person, required, app):
        client.post(
            "/admin/login/",
            {
                "username": person.email,
                "password": "correct horse battery",
                "next": "/admin/images/",
            },
        )
        app.read(client.get(SET_UP))
        assert 'href="/admin/images/"' in client.post(SET_UP, {"code": app.code()}).text

    def test_the_codes_can_be_downloaded_and_are_not_shown_again(
        self, client, person, required, app, sign_in
    ):
        sign_in(client, person)
        app.read(client.get(SET_UP))
        response = client.post(SET_UP, {"code": app.code()})
        codes = codes_on(response)
        assert f"data:text/plain;charset=utf-8,{'%0A'.join(codes)}%0A" in response.text
        assert "no-store" in response["Cache-Control"]
        kept = str(list(StaticToken.objects.values()))
        assert not any(code in kept or code.replace("-", "") in kept for code in codes)
        assert codes[0] not in client.get(YOURS).text

    def test_can_be_done_by_anyone_from_their_account(self, client, author, app, noted):
        client.force_login(author)
        assert "/admin/account/second-factor/" in client.get("/admin/account/").text
        app.read(client.get(f"{YOURS}set-up/"))
        assert client.post(f"{YOURS}set-up/", {"code": "123"}).status_code == 422
        assert len(codes_on(client.post(f"{YOURS}set-up/", {"code": app.code()}))) == 10
        assert noted()[-1] == "second_factor_set_up"

    def test_anew_ends_the_old_phone_and_the_old_recovery_codes(self, client, author, app):
        app.is_set_up_for(author)
        client.force_login(author)
        assert len(codes_on(client.post(f"{YOURS}codes/"))) == 10
        old = app.key
        app.read(client.get(f"{YOURS}set-up/"))
        assert TOTPDevice.objects.get(user=author, confirmed=True).bin_key == old
        client.post(f"{YOURS}set-up/", {"code": app.code()})
        assert TOTPDevice.objects.get(user=author).bin_key == app.key != old
        assert StaticToken.objects.filter(device__user=author).count() == 10


class TestACode:
    @pytest.fixture
    def asked(self, client, person, required, app, sign_in):
        app.is_set_up_for(person)
        sign_in(client, person)
        return client

    def test_from_the_app_signs_in(self, asked, app, noted):
        assert asked.post(CODE, {"code": app.code()}).url == "/admin/"
        assert asked.get("/admin/").status_code == 200
        assert noted("signed_in")[0].data["how"] == "password and app"

    def test_may_have_a_blank_in_it(self, asked, app):
        code = app.code()
        assert asked.post(CODE, {"code": f" {code[:3]} {code[3:]}"}).url == "/admin/"

    def test_works_once(self, asked, app, person, sign_in):
        code = app.code()
        asked.post(CODE, {"code": code})
        other = Client()
        sign_in(other, person)
        assert other.post(CODE, {"code": code}).status_code == 200
        assert SESSION_KEY not in other.session

    def test_that_is_wrong_is_answered_kindly_and_has_to_wait_a_second(self, asked, app):
        wrong = "000000" if app.code() != "000000" else "111111"
        assert "That code is not right." in asked.post(CODE, {"code": wrong}).text
        assert "Wait 1 seconds" in asked.post(CODE, {"code": app.code()}).text

    def test_that_is_wrong_five_times_is_followed_by_the_wait(self, asked, app, noted):
        for _ in range(4):
            asked.post(CODE, {"code": "not-a-code-at-all"})
        response = asked.post(CODE, {"code": "not-a-code-at-all"})
        assert response.status_code == 429
        assert asked.post(CODE, {"code": app.code()}).status_code == 429
        assert noted() == ["sign_in_failed"] * 5 + ["locked"]
        assert noted("sign_in_failed")[0].data["step"] == "code"

    def test_is_asked_for_within_minutes_however_many_a_thief_has_tried(
        self, asked, app, person, elsewhere, sign_in
    ):
        """Who has stolen a password must not keep its owner out for days."""
        now = timezone.now()
        for number in range(20):
            now += timedelta(minutes=20)
            with time_machine.travel(now):
                sign_in(elsewhere, person)
                elsewhere.post(CODE, {"code": f"{number:06}"})
        with time_machine.travel(now + timedelta(minutes=5)):
            sign_in(asked, person)
            assert asked.post(CODE, {"code": app.code()}).url == "/admin/"

    def test_from_the_recovery_codes_signs_in_and_works_once(self, client, author, app, sign_in):
        app.is_set_up_for(author)
        client.force_login(author)
        code = codes_on(client.post(f"{YOURS}codes/"))[0]
        client.post("/admin/logout/")
        sign_in(client, author)
        response = client.post(CODE, {"code": code.upper()}, follow=True)
        assert "Codes left: 9." in response.content.decode()
        client.post("/admin/logout/")
        sign_in(client, author)
        assert client.post(CODE, {"code": code}).status_code == 200
        assert SESSION_KEY not in client.session

    def test_of_somebody_else_is_not_taken(self, asked, author, app):
        other = type(app)().is_set_up_for(author)
        assert asked.post(CODE, {"code": other.code()}).status_code == 200


class TestTurningItOff:
    def test_is_for_those_who_need_not_have_it(self, client, author, app, required, noted):
        app.is_set_up_for(author)
        client.force_login(author)
        client.post(f"{YOURS}off/")
        assert not TOTPDevice.objects.exists()
        assert noted()[-1] == "second_factor_off"

    def test_is_not_for_publishers_where_it_is_required(self, client, person, app, required):
        app.is_set_up_for(person)
        client.force_login(person)
        assert "Turn the second factor off" not in client.get(YOURS).text
        client.post(f"{YOURS}off/")
        assert TOTPDevice.objects.exists()


class TestResettingSomebodyElses:
    def test_an_administrator_does_and_it_is_noted(
        self, client, person, administrator, app, required, sign_in, noted
    ):
        app.is_set_up_for(person)
        client.force_login(administrator)
        address = f"/admin/users/{person.pk}/second-factor/"
        assert address in client.get("/admin/users/").text
        assert "Reset their second factor" in client.get(address).text
        client.post(address)
        [entry] = noted("second_factor_reset")
        assert (entry.user, entry.object_id) == (administrator, str(person.pk))
        assert sign_in(Client(), person).url == SET_UP

    def test_nobody_does_who_may_not_change_accounts(self, client, person, author, app):
        app.is_set_up_for(author)
        client.force_login(person)
        client.post(f"/admin/users/{author.pk}/second-factor/")
        assert TOTPDevice.objects.exists()

    def test_an_administrators_is_for_administrators(self, client, home, administrator, app):
        from django.contrib.auth.models import Permission

        manager = user_in("Authors")
        manager.user_permissions.add(Permission.objects.get(codename="change_user"))
        app.is_set_up_for(administrator)
        client.force_login(manager)
        client.post(f"/admin/users/{administrator.pk}/second-factor/")
        assert TOTPDevice.objects.exists()


@pytest.mark.parametrize("many", [1, 12])
def test_the_list_of_users_asks_nothing_more_for_each(
    many, client, administrator, django_assert_max_num_queries
):
    for _ in range(many):
        user_in("Authors")
    client.force_login(administrator)
    client.get("/admin/users/")
    with django_assert_max_num_queries(30):
        client.get("/admin/users/")
