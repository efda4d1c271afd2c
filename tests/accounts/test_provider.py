"""Sign-in by the organisation's own accounts, with a provider that runs and answers by HTTP."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from cms.accounts import oidc, watching
from cms.core.models import User
from tests.accounts.running_provider import Provider
from tests.factories import user_in
from tests.ports import free_port

START = "/admin/login/provider/"
GROUPS = {"cms-publishers": "Publishers", "cms-authors": "Authors", "it": "Administrators"}


@pytest.fixture(scope="module")
def running():
    with Provider() as running:
        yield running


@pytest.fixture
def used(settings, running, home):
    """A site that people sign in to by a provider."""
    user_in("Authors", email="first@example.org")  # makes the groups
    oidc._client.cache_clear()
    settings.OIDC_ISSUER = running.issuer
    settings.OIDC_CLIENT_ID = "cms"
    settings.OIDC_CLIENT_SECRET = "a secret of ours"
    settings.OIDC_NAME = "Southend account"
    settings.OIDC_GROUPS = GROUPS
    settings.SECOND_FACTOR = "required"
    return settings


@pytest.fixture
def pat(running):
    """Changes what the provider claims of Pat."""

    def pat(**claims):
        whole = {
            "email": "pat@example.org",
            "email_verified": True,
            "given_name": "Pat",
            "family_name": "Pending",
            "groups": ["staff", "cms-publishers"],
        }
        running.has("pat", **(whole | claims))

    pat()
    return pat


def by_provider(client, running, to="", again=False, sub="pat"):
    """The whole way there and back; the last answer."""
    start = client.get(f"{START}?next={to}{'&again' if again else ''}")
    assert start.status_code == 302
    back = running.agree(start.url, sub)
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def test_there_is_no_button_and_no_such_address_without_a_provider(client, home):
    assert "Sign in with" not in client.get("/admin/login/").text
    assert client.get(START).url == "/admin/login/"
    assert client.get(f"{START}back/?code=1&state=2").url == "/admin/login/"


def test_the_button_leads_there_with_state_nonce_and_challenge(client, used):
    page = client.get("/admin/login/?next=/admin/images/").text
    assert "Sign in with Southend account" in page
    assert f"{START}?next=%2Fadmin%2Fimages%2F" in page
    sent = parse_qs(urlsplit(client.get(START).url).query)
    assert sent["response_type"] == ["code"]
    assert sent["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(sent[name][0]) >= 20


def test_a_new_person_gets_an_account_without_a_password_in_their_group(
    client, used, running, pat, noted
):
    response = by_provider(client, running, to="/admin/images/")
    assert response.url == "/admin/images/"
    assert client.get("/admin/images/").status_code == 200
    user = User.objects.get(email="pat@example.org")
    assert user.get_full_name() == "Pat Pending"
    assert [group.name for group in user.groups.all()] == ["Publishers"]
    assert not user.has_usable_password()
    assert not user.is_superuser
    assert noted("signed_in")[0].data["how"] == "provider"
    assert noted("groups_changed")[0].data == {"added": ["Publishers"]}
    assert noted("account_made")[0].data == {"administrator": False}


def test_who_has_an_account_keeps_it(client, used, running, pat):
    user = user_in(None, email="Pat@Example.org")
    by_provider(client, running)
    assert client.session[SESSION_KEY] == str(user.pk)
    assert User.objects.filter(email__iexact="pat@example.org").count() == 1


def test_groups_follow_the_claims_and_others_are_left_alone(client, used, running, pat):
    user = user_in("Publishers", email="pat@example.org")
    user.groups.add(Group.objects.create(name="Translators"))
    pat(groups=["cms-authors"])
    by_provider(client, running)
    assert {group.name for group in user.groups.all()} == {"Authors", "Translators"}


def test_an_administrator_is_one_who_is_mapped_for_as_long_as_that_is_so(
    client, used, running, pat, administrator
):
    pat(groups="it")
    by_provider(client, running)
    assert User.objects.get(email="pat@example.org").is_superuser
    pat(groups=["cms-authors"])
    by_provider(Client(), running)
    assert not User.objects.get(email="pat@example.org").is_superuser


def test_the_last_administrator_stays_one(client, used, running, pat):
    User.objects.filter(is_superuser=True).delete()
    pat(groups=["it"])
    by_provider(client, running)
    pat(groups=["cms-authors"])
    by_provider(Client(), running)
    assert User.objects.get(email="pat@example.org").is_superuser


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"groups": ["staff"]}, "you may not use this site yet"),
        ({"groups": None}, "you may not use this site yet"),
        ({"email_verified": False}, "has not verified an email address"),
        ({"email_verified": "true"}, "has not verified an email address"),
        ({"email": ""}, "has not verified an email address"),
        ({"iss": "https://elsewhere.example.org"}, "did not work"),
        ({"aud": ["another-client"]}, "did not work"),
        ({"nonce": "one that we have not sent"}, "did not work"),
        ({"exp": int(time.time()) - 3600}, "did not work"),
    ],
)
def test_who_can_not_be_let_in_is_told_why_and_gets_no_account(
    claims, said, client, used, running, pat, noted
):
    pat(**claims)
    response = by_provider(client, running)
    page = client.get(response.url).text
    assert said in page
    assert SESSION_KEY not in client.session
    assert not User.objects.filter(email="pat@example.org").exists()
    assert noted() == ["sign_in_failed"]


def test_an_account_that_is_switched_off_stays_so(client, used, running, pat):
    user_in("Publishers", email="pat@example.org", is_active=False)
    response = by_provider(client, running)
    assert "Your account here has been switched off." in client.get(response.url).text
    assert SESSION_KEY not in client.session


def test_what_somebody_else_was_sent_back_with_is_not_taken(client, used, running, pat):
    """A link that signs a person in to an account of the sender's."""
    start = Client().get(START)
    parts = urlsplit(running.agree(start.url, "pat"))
    response = client.get(f"{parts.path}?{parts.query}")
    assert "did not work" in client.get(response.url).text
    assert SESSION_KEY not in client.session


