"""A dangerous act asks for the password again, and loses nothing that was typed."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from wagtail.models import Collection

from cms.accounts.dangerous import DANGEROUS
from cms.core.models import User
from cms.delivery.models import Endpoint
from tests.factories import GetInvolvedPageFactory, SignUpFactory, user_in

PASSWORD = "correct horse battery"
ASKED = "Confirm that it is you"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def boss(client, administrator, sign_in):
    sign_in(client, administrator)
    return client


@pytest.fixture
def a_while():
    """Twenty minutes have gone by since the sign-in."""
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        yield


def leads_somewhere(name, args) -> bool:
    try:
        return bool(reverse(name, args=args))
    except NoReverseMatch:
        return False


def sent_back(response, **more):
    """What the question's form sends."""
    fields = {}
    for name, value in HIDDEN.findall(response.content.decode()):
        if name != "csrfmiddlewaretoken":
            fields.setdefault(name, []).append(value)
    return {**fields, **more}


@pytest.mark.parametrize("name", sorted(DANGEROUS))
def test_each_name_in_the_list_leads_somewhere(name):
    assert leads_somewhere(name, []) or leads_somewhere(name, [1])


def test_nothing_is_asked_in_the_first_minutes(boss):
    assert ASKED not in boss.get("/admin/users/new/").text


@pytest.mark.parametrize(("minutes", "asked"), [(0.5, False), (30, True)])
def test_a_host_whose_clock_is_a_little_behind_does_not_ask_again(boss, minutes, asked):
    with time_machine.travel(timezone.now() - timedelta(minutes=minutes)):
        assert (ASKED in boss.get("/admin/users/new/").text) is asked


def test_what_is_not_dangerous_is_not_asked_about(boss, a_while):
    for address in ("/admin/", "/admin/users/", "/admin/images/", "/admin/account/"):
        assert ASKED not in boss.get(address).text


@pytest.mark.parametrize(
    "address",
    [
        "/admin/users/new/",
        "/admin/users/edit/{user}/",
        "/admin/users/delete/{user}/",
        "/admin/groups/new/",
        "/admin/groups/edit/{group}/",
        "/admin/sites/delete/{site}/",
        "/admin/collections/{collection}/privacy/",
        "/admin/api/token/create/",
        "/admin/delivery/endpoint/create/",
        "/admin/bulk/core/user/delete/?id={user}",
        "/admin/bulk/core/user/set_active_state/?id={user}",
        "/admin/account/second-factor/set-up/",
        "/admin/users/{user}/second-factor/",
    ],
)
def test_a_form_is_shown_after_the_password(address, boss, a_while, home):
    address = address.format(
        user=user_in("Authors").pk,
        group=Group.objects.first().pk,
        site=home.get_site().pk,
        collection=Collection.objects.first().pk,
    )
    question = boss.get(address)
    assert ASKED in question.text
    assert question["Cache-Control"] == "no-store"
    wrong = boss.post(address, sent_back(question, confirm_password="wrong"))
    assert wrong.status_code == 422
    assert "That is not your password." in wrong.text
    right = boss.post(address, sent_back(wrong, confirm_password=PASSWORD))
    assert unquote(right.url) == address
    assert ASKED not in boss.get(address).text


def test_a_form_that_was_open_for_long_is_sent_with_all_that_was_typed(boss, a_while):
    typed = {
        "email": "new@example.org",
        "first_name": "Zoë “Z”",
        "last_name": "O'Neill & <Co>",
        "password1": "a long new password",
        "password2": "a long new password",
        "groups": [
            str(group.pk) for group in Group.objects.filter(name__in=["Authors", "Editors"])
        ],
    }
    question = boss.post("/admin/users/new/", typed)
    assert ASKED in question.text
    assert not User.objects.filter(email="new@example.org").exists()
    fields = {
        name: [unescape(value) for value in values] for name, values in sent_back(question).items()
    }
    response = boss.post("/admin/users/new/", {**fields, "confirm_password": PASSWORD})
    assert response.status_code == 302
    made = User.objects.get(email="new@example.org")
    assert (made.first_name, made.last_name) == ("Zoë “Z”", "O'Neill & <Co>")
    assert made.groups.count() == 2
    assert made.check_password("a long new password")


def test_a_button_goes_on_after_the_password(boss, a_while):
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    before, address = endpoint.secret, f"/admin/delivery/endpoint/secret/{endpoint.pk}/"
    question = boss.post(address)
    assert ASKED in question.text
    boss.post(address, sent_back(question))  # without a password
    endpoint.refresh_from_db()
    assert endpoint.secret == before
    boss.post(address, sent_back(question, confirm_password=PASSWORD))
    endpoint.refresh_from_db()
    assert endpoint.secret != before


def test_people_are_not_exported_or_erased_without_it(client, home, sign_in):
    sign_up = SignUpFactory(page=GetInvolvedPageFactory(parent=home))
    sign_in(client, user_in("Sign-up managers"))
    acts = {
        "/admin/programme/signup/export/": {"query": "", "format": "csv"},
        "/admin/programme/signup/download/": {"sign_ups": sign_up.pk},
        "/admin/programme/signup/erase/": {"sign_ups": sign_up.pk},
    }
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        for address, typed in acts.items():
            question = client.post(address, typed)
            assert ASKED in question.text
            assert "attachment" not in question.get("Content-Disposition", "")
        response = client.post(address, sent_back(question, confirm_password=PASSWORD))
    assert "This goes for good" in response.text


def test_guesses_count_as_those_of_signing_in_do(boss, a_while, noted):
    for _ in range(5):
        response = boss.post(
            "/admin/users/new/", {"confirm_before": "GET", "confirm_password": "wrong"}
        )
    assert response.status_code == 429
    assert noted() == ["sign_in_failed"] * 5 + ["locked"]
    assert noted("sign_in_failed")[0].data["step"] == "confirming"


def test_the_mark_of_the_question_alone_opens_nothing(boss, a_while):
    response = boss.post("/admin/users/new/", {"confirm_before": "POST", "email": "x@example.org"})
    assert ASKED in response.text
    assert not User.objects.filter(email="x@example.org").exists()


def test_a_modal_shows_the_question_within_itself(boss, a_while):
    address = f"/admin/collections/{Collection.objects.first().pk}/privacy/"
    ajax = {"headers": {"x-requested-with": "XMLHttpRequest"}}
    question = boss.get(address, **ajax).json()
    assert question["step"] == "set_privacy"
    assert ASKED in question["html"]
    answer = {"confirm_before": "GET", "confirm_password": PASSWORD}
    form = boss.post(address, answer, follow=True, **ajax).json()
    assert form["step"] == "set_privacy"
    assert ASKED not in form["html"]


def test_strangers_are_sent_to_sign_in(client, home):
    assert client.get("/admin/users/new/").url.startswith("/admin/login/")
