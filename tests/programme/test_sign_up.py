"""The sign-up form, as a resident meets it."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from programme.models import FormField, SignUp
from programme.sign_ups import tokens
from tests.factories import GetInvolvedPageFactory


def test_the_answers_are_kept_with_their_questions(page, person):
    kept = person.signs_up()
    assert kept.name == "Amina"
    assert kept.email == "amina@example.org"
    assert kept.answers[3] == {
        "name": "how_would_you_like_to_take_part",
        "question": "How would you like to take part",
        "kind": "checkboxes",
        "answer": ["Meetings"],
    }


def test_the_person_is_told_to_look_in_their_email(page, person):
    content = person.sends(follow=True).content.decode()
    assert "One more step" in content
    assert "amina@example.org" in content


def test_an_answer_without_an_address_needs_no_confirmation(home, person):
    person.form = GetInvolvedPageFactory(
        parent=home,
        title="By telephone",
        slug="by-telephone",
        staff_emails="team@example.org",
        form_fields=[
            {"label": "Name", "field_type": "singleline", "autocomplete": "name"},
            {"label": "Telephone", "field_type": "telephone"},
        ],
    )
    response = person.sends(telephone="01632 960 123", follow=True)
    assert person.form.thank_you_title in response.content.decode()
    assert "/sign-up/yours/" in response.content.decode()
    assert SignUp.objects.get().status == "new"
    assert [message.to for message in mail.outbox] == [["team@example.org"]]


class TestTwice:
    def test_a_double_click_makes_one_sign_up(self, person):
        token = person.opens_the_form()
        first = person.sends(token=token)
        second = person.sends(token=token, after=0)
        assert first.status_code == second.status_code == 303
        assert SignUp.objects.count() == 1
        assert len(mail.outbox) == 1

    def test_reloading_the_next_page_sends_nothing_again(self, person):
        next_page = person.sends().url
        person.client.get(next_page)
        person.client.get(next_page)
        assert SignUp.objects.count() == 1

    def test_an_answer_that_was_changed_in_between_is_not_lost(self, person):
        token = person.opens_the_form()
        person.sends(token=token)
        person.sends(token=token, anything_else="I also speak Romanian.")
        assert SignUp.objects.count() == 2


class TestTheTokenInTheForm:
    @pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "\x00", "x" * 10_000])
    def test_without_a_right_one_the_form_comes_back_filled_in(self, token, person):
        response = person.sends(token=token)
        assert response.status_code == 422
        content = response.content.decode()
        assert "where this form came from" in content
        assert "I speak Polish." in content
        assert not SignUp.objects.exists()

    def test_one_for_another_form_does_not_count(self, home, person):
        other = GetInvolvedPageFactory(parent=home, slug="other")
        assert person.sends(token=tokens.make(other)).status_code == 422

    def test_one_that_was_altered_does_not_count(self, person):
        token = person.opens_the_form()
        assert person.sends(token=token[:-2] + "AA").status_code == 422

    def test_after_a_day_the_form_comes_back_and_can_be_sent(self, person):
        response = person.sends(after=tokens.MOST_SECONDS + 1)
        assert response.status_code == 422
        content = response.content.decode()
        assert "open for more than a day" in content
        assert "I speak Polish." in content
        assert person.sends(token=response.context["form_token"]).status_code == 303


def test_an_answer_to_a_question_that_staff_have_just_removed_is_shown_once_more(page, person):
    token = person.opens_the_form()
    page.form_fields.get(label="Anything else").delete()
    response = person.sends(token=token)
    assert response.status_code == 422
    assert "I speak Polish." in response.content.decode()
    assert person.sends(token=response.context["form_token"]).status_code == 303
    assert "Polish" not in str(SignUp.objects.get().answers)


def test_a_question_removed_that_nobody_answered_is_no_trouble(page, person):
    token = person.opens_the_form()
    page.form_fields.get(label="Telephone").delete()
    assert person.sends(token=token).status_code == 303


def test_a_sign_up_reads_right_when_the_form_has_changed(page, person):
    kept = person.signs_up()
    page.form_fields.all().delete()
    FormField.objects.create(page=page, label="Something else", field_type="singleline")
    kept.refresh_from_db()
    assert [answer["question"] for answer in kept.answers][:2] == ["Name", "Email"]


class TestAMistake:
    @pytest.fixture
    def content(self, person):
        response = person.sends(name="", email="amina at example")
        assert response.status_code == 422
        assert not SignUp.objects.exists()
        return response.content.decode()

    def test_is_said_in_a_summary_that_links_to_each_field(self, content):
        assert 'href="#id_name"' in content
        assert 'href="#id_email"' in content
        assert "There is a problem" in content

    def test_is_said_in_the_title(self, content):
        assert "<title>Error: " in content

    def test_is_said_beside_the_field_in_a_way_that_screen_readers_find(self, content):
        assert 'aria-invalid="true"' in content
        assert "Enter an email address in the right form" in content

    def test_keeps_what_was_typed(self, content):
        assert "I speak Polish." in content
        assert 'value="amina at example"' in content


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("telephone", "call me", "Enter a telephone number"),
        ("how_would_you_like_to_take_part", ["Meetings", "Online", "At home"], "at most 2"),
        ("how_would_you_like_to_take_part", ["By boat"], "By boat"),
        ("anything_else", "x" * 5001, "5000"),
        ("name", "x" * 256, "255"),
        ("name", "null\x00byte", "Null"),
        ("email", "a@example.org\nBcc: b@example.org", "right form"),
        ("anything_else", "x" * 1_000_000, "5000"),
    ],
)
def test_each_wrong_answer_is_refused_with_a_sentence(field, value, sentence, person):
    response = person.sends(**{field: value})
    assert response.status_code == 422
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    "name",
    ["أمينة · Ağa · 明美 · 👩🏽‍🦽", "=HYPERLINK(0)", "<b>Robert'); DROP TABLE", "\u202egnorts"],
)
def test_every_name_is_kept_as_it_is_written(name, person):
    assert person.signs_up(name=name).name == name


def test_every_script_can_be_found_again(person):
    kept = person.signs_up(anything_else="Mówię po łotewsku — 明美")
    assert SignUp.objects.about("łotewsku 明美").get() == kept
    assert not SignUp.objects.about("estońsku").exists()


def test_what_was_typed_is_never_html(person):
    response = person.sends(name="<script>alert(1)</script>", email="wrong")
    assert b"<script>alert" not in response.content


class TestFromElsewhere:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://elsewhere.example.org"},
            {"Origin": "null"},
        ],
    )
    def test_another_site_can_not_send_the_form(self, headers, person):
        assert person.sends(headers=headers).status_code == 403
        assert not SignUp.objects.exists()

    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}]
    )
    def test_the_forms_own_page_can(self, headers, person):
        assert person.sends(headers=headers).status_code == 303


def test_the_form_sets_no_cookie_and_is_kept_by_no_cache(page, person, client):
    response = client.get(page.get_url())
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]
    response = person.sends(name="")
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]


def test_opening_the_forms_own_address_leads_to_its_page(page, client):
    assert client.get(page.form_action).url == page.get_url()


def test_a_form_that_is_not_public_takes_nothing(page, person):
    token = person.opens_the_form()
    page.unpublish()
    assert person.sends(token=token).status_code == 404


def test_what_is_sent_is_in_no_api(page, person, client):
    person.signs_up()
    assert b"Polish" not in client.get(f"/api/v2/pages/{page.pk}/").content


class TestHelpOnceSomethingIsChosen:
    def test_stands_beside_its_choice(self, page, client):
        page.form_fields.filter(label="How would you like to take part").update(
            help_for_choice="Online", help_when_chosen="We lend you a tablet."
        )
        content = client.get(page.get_url()).content.decode()
        assert content.index("Online") < content.index("We lend you a tablet.")

    def test_must_name_one_of_the_choices(self, page):
        field = page.form_fields.get(label="How would you like to take part")
        field.help_text, field.help_for_choice = "Why", "On line"
        with pytest.raises(ValidationError, match="among the choices"):
            field.full_clean()


def test_the_privacy_summary_says_how_long(page, client):
    page.retention_months = 5
    page.save_revision().publish()
    assert "For 5 months" in client.get(page.get_url()).content.decode()
