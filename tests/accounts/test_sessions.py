"""How long people stay signed in, what a password may be, and what readers notice: nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone


def later(**much):
    return time_machine.travel(timezone.now() + timedelta(**much), tick=True)


class TestASession:
    def test_ends_with_the_browser_and_is_for_no_script(self, client, person, sign_in):
        cookie = sign_in(client, person).cookies["sessionid"]
        assert not cookie["max-age"]
        assert not cookie["expires"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_has_a_second_cookie_that_is_for_no_script_either(self, client, home):
        cookie = client.get("/admin/login/").cookies["csrftoken"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_ends_after_an_hour_without_use(self, client, person, sign_in):
        sign_in(client, person)
        with later(minutes=59):
            assert client.get("/admin/").status_code == 200
        with later(minutes=59 + 59):
            assert client.get("/admin/").status_code == 200
        with later(minutes=59 + 59 + 61):
            assert client.get("/admin/").url.startswith("/admin/login/")

    def test_ends_after_12_hours_whatever_happens_and_says_so(self, client, person, sign_in):
        sign_in(client, person)
        for hour in range(1, 25):
            with later(minutes=30 * hour - 1):
                assert client.get("/admin/").status_code == 200
        with later(hours=12, minutes=1):
            response = client.get("/admin/images/", follow=True)
        assert "You were signed in for 12 hours." in response.content.decode()
        assert response.redirect_chain[-1][0] == "/admin/login/?next=/admin/images/"

    def test_is_written_once_a_minute_not_with_each_request(self, client, person, sign_in):
        sign_in(client, person)
        client.get("/admin/account/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/account/")
        assert not [query for query in queries if "UPDATE" in query["sql"]]

    def test_of_other_browsers_ends_when_the_password_changes(self, client, person, sign_in):
        other = Client()
        for browser in (client, other):
            sign_in(browser, person)
        response = client.post(
            "/admin/account/",
            {
                "name_email-first_name": "Pat",
                "name_email-last_name": "Example",
                "locale-preferred_language": "",
                "locale-current_time_zone": "",
                "theme-theme": "system",
                "theme-contrast": "system",
                "theme-density": "default",
                "theme-keyboard_shortcuts": "on",
                "password-old_password": "correct horse battery",
                "password-new_password1": "quite another long one",
                "password-new_password2": "quite another long one",
            },
        )
        assert response.status_code == 302, response.context["panels_by_tab"]
        assert client.get("/admin/").status_code == 200
        assert other.get("/admin/").url.startswith("/admin/login/")


class TestAPassword:
    @pytest.mark.parametrize(
        "taken",
        [
            "three old wooden boats",
            "ALLCAPITALSNOWONE",
            "490155203237518",
            "ein Straßenfest im Mai",
        ],
    )
    def test_may_be_of_any_letters_when_it_is_long(self, taken):
        validate_password(taken)

    @pytest.mark.parametrize("refused", ["Sh0rt!pass", "password1234", "qwertyuiop123"])
    def test_may_not_be_short_or_one_that_everybody_knows(self, refused):
        with pytest.raises(ValidationError):
            validate_password(refused)

    def test_can_be_filled_in_and_pasted_by_a_password_manager(self, client, home):
        page = client.get("/admin/login/").content.decode()
        assert 'autocomplete="username"' in page
        assert 'autocomplete="current-password"' in page
        assert "onpaste" not in page
        assert "Remember me" not in page

    def test_one_does_not_change_ones_own_email_address(self, client, author):
        """A colleague's address could be taken on, and with it what they may do."""
        client.force_login(author)
        assert "name_email-email" not in client.get("/admin/account/").content.decode()


class TestReaders:
    def test_get_no_cookie_and_no_query_of_ours(self, client, home):
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            response = client.get("/")
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        tables = ("session", "axes", "otp_", "core_user")
        assert not [
            query["sql"] for query in queries if any(table in query["sql"] for table in tables)
        ]

    @pytest.mark.parametrize("address", ["/api/v2/pages/", "/api/content/v1/pages/"])
    def test_of_the_apis_neither(self, address, client, home):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies
        assert not [query for query in queries if "session" in query["sql"]]
