"""What a person may do with the link in their emails."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.core.serializers import serialize
from wagtail.models import ModelLogEntry

from programme.models import SignUp, SignUpChoice, SignUpMessage, SignUpNote
from programme.sign_ups import links
from programme.tasks import send_message

SECRETS = ["Amina", "amina", "Polish", "likes tea"]


@pytest.fixture
def sign_up(person):
    kept = person.signs_up()
    person.confirms()
    SignUpNote.objects.create(sign_up=kept, text="She likes tea.")
    kept.refresh_from_db()
    return kept


@pytest.fixture
def yours(sign_up, person):
    return person.link("yours")


def test_a_person_sees_what_is_held_and_until_when(yours, person):
    content = person.client.get(yours).content.decode()
    for words in ("Amina", "I speak Polish.", "Meetings", "New, since", "23 November 2028"):
        assert words in content


def test_notes_of_staff_are_not_shown_but_mentioned(yours, person):
    content = person.client.get(yours).content.decode()
    assert "likes tea" not in content
    assert "short notes" in content


def test_a_person_can_download_everything_as_json(yours, person):
    response = person.client.get(f"{yours}download/")
    assert response.headers["Content-Type"] == "application/json"
    assert "attachment" in response.headers["Content-Disposition"]
    copy = json.loads(response.content)
    assert copy["email"] == "amina@example.org"
    assert {"question": "Name", "answer": "Amina"} in copy["answers"]
    assert copy["kept_until"] == "2028-11-23"
    assert [message["what"] for message in copy["messages"]] == ["Please confirm", "Welcome"]


class TestChanging:
    def change(self, person, yours, **answers):
        data = {
            "name": "Amina O",
            "email": "amina@example.org",
            "how_would_you_like_to_take_part": ["Online", "At home"],
            **answers,
        }
        return person.post(f"{yours}change/", data, follow=True)

    def test_starts_from_what_is_held(self, yours, person):
        content = person.client.get(f"{yours}change/").content.decode()
        assert 'value="Amina"' in content
        assert "I speak Polish." in content
        assert 'value="Meetings"' in content
        assert "checked" in content

    def test_keeps_the_new_answers(self, yours, person, sign_up):
        assert "kept your changes" in self.change(person, yours).content.decode()
        sign_up.refresh_from_db()
        assert sign_up.name == "Amina O"
        assert set(sign_up.choices.values_list("value", flat=True)) == {"Online", "At home"}

    def test_refuses_a_mistake_and_loses_nothing(self, yours, person, sign_up):
        response = self.change(person, yours, email="wrong", name="Amina the Second")
        assert response.status_code == 422
        assert "Amina the Second" in response.content.decode()
        sign_up.refresh_from_db()
        assert sign_up.name == "Amina"

    def test_leaves_answers_to_questions_that_are_gone(self, page, yours, person, sign_up):
        page.form_fields.get(label="Anything else").delete()
        self.change(person, yours)
        sign_up.refresh_from_db()
        assert sign_up.answers[-1]["answer"] == "I speak Polish."

    def test_is_in_the_log_without_the_answers(self, yours, person, sign_up):
        self.change(person, yours)
        entry = ModelLogEntry.objects.filter(action="programme.sign_up.corrected").get()
        assert "Amina" not in f"{entry.label}{entry.data}"

    class TestToANewAddress:
        @pytest.fixture
        def changed(self, yours, person, sign_up):
            TestChanging().change(person, yours, email="new@example.org")
            return sign_up

        def test_waits_until_it_is_confirmed(self, changed, person):
            changed.refresh_from_db()
            assert (changed.email, changed.new_email) == ("amina@example.org", "new@example.org")
            assert "new@example.org" not in str(changed.answers)
            assert mail.outbox[-1].to == ["new@example.org"]

        def test_is_used_from_then_on_and_old_links_stop(self, changed, yours, person):
            assert person.client.get(person.link("new-address")).status_code == 200
            person.post(person.link("new-address"))
            changed.refresh_from_db()
            assert (changed.email, changed.new_email) == ("new@example.org", "")
            assert "new@example.org" in str(changed.answers)
            assert person.client.get(yours).status_code == 404

        def test_can_be_taken_back(self, changed, yours, person):
            link = person.link("new-address")
            TestChanging().change(person, yours)
            assert person.client.get(link).status_code == 404


class TestWithdrawing:
    def test_asks_first(self, yours, person):
        assert "can’t be undone" in person.client.get(f"{yours}withdraw/").content.decode()
        assert SignUp.objects.get().is_held

    def test_says_goodbye(self, yours, person):
        response = person.post(f"{yours}withdraw/", follow=True)
        assert "Everything is erased" in response.content.decode()

    def test_leaves_nothing_about_the_person_in_any_table(self, yours, person, sign_up, caplog):
        person.post(f"{yours}withdraw/")
        rows = [serialize("json", model._base_manager.all()) for model in apps.get_models()]
        for secret in SECRETS:
            assert [row for row in rows if secret in row] == []
            assert secret not in caplog.text
        assert not SignUpChoice.objects.exists()

    def test_leaves_a_line_that_says_when_and_why(self, yours, person, sign_up):
        person.post(f"{yours}withdraw/")
        sign_up.refresh_from_db()
        assert sign_up.status == "withdrawn"
        entry = ModelLogEntry.objects.filter(action="programme.sign_up.erased").get()
        assert entry.data == {"because": "The person withdrew."}
        assert entry.object_id == str(sign_up.pk)

    def test_ends_every_link(self, yours, person):
        confirm = person.link("confirm", message=0)
        person.post(f"{yours}withdraw/")
        for link in (yours, f"{yours}download/", f"{yours}withdraw/", confirm):
            assert person.client.get(link).status_code == 404

    def test_stops_a_message_that_waits(self, yours, person, sign_up):
        waiting = SignUpMessage.objects.create(sign_up=sign_up, kind="welcome")
        person.post(f"{yours}withdraw/")
        sent = len(mail.outbox)
        send_message.call(waiting.pk)
        assert len(mail.outbox) == sent

    def test_works_when_the_form_is_no_longer_public(self, page, yours, person, sign_up):
        page.unpublish()
        assert person.client.get(yours).status_code == 200
        person.post(f"{yours}withdraw/")
        sign_up.refresh_from_db()
        assert not sign_up.is_held


def test_an_old_link_leads_to_a_new_one_at_the_same_address(yours, person):
    person.clock.shift(links.GOOD_FOR[links.YOURS] + timedelta(minutes=1))
    response = person.client.get(yours)
    assert response.status_code == 410
    assert "Amina" not in response.content.decode()
    person.post(yours)
    assert mail.outbox[-1].to == ["amina@example.org"]
    assert person.client.get(person.link("yours")).status_code == 200
