"""Double opt-in: the email, its link, the button, and thanks."""

from datetime import timedelta

import pytest
from django.core import mail

from programme.models import SignUp
from programme.sign_ups import links, messages


def test_the_first_email_asks_to_confirm_as_text_and_as_html(page, person):
    page.confirm_text = "Was it you?\n\nSee https://example.org/ <b>"
    page.save_revision().publish()
    person.signs_up()
    (message,) = mail.outbox
    assert message.to == ["amina@example.org"]
    assert message.subject == page.confirm_subject
    assert "Was it you?" in message.body
    html = message.alternatives[0].content
    assert 'href="https://example.org/"' in html
    assert "&lt;b&gt;" in html
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "/sign-up/confirm/" in html
    assert "/sign-up/yours/" in html
    assert "/sign-up/yours/" in message.body


def test_opening_the_link_confirms_nothing(person):
    """Programs that look for viruses open every link."""
    person.signs_up()
    response = person.client.get(person.link("confirm"))
    assert "Yes, this was me" in response.content.decode()
    assert SignUp.objects.get().status == "unconfirmed"


def test_pressing_the_button_does_and_shows_thanks_and_what_was_sent(page, person):
    person.signs_up()
    response = person.post(person.link("confirm"), follow=True)
    content = response.content.decode()
    assert page.thank_you_title in content
    assert "I speak Polish." in content
    kept = SignUp.objects.get()
    assert kept.status == "new"
    assert kept.confirmed_at is not None


def test_the_second_email_is_staffs_with_what_was_sent(page, person):
    person.signs_up()
    person.confirms()
    message = mail.outbox[-1]
    assert message.subject == page.confirmation_subject
    assert page.confirmation_text in message.body
    assert "I speak Polish." in message.body


def test_staff_are_told_without_a_word_about_the_person(page, person):
    page.staff_emails = "a@example.org, b@example.org"
    page.save_revision().publish()
    person.signs_up()
    assert len(mail.outbox) == 1
    person.confirms()
    (message,) = [each for each in mail.outbox if each.to == ["a@example.org", "b@example.org"]]
    everything = f"{message.subject}{message.body}{message.alternatives[0].content}"
    for secret in ("Amina", "amina", "Polish", "/sign-up/yours/"):
        assert secret not in everything


class TestAgain:
    def test_pressing_twice_changes_nothing_more(self, person):
        person.signs_up()
        link = person.link("confirm")
        person.post(link)
        sent = len(mail.outbox)
        assert person.post(link).status_code == 303
        assert len(mail.outbox) == sent

    def test_opening_it_later_says_that_it_is_done(self, person):
        person.signs_up()
        link = person.link("confirm")
        person.post(link)
        assert "You have confirmed" in person.client.get(link).content.decode()


class TestALinkThatDoesNotWork:
    @pytest.mark.parametrize("kind", ["confirm", "yours", "new-address", "sent"])
    @pytest.mark.parametrize("token", ["x", "a:b:c", "WzEsIjFd:1xVUZ7:YCIv", "%00", "x" * 2000])
    def test_is_said_in_words(self, kind, token, client, page):
        response = client.get(f"/sign-up/{kind}/{token}/")
        assert response.status_code == 404
        assert "This link does not work" in response.content.decode()
        assert not response.cookies

    def test_one_for_another_purpose_is_worth_nothing(self, person):
        person.signs_up()
        token = person.link("confirm").split("/")[-2]
        assert person.client.get(f"/sign-up/yours/{token}/").status_code == 404

    def test_one_that_was_altered_is_worth_nothing(self, person):
        person.signs_up()
        link = person.link("confirm")
        assert person.client.get(link[:-3] + "AA/").status_code == 404

    def test_one_can_not_be_sent_from_another_site(self, person):
        person.signs_up()
        response = person.post(person.link("confirm"), headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403


class TestAnOldLink:
    @pytest.fixture
    def link(self, person):
        person.signs_up()
        link = person.link("confirm")
        person.clock.shift(links.GOOD_FOR[links.CONFIRM] - timedelta(minutes=1))
        assert person.client.get(link).status_code == 200
        person.clock.shift(timedelta(minutes=2))
        return link

    def test_says_so_and_offers_a_new_one(self, link, person):
        response = person.client.get(link)
        assert response.status_code == 410
        assert "Send me a new link" in response.content.decode()

    def test_confirms_nothing(self, link, person):
        person.post(link)
        assert SignUp.objects.get().status == "unconfirmed"

    def test_leads_to_a_new_one_that_does(self, link, person):
        assert "on its way" in person.post(link).content.decode()
        person.confirms()
        assert SignUp.objects.get().status == "new"

    def test_can_not_be_used_to_flood_somebody(self, link, person):
        before = len(mail.outbox)
        for _ in range(messages.MOST_IN_A_DAY + 3):
            person.post(link)
        assert len(mail.outbox) == before + messages.MOST_IN_A_DAY


def test_no_page_behind_a_link_is_kept_by_a_cache_or_sets_a_cookie(person):
    next_page = person.sends().url
    confirm, yours = person.link("confirm"), person.link("yours")
    for path in (next_page, confirm, yours, f"{yours}change/", f"{yours}withdraw/"):
        response = person.client.get(path)
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert not response.cookies