def test_a_code_is_taken_once(client, used, running, pat):
    start = client.get(START)
    parts = urlsplit(running.agree(start.url, "pat"))
    assert client.get(f"{parts.path}?{parts.query}").url == "/admin/"
    client.post("/admin/logout/")
    client.get(f"{parts.path}?{parts.query}")
    assert SESSION_KEY not in client.session


def test_nobody_is_sent_on_to_another_site(client, used, running, pat):
    assert by_provider(client, running, to="https://evil.example.org/").url == "/admin/"


def test_a_provider_that_is_away_is_said_and_passwords_still_work(
    client, used, administrator, sign_in
):
    used.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
    used.SECOND_FACTOR = "offered"
    response = client.get(START)
    assert "Signing in with Southend account did not work." in client.get(response.url).text
    assert sign_in(client, administrator).url == "/admin/"


def test_nothing_is_asked_of_the_provider_before_somebody_signs_in(client, used):
    used.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
    assert client.get("/admin/login/").status_code == 200


class TestTheSecondFactor:
    def test_is_left_to_the_provider(self, client, used, running, pat):
        assert by_provider(client, running).url == "/admin/"

    @pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
    def test_is_the_providers_where_it_says_so(self, claims, client, used, running, pat):
        used.OIDC_SECOND_FACTOR = ["mfa"]
        pat(**claims)
        assert by_provider(client, running).url == "/admin/"

    def test_is_ours_where_the_provider_says_that_it_had_none(self, client, used, running, pat):
        used.OIDC_SECOND_FACTOR = ["mfa"]
        pat(amr=["pwd"])
        assert by_provider(client, running).url == "/admin/login/set-up/"
        assert SESSION_KEY not in client.session


