"""Tokens by which programs show who they are: made, shown once, used, and at an end."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from cms.api.models import Scope, Token
from cms.api.tokens import TokenRefused, token_from
from home.roles import AUTHORS, EDITORS, PUBLISHERS, SIGN_UP_MANAGERS
from tests.factories import user_in

pytestmark = pytest.mark.django_db
LIST = "/admin/api/token/"
KEY = re.compile(r"cms_[A-Za-z0-9_-]{43}")


@pytest.fixture
def token():
    return Token(name="App", scopes=[Scope.CONTENT_READ, Scope.DRAFTS_READ])


@pytest.fixture
def key(token):
    key = token.make_key()
    token.save()
    return key


class TestUsingOne:
    @pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "  Bearer   {}  "])
    def test_the_header_leads_to_the_token_and_what_it_may(self, token, key, header):
        found = token_from(header.format(key))
        assert found == token
        assert found.allows("drafts:read")
        assert found.allows(Scope.CONTENT_READ)
        assert not found.allows("forms:write")

    @pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Digest a=b"])
    def test_without_one_the_request_is_anyones(self, key, header):
        assert token_from(header) is None

    @pytest.mark.parametrize(
        "change",
        [
            lambda key: "",
            lambda key: key[:-1],
            lambda key: key + "A",
            lambda key: key.swapcase(),
            lambda key: "x" * 10_000,
            lambda key: "ÿ\x00" + key,
        ],
    )
    def test_one_that_is_altered_is_refused(self, key, change):
        with pytest.raises(TokenRefused):
            token_from(f"Bearer {change(key)}")

    def test_its_digest_is_no_key(self, token, key):
        with pytest.raises(TokenRefused):
            token_from(f"Bearer {token.digest}")

    def test_it_works_to_the_end_of_its_last_day(self, token, key):
        today = timezone.localdate()
        Token.objects.update(expires_on=today)
        assert token_from(f"Bearer {key}")
        Token.objects.update(expires_on=today - timedelta(days=1))
        with pytest.raises(TokenRefused):
            token_from(f"Bearer {key}")

    def test_it_is_refused_when_it_has_been_deleted(self, token, key):
        token.delete()
        with pytest.raises(TokenRefused):
            token_from(f"Bearer {key}")

    def test_a_refusal_does_not_say_why(self, token, key):
        said = set()
        for header in ("Bearer nonsense", f"Bearer {key}"):
            Token.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
            with pytest.raises(TokenRefused) as refused:
                token_from(header)
            said.add(str(refused.value))
        assert len(said) == 1

    def test_its_last_use_is_noted_once_a_minute(self, token, key, django_assert_num_queries):
        with django_assert_num_queries(2):
            token_from(f"Bearer {key}")
        with django_assert_num_queries(1):
            token_from(f"Bearer {key}")
        first = Token.objects.get().last_used_at
        assert timezone.now() - first < timedelta(seconds=10)
        Token.objects.update(last_used_at=first - timedelta(minutes=2))
        with django_assert_num_queries(2):
            token_from(f"Bearer {key}")

    @pytest.mark.parametrize("others", [0, 50])
    def test_finding_it_costs_the_same_among_few_and_many(
        self, token, key, others, django_assert_num_queries
    ):
        Token.objects.bulk_create(Token(name=str(n), digest=str(n)) for n in range(others))
        token_from(f"Bearer {key}")
        with django_assert_num_queries(1):
            token_from(f"Bearer {key}")


class TestManagingThem:
    def filled_in(self, **values):
        return {
            "name": "App",
            "scopes": ["content:read", "forms:write"],
            "expires_on": str(timezone.localdate() + timedelta(days=30)),
        } | values

    def test_the_key_is_shown_once_and_is_kept_nowhere(self, client):
        administrator = user_in(None, is_superuser=True)
        client.force_login(administrator)
        response = client.post(f"{LIST}create/", self.filled_in())
        (key,) = KEY.findall(response.content.decode())
        assert "no-store" in response["Cache-Control"]
        found = token_from(f"Bearer {key}")
        assert found.scopes == ["content:read", "forms:write"]
        assert found.created_by == administrator
        assert key not in str(Token.objects.values())
        for address in (
            LIST,
            f"{LIST}edit/{found.pk}/",
            f"{LIST}history/{found.pk}/",
            f"{LIST}delete/{found.pk}/",
            "/admin/reports/site-history/",
        ):
            html = client.get(address).content.decode()
            assert not KEY.search(html)
            assert found.digest not in html

    def test_changing_what_it_may_leaves_the_key_as_it_is(self, client, token, key):
        client.force_login(user_in(None, is_superuser=True))
        client.post(f"{LIST}edit/{token.pk}/", self.filled_in(scopes=["forms:write"]))
        assert token_from(f"Bearer {key}").scopes == ["forms:write"]

    def test_a_scope_that_does_not_exist_is_refused(self, client):
        client.force_login(user_in(None, is_superuser=True))
        client.post(f"{LIST}create/", self.filled_in(scopes=["everything"]))
        assert not Token.objects.exists()

    @pytest.mark.parametrize("role", ["anonymous", AUTHORS, EDITORS, PUBLISHERS, SIGN_UP_MANAGERS])
    def test_others_neither_see_nor_make_any(self, role, client, token, key):
        if role != "anonymous":
            client.force_login(user_in(role))
            assert "API tokens" not in client.get("/admin/").content.decode()
        for address in ("create/", f"edit/{token.pk}/", f"delete/{token.pk}/"):
            response = client.post(LIST + address, self.filled_in(name="Mine"))
            assert response.status_code == 302
            assert not KEY.search(response.content.decode())
        assert Token.objects.get().name == "App"

    def test_the_list_asks_the_database_the_same_for_few_and_for_many(
        self, client, token, key, django_assert_max_num_queries
    ):
        client.force_login(user_in(None, is_superuser=True))
        client.get(LIST)
        with django_assert_max_num_queries(40) as few:
            client.get(LIST)
        Token.objects.bulk_create(Token(name=str(n), digest=str(n)) for n in range(20))
        with django_assert_max_num_queries(len(few)):
            client.get(LIST)
