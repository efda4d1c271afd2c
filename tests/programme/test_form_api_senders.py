"""Who sends the form over the content API: twice, too often, with a token, from a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.api.content.api import PREFIX
from cms.api.models import Scope, Token
from programme.models import SignUp
from programme.sign_ups import rights
from tests.factories import GetInvolvedPageFactory

from .over_the_api import ANSWERS, bearer, sends


class TestAFormThatIsSentTwice:
    KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"

    def test_with_one_key_is_kept_once_and_answered_the_same(self, person, page, client):
        first = sends(client, page, Idempotency_Key=self.KEY)
        again = sends(client, page, Idempotency_Key=self.KEY)
        assert again.content == first.content
        assert SignUp.objects.count() == 1

    def test_is_not_held_up_by_the_limits(self, page, client, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 1
        sends(client, page, Idempotency_Key=self.KEY)
        sends(client, page, Idempotency_Key=self.KEY)
        sends(client, page, 429)

    def test_with_other_answers_is_refused(self, page, client):
        sends(client, page, Idempotency_Key=self.KEY)
        other = {**ANSWERS, "name": "Ama"}
        body = sends(client, page, 422, other, Idempotency_Key=self.KEY).json()
        assert "Idempotency-Key" in body["errors"][0]["message"]
        assert SignUp.objects.get().name == "Amina"

    def test_for_another_form_or_by_another_program_is_another_one(self, page, home, client):
        sends(client, page, Idempotency_Key=self.KEY)
        sends(client, page, Idempotency_Key=self.KEY, **bearer(Scope.FORMS_WRITE))
        other = GetInvolvedPageFactory(parent=home, slug="other")
        sends(client, other, Idempotency_Key=self.KEY)
        assert SignUp.objects.count() == 3

    def test_after_it_was_withdrawn_leaves_nothing_of_the_first(self, page, client):
        sends(client, page, Idempotency_Key=self.KEY)
        rights.erase(SignUp.objects.get(), rights.BY_THE_PERSON)
        sends(client, page, answers={**ANSWERS, "name": "Ama"}, Idempotency_Key=self.KEY)
        assert [kept.name for kept in SignUp.objects.all()] == ["Ama", ""]

    @pytest.mark.parametrize("key", ["", "short", "x" * 256])
    def test_a_key_that_others_could_guess_is_refused(self, key, page, client):
        body = sends(client, page, 400, Idempotency_Key=key).json()
        assert body["errors"][0]["parameter"] == "Idempotency-Key"
        assert not SignUp.objects.exists()

    def test_without_a_key_it_is_two(self, page, client):
        sends(client, page)
        sends(client, page)
        assert SignUp.objects.count() == 2


class TestTooMany:
    def test_from_one_place_are_told_when_to_come_back(self, person, page, client, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 2
        for number in range(2):
            sends(client, page, answers={**ANSWERS, "email": f"a{number}@example.org"})
        refused = sends(client, page, 429)
        assert 3000 < int(refused["Retry-After"]) <= 3600
        assert "Try again in" in refused.json()["detail"]
        person.clock.shift(timedelta(hours=1))
        sends(client, page)

    def test_for_one_address_are_refused_whoever_sends(self, page, client, settings):
        settings.SIGN_UPS_FOR_ONE_EMAIL = 1
        headers = bearer(Scope.FORMS_WRITE)
        sends(client, page, **headers)
        refused = sends(client, page, 429, {**ANSWERS, "email": "Amina@Example.org"}, **headers)
        assert 80_000 < int(refused["Retry-After"]) <= 86_400

    def test_a_front_ends_own_server_may_send_for_many(self, page, client, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 1
        headers = bearer(Scope.FORMS_WRITE)
        for number in range(3):
            sends(client, page, answers={**ANSWERS, "email": f"a{number}@example.org"}, **headers)
        # And takes nothing from the readers who share its address.
        sends(client, page)

    def test_a_token_for_something_else_is_like_none(self, page, client, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 1
        headers = bearer(Scope.CONTENT_READ, Scope.DRAFTS_READ)
        sends(client, page, **headers)
        sends(client, page, 429, **headers)


class TestATokenThatDoesNotWork:
    @pytest.mark.parametrize("why", ["unknown", "expired", "withdrawn"])
    def test_is_refused(self, why, page, client):
        yesterday = timezone.localdate() - timedelta(days=1)
        headers = bearer(
            Scope.FORMS_WRITE, **({"expires_on": yesterday} if why == "expired" else {})
        )
        if why == "withdrawn":
            Token.objects.all().delete()
        if why == "unknown":
            headers = {"Authorization": "Bearer nonsense"}
        refused = sends(client, page, 401, **headers)
        assert refused["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert not SignUp.objects.exists()


class TestFromABrowser:
    HERE, THERE, FOREIGN = "http://testserver", "https://www.example.org", "https://example.com"

    @pytest.fixture(autouse=True)
    def _allowed(self, settings):
        settings.CORS_ALLOWED_ORIGINS = [self.THERE]

    def test_a_page_at_an_origin_that_is_allowed_asks_first_and_sends(self, page, client):
        first = client.options(
            f"{PREFIX}forms/{page.pk}/submissions/",
            headers={
                "Origin": self.THERE,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers":
                    "authorization, content-type, idempotency-key, if-none-match",
            },
        )  # fmt: skip
        assert first["Access-Control-Allow-Origin"] == self.THERE
        assert "POST" in first["Access-Control-Allow-Methods"]
        allowed = {name.strip() for name in first["Access-Control-Allow-Headers"].split(",")}
        assert {"authorization", "content-type", "idempotency-key", "if-none-match"} <= allowed
        assert "Access-Control-Allow-Credentials" not in first
        sent = sends(client, page, Origin=self.THERE, Sec_Fetch_Site="cross-site")
        assert sent["Access-Control-Allow-Origin"] == self.THERE
        assert "Retry-After" in sent["Access-Control-Expose-Headers"]

    def test_our_own_pages_may_send(self, page, client):
        sends(client, page, Origin=self.HERE, Sec_Fetch_Site="same-origin")
        sends(client, page, Origin=self.HERE)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": FOREIGN, "Sec_Fetch_Site": "cross-site"},
            {"Origin": FOREIGN},
            {"Origin": "null"},
            {"Origin": "https://www.example.org.example.com"},
            {"Sec_Fetch_Site": "cross-site"},
        ],
    )
    def test_others_may_not_and_are_not_told_more(self, headers, page, client):
        refused = sends(client, page, 403, **headers)
        assert "Access-Control-Allow-Origin" not in refused
        assert not SignUp.objects.exists()

    def test_errors_too_can_be_read_by_those_who_are_allowed(self, page, client):
        refused = sends(client, page, 422, {}, Origin=self.THERE)
        assert refused["Access-Control-Allow-Origin"] == self.THERE
