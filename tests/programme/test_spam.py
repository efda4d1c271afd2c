"""What keeps machines out, and never a person."""

from datetime import timedelta

import pytest
from django.core import mail

from programme.models import SignUp
from programme.sign_ups import retention, spam, taking, throttle


class TestASuspectSignUp:
    @pytest.mark.parametrize(
        ("sent", "why"),
        [
            ({spam.TRAP: "https://example.com"}, "people do not see"),
            ({"after": 1}, "sooner than a person"),
            ({"anything_else": "www.a.example http://b.example https://c.example"}, "3 web"),
        ],
    )
    def test_is_set_aside_with_the_reason_and_gets_no_email(self, sent, why, person):
        response = person.sends(**sent, follow=True)
        kept = SignUp.objects.get()
        assert kept.status == "spam"
        assert why in kept.suspicion
        assert mail.outbox == []
        assert "A person looks at it" in response.content.decode()

    def test_can_be_rescued_and_is_then_asked_to_confirm(self, person, page):
        person.sends(**{spam.TRAP: "x"})
        kept = SignUp.objects.get()
        with person.on_commit(execute=True):
            taking.move(kept, SignUp.Status.UNCONFIRMED)
        assert kept.suspicion == ""
        person.confirms()
        kept.refresh_from_db()
        assert kept.status == "new"

    def test_two_addresses_on_the_web_are_not_suspect(self, person):
        person.signs_up(anything_else="See https://a.example and www.b.example")
        assert SignUp.objects.get().status == "unconfirmed"


class TestTheTrap:
    def test_is_not_read_out_and_not_reached_by_tab(self, page, client):
        content = client.get(page.get_url()).content.decode()
        trap = content[content.index("form__trap") :][:400]
        assert 'aria-hidden="true"' in trap
        assert 'tabindex="-1"' in trap
        assert 'autocomplete="off"' in trap


class TestTooMany:
    def test_from_one_place_are_told_when_to_come_back(self, person, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 3
        for number in range(3):
            person.signs_up(email=f"person{number}@example.org")
        response = person.sends(email="next@example.org")
        assert response.status_code == 429
        assert 3000 < int(response.headers["Retry-After"]) <= 3600
        content = response.content.decode()
        assert "Try again in" in content
        assert "I speak Polish." in content
        person.clock.shift(timedelta(hours=1))
        assert person.sends(email="next@example.org").status_code == 303

    def test_from_another_place_are_not_held_up(self, person, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 1
        person.signs_up()
        person.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
        person.signs_up(email="other@example.org")

    def test_for_one_address_are_refused_however_it_is_written(self, person, settings):
        settings.SIGN_UPS_FOR_ONE_EMAIL = 2
        person.signs_up()
        person.signs_up(email="AMINA@example.org")
        response = person.sends(email="Amina@Example.org")
        assert response.status_code == 429
        person.clock.shift(timedelta(days=1))
        person.signs_up()

    def test_does_not_count_mistakes(self, person, settings):
        settings.SIGN_UPS_FROM_ONE_PLACE = 1
        for _ in range(3):
            assert person.sends(name="").status_code == 422
        person.signs_up()


class TestWhereASignUpCameFrom:
    def test_is_kept_as_a_digest_only(self, person):
        kept = person.signs_up()
        assert "127.0.0.1" not in kept.sender
        assert len(kept.sender) == 64

    def test_is_another_digest_the_next_day(self, person):
        today = throttle.sender("192.0.2.1")
        assert throttle.sender("192.0.2.1") == today
        person.clock.shift(timedelta(days=1))
        assert throttle.sender("192.0.2.1") != today

    def test_is_forgotten_after_a_day(self, person):
        kept = person.signs_up()
        person.clock.shift(timedelta(days=1, minutes=1))
        retention.purge()
        kept.refresh_from_db()
        assert kept.sender == ""