class TestPasswordsBesides:
    def test_are_taken_of_everyone(self, client, used, author, sign_in):
        assert sign_in(client, author).url == "/admin/"

    def test_may_be_left_to_administrators(self, client, used, author, administrator, sign_in):
        used.LOCAL_PASSWORDS = "administrators"
        used.SECOND_FACTOR = "offered"
        response = sign_in(client, author)
        assert "Sign in with Southend account, below." in response.text
        assert sign_in(client, administrator).url == "/admin/"

    def test_are_taken_of_everyone_without_a_provider(self, client, author, sign_in, settings):
        settings.LOCAL_PASSWORDS = "administrators"
        assert sign_in(client, author).url == "/admin/"


class TestConfirming:
    """Before a dangerous act, who has no password shows the provider who they are."""

    @pytest.fixture
    def boss(self, client, used, running, pat):
        pat(groups=["it"])
        by_provider(client, running)
        with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=True):
            yield client

    def test_leads_there_and_back(self, boss, running, pat):
        page = boss.get("/admin/users/new/").text
        assert "Confirm with Southend account" in page
        assert "Your password" not in page
        assert "prompt=login" in boss.get(f"{START}?again&next=/admin/users/new/").url
        pat(groups=["it"], auth_time=int(time.time()))
        assert (
            by_provider(boss, running, "/admin/users/new/", again=True).url == "/admin/users/new/"
        )
        assert "Confirm that it is you" not in boss.get("/admin/users/new/").text

    def test_a_form_that_was_sent_waits_for_it(self, boss, running, pat):
        question = boss.post("/admin/users/new/", {"email": "new@example.org"})
        assert "opens a new tab" in question.text
        pat(groups=["it"], auth_time=int(time.time()))
        by_provider(boss, running, "/admin/account/confirmed/", again=True)
        assert "go back to where you were" in boss.get("/admin/account/confirmed/").text
        again = boss.post(
            "/admin/users/new/", {"email": "new@example.org", "confirm_before": "POST"}
        )
        assert 'value="new@example.org"' in again.text
        assert "Confirm that it is you" not in again.text

    def test_that_the_provider_did_not_ask_for_anew_counts_for_nothing(self, boss, running, pat):
        pat(groups=["it"], auth_time=int(time.time()) - 3600)
        response = by_provider(boss, running, "/admin/users/new/", again=True)
        assert response.url == "/admin/login/"
        assert "Confirm that it is you" in boss.get("/admin/users/new/").text

    def test_by_somebody_else_counts_for_nothing(self, boss, running, used):
        running.has(
            "sam",
            email="sam@example.org",
            email_verified=True,
            groups=["it"],
            auth_time=int(time.time()),
        )
        by_provider(boss, running, "/admin/users/new/", again=True, sub="sam")
        assert "Confirm that it is you" in boss.get("/admin/users/new/").text


class TestTheDoctor:
    def found(self):
        return [message.msg for message in watching._provider()]

    def test_is_content_with_a_provider_that_answers(self, used):
        assert self.found() == []

    def test_says_what_is_missing(self, used):
        used.OIDC_CLIENT_SECRET = ""
        used.OIDC_GROUPS = {"x": "Nobodies"}
        used.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
        secret, groups, away = self.found()
        assert "OIDC_CLIENT_SECRET is not set" in secret
        assert "Nobodies" in groups
        assert "The provider can't be used." in away

    def test_says_that_the_issuer_has_another_name(self, used, running):
        used.OIDC_ISSUER = f"{running.issuer}/another/.."
        [other] = self.found()
        assert "gives another name" in other

    def test_says_nothing_without_a_provider(self, db):
        assert self.found() == []

    def test_advises_to_say_where_the_proxy_is(self, settings):
        assert list(watching._proxies()) == []
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        [advice] = watching._proxies()
        assert "Set TRUSTED_PROXIES" in advice.hint
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        assert list(watching._proxies()) == []

    def test_advises_the_second_factor_on_a_live_site(self, settings):
        settings.WAGTAILADMIN_BASE_URL = "https://www.example.org"
        [advice] = watching._second_factor()
        assert "SECOND_FACTOR=required" in advice.hint
        settings.SECOND_FACTOR = "required"
        assert list(watching._second_factor()) == []
