"""The sign-up form, as a resident meets it."""

import pytest
from django.core import mail
from wagtail.contrib.forms.models import FormSubmission

from home.roles import SIGN_UP_MANAGERS
from tests.factories import GetInvolvedPageFactory, user_in

ANSWERS = {
    "name": "Amina",
    "email": "amina@example.org",
    "telephone": "",
    "how_would_you_like_to_take_part": ["Meetings"],
    "anything_else": "I speak Polish.",
}


@pytest.fixture
def page(home):
    return GetInvolvedPageFactory(parent=home)


def send(client, page, follow=False, headers=None, **answers):
    return client.post(page.form_action, {**ANSWERS, **answers}, follow=follow, headers=headers)


def test_the_answers_are_kept_and_the_person_is_thanked(page, client):
    response = send(client, page, follow=True)
    assert response.redirect_chain == [(f"/sign-up/{page.pk}/thank-you/", 303)]
    assert "We will write to you." in response.content.decode()
    kept = FormSubmission.objects.get()
    assert kept.form_data["name"] == "Amina"
    assert kept.form_data["how_would_you_like_to_take_part"] == ["Meetings"]


def test_reloading_the_thank_you_page_sends_nothing_again(page, client):
    send(client, page, follow=True)
    client.get(f"/sign-up/{page.pk}/thank-you/")
    assert FormSubmission.objects.count() == 1


def test_a_confirmation_goes_to_the_address_that_was_given(
    page, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(client, page)
    (message,) = mail.outbox
    assert message.to == ["amina@example.org"]
    assert message.body == page.confirmation_text


def test_a_sign_up_is_kept_when_mail_is_down(
    page, client, settings, django_capture_on_commit_callbacks, caplog
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, page)
    assert response.status_code == 303
    assert FormSubmission.objects.count() == 1
    assert "amina@example.org" not in caplog.text


class TestAMistake:
    @pytest.fixture
    def content(self, page, client):
        response = send(client, page, name="", email="amina at example")
        assert response.status_code == 422
        assert not FormSubmission.objects.exists()
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
    ],
)
def test_each_wrong_answer_is_refused_with_a_sentence(field, value, sentence, page, client):
    response = send(client, page, **{field: value})
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_every_script_and_direction_of_writing_is_kept(page, client):
    name = "أمينة · Ağa · 明美 · 👩🏽‍🦽"
    send(client, page, name=name)
    assert FormSubmission.objects.get().form_data["name"] == name


def test_what_was_typed_is_never_html(page, client):
    response = send(client, page, name="<script>alert(1)</script>", email="wrong")
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
    def test_another_site_can_not_send_the_form(self, headers, page, client):
        assert send(client, page, headers=headers).status_code == 403
        assert not FormSubmission.objects.exists()

    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}]
    )
    def test_the_forms_own_page_can(self, headers, page, client):
        assert send(client, page, headers=headers).status_code == 303


def test_the_form_sets_no_cookie_and_is_kept_by_no_cache(page, client):
    assert not client.get(page.get_url()).cookies
    response = send(client, page, name="")
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]


def test_opening_the_forms_own_address_leads_to_its_page(page, client):
    assert client.get(page.form_action).url == page.get_url()


def test_a_form_that_is_not_public_takes_nothing(page, client):
    page.unpublish()
    assert send(client, page).status_code == 404


class TestReadingSignUps:
    def test_is_for_sign_up_managers(self, page, client):
        send(client, page)
        client.force_login(user_in(SIGN_UP_MANAGERS))
        content = client.get(f"/admin/forms/submissions/{page.pk}/").content.decode()
        assert "amina@example.org" in content

    @pytest.mark.parametrize("role", ["Authors", "Editors", "Publishers"])
    def test_is_not_for_those_who_edit_the_page(self, role, page, client):
        send(client, page)
        client.force_login(user_in(role))
        response = client.get(f"/admin/forms/submissions/{page.pk}/")
        assert b"amina@example.org" not in response.content
        assert b"amina@example.org" not in client.get("/admin/forms/").content

    def test_is_not_in_the_api(self, page, client):
        send(client, page)
        answer = client.get(f"/api/v2/pages/{page.pk}/").content
        assert b"amina" not in answer
