"""The sign-up form over the content API: what it asks, and what it takes."""

import json
import logging
from datetime import timedelta

import jsonschema_rs
import pytest
from django.core import mail
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from cms.api.content.api import PREFIX
from cms.api.models import Scope
from programme.models import SignUp
from tests.api.content.contract import read, send
from tests.factories import GetInvolvedPageFactory, HomePageFactory

from .over_the_api import ANSWERS, bearer, path, sends

# One question of each kind: what fits, and what does not.
KINDS = {
    "singleline": (["Amina", "  Amina "], ["", "x" * 256, "a\x00b", 1, ["x"], True, {}]),
    "multiline": (["One\nTwo", "żółć 👋"], ["", "x" * 5001, 1.5]),
    "email": (["a@example.org"], ["a@", "a" * 250 + "@example.org", ["a@example.org"]]),
    "telephone": (["01632 960123"], ["one", "1" * 31, 1632960123]),
    "number": ([3, 2.5, -1, 10**39], ["3", 10**40, 1e300, True, [3]]),
    "date": (["2026-11-23"], ["23rd", "2026-02-30", 20261123]),
    "url": (["https://example.org/x"], ["no address", "x" * 10_000, False]),
    "checkbox": ([True], [False, "true", 1, []]),
    "checkboxes": (
        [["A"], ["A", "B"]],
        [[], ["A", "B", "C"], ["D"], "A", [["A"]], ["x" * 10_000], [1], {"A": 1}],
    ),
    "radio": (["A"], ["D", "x" * 10_000, "", ["A"], 1]),
    "dropdown": (["B"], ["D", "", 0]),
}


def form_with(kind, home, *, required=True, slug="get-involved", **values):
    question = {"label": "Question", "field_type": kind, "required": required, **values}
    if kind in ("checkboxes", "radio", "dropdown"):
        question["choices"] = "A\nB\nC"
    if kind == "checkboxes":
        question["max_choices"] = 2
    return GetInvolvedPageFactory(parent=home, slug=slug, form_fields=[question])


class TestWhatAFormAsks:
    def test_comes_as_a_schema_as_questions_in_order_and_in_words(self, page, client):
        form = read(client, f"/forms/{page.pk}/")
        assert form["url"] == "http://testserver/get-involved/"
        assert form["submissions_url"] == f"http://testserver{PREFIX}forms/{page.pk}/submissions/"
        assert [question["name"] for question in form["questions"]] == list(
            form["schema"]["properties"]
        )
        several = form["questions"][3]
        assert several["kind"] == "checkboxes"
        assert several["group"] == "Taking part"
        assert several["choices"][0] == {"value": "Meetings", "label": "Meetings"}
        assert several["max_choices"] == 2
        assert "at most 2" in several["hint"]
        assert form["schema"]["required"] == ["name", "email", "how_would_you_like_to_take_part"]
        assert form["questions"][1]["autocomplete"] == "email"
        assert "sign-up team" in form["privacy"]["who_sees"]
        assert "24 months" in form["privacy"]["how_long"]
        assert form["thank_you"]["title"] == "Thank you"

    def test_is_said_in_the_words_of_the_page(self, page, client):
        form = read(client, f"/forms/{page.pk}/")
        html = client.get(page.get_url()).content.decode()
        for words in form["privacy"].values():
            assert words in html

    def test_rich_text_comes_in_the_format_that_is_asked_for(self, page, client):
        form = read(client, f"/forms/{page.pk}/", rich_text_format="markdown")
        assert form["privacy"]["who_sees"].strip() == "Only the sign-up team sees it."

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("required", [True, False])
    def test_its_schema_is_one_and_agrees_with_the_form(self, kind, required, home, client):
        page = form_with(kind, home, required=required)
        schema = read(client, f"/forms/{page.pk}/")["schema"]
        schema = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        good, bad = KINDS[kind]
        for answer in good:
            assert schema.is_valid({"question": answer}), answer
        assert schema.is_valid({}) is not required
        assert not schema.is_valid({"question": 1, "more": 2})
        # What a number's digits, a calendar or a null character make wrong, no schema says.
        unsaid = [10**40, 1e300, "a\x00b", "x" * 10_000]
        if required:
            for answer in bad:
                assert answer in unsaid or not schema.is_valid({"question": answer}), answer

    def test_an_answer_when_it_is_chosen_has_its_help_and_a_default(self, home, client):
        page = form_with(
            "radio", home, help_for_choice="A", help_when_chosen="Good.", default_value="B"
        )
        (question,) = read(client, f"/forms/{page.pk}/")["questions"]
        assert question["more_help"] == {"choice": "A", "text": "Good."}
        assert question["initial"] == "B"
        ticked = form_with("checkbox", home, default_value="on", slug="ticked")
        assert read(client, f"/forms/{ticked.pk}/")["questions"][0]["initial"] is True

    def test_many_questions_cost_as_many_queries_as_few(
        self, home, client, django_assert_max_num_queries
    ):
        few = form_with("singleline", home)
        many = GetInvolvedPageFactory(
            parent=home,
            slug="many",
            form_fields=[{"label": f"Q{n}", "field_type": "singleline"} for n in range(30)],
        )
        read(client, f"/forms/{few.pk}/")
        with django_assert_max_num_queries(9) as first:
            client.get(f"{PREFIX}forms/{few.pk}/", {"rich_text_format": "markdown"})
        with django_assert_max_num_queries(len(first)):
            client.get(f"{PREFIX}forms/{many.pk}/", {"rich_text_format": "markdown"})


class TestAFormThatIsSent:
    def test_is_kept_as_the_website_keeps_it_and_the_person_confirms(self, person, page, client):
        with person.on_commit(execute=True):
            response = sends(client, page)
        body = response.json()
        assert body["status"] == "confirm"
        assert "amina" not in response.content.decode().lower()
        assert response["Cache-Control"] == "no-store"
        kept = SignUp.objects.get()
        assert (kept.email, kept.name, kept.status) == ("amina@example.org", "Amina", "unconfirmed")
        assert {answer["name"]: answer["answer"] for answer in kept.answers} == {
            **ANSWERS,
            "telephone": "",
        }
        assert [choice.value for choice in kept.choices.all()] == ["Meetings"]
        assert mail.outbox[-1].to == ["amina@example.org"]
        person.confirms()
        kept.refresh_from_db()
        assert kept.status == "new"

    def test_without_an_address_is_received_at_once(self, home, client):
        page = form_with("singleline", home)
        assert sends(client, page, answers={"question": "x"}).json()["status"] == "received"
        assert SignUp.objects.get().status == "new"

    @pytest.mark.parametrize("kind", KINDS)
    def test_is_taken_with_any_answer_that_fits(self, kind, home, client, settings):
        settings.SIGN_UPS_FOR_ONE_EMAIL = 10
        page = form_with(kind, home)
        for answer in KINDS[kind][0]:
            sends(client, page, answers={"question": answer})
            (kept,) = SignUp.objects.latest("pk").answers
            same = answer.strip() if isinstance(answer, str) else answer
            assert kept["answer"] in (same, str(same))

    @pytest.mark.parametrize("kind", KINDS)
    def test_is_refused_with_one_that_does_not_and_told_which(self, kind, home, client):
        page = form_with(kind, home)
        for answer in [*KINDS[kind][1], None]:
            body = sends(client, page, 422, {"question": answer}).json()
            (error,) = body["errors"]
            assert error["pointer"] == "#/answers/question"
            assert error["parameter"] == "question"
            assert error["message"]
            assert len(str(body)) < 1000
        sends(client, page, 422, {})
        assert not SignUp.objects.exists()

    @pytest.mark.parametrize("kind", KINDS)
    def test_need_not_answer_what_need_not_be_answered(self, kind, home, client):
        page = form_with(kind, home, required=False)
        for answers in ({}, {"question": None}):
            sends(client, page, answers=answers)

    def test_every_mistake_is_told_at_once(self, page, client):
        answers = {"name": 1, "email": "x", "telephone": "x", "shoe/size~": 43}
        errors = sends(client, page, 422, answers).json()["errors"]
        assert {error["pointer"]: error["message"] for error in errors} == {
            "#/answers/name": "This must be text.",
            "#/answers/email": "Enter an email address in the right form, like name@example.org.",
            "#/answers/telephone":
                "Enter a telephone number, like 01632 960 123 or 07700 900 123.",
            "#/answers/shoe~1size~0": "The form does not ask this.",
            "#/answers/how_would_you_like_to_take_part":
                "Choose at least one: How would you like to take part",
        }  # fmt: skip

    def test_with_many_web_addresses_is_set_aside_and_told_so(self, person, page, client):
        answers = {**ANSWERS, "anything_else": "www.a.example www.b.example www.c.example"}
        with person.on_commit(execute=True):
            body = sends(client, page, answers=answers).json()
        assert body["status"] == "received"
        assert "A person looks at it" in body["message"]
        assert SignUp.objects.get().status == "spam"
        assert mail.outbox == []

    def test_again_from_an_address_that_we_know_is_not_told_apart(self, page, client):
        first = sends(client, page).json()
        assert sends(client, page).json() == first
        assert SignUp.objects.count() == 2

    def test_leaves_nothing_about_the_person_in_the_log(self, page, client, caplog):
        caplog.set_level(logging.DEBUG)
        sends(client, page)
        sends(client, page, 422, {**ANSWERS, "email": "amina@example.org@"})
        assert "/submissions/" in caplog.text
        said = caplog.text.lower()
        assert not [word for word in ("amina", "polish", "example.org") if word in said]


class TestABodyThatCannotBeTaken:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b" ", 400),
            (b"name=Amina", 400),
            (b'{"answers": {', 400),
            (b'{"answers": {"name": NaN}}', 400),
            (b'{"answers": {"name": "\\ud800"}}', 400),
            (b'{"answers": {"\\ud800": ""}}', 400),
            (b'{"answers": {"name": "\xff"}}', 400),
            (b'{"answers": {"name": 1e99999999999999999999}}', 400),
            (b'{"answers": {"name": ' + b"9" * 100_000 + b"}}", 422),
            (b"[" * 100_000, 400),
            (b'{"answers": {"name": ' + b"[" * 300 + b"]" * 300 + b"}}", 422),
            (b"[]", 422),
            (b'"answers"', 422),
            (b"null", 422),
            (b"1", 422),
            (b"{}", 422),
            (b'{"answers": []}', 422),
            (b'{"answers": null}', 422),
            (b'{"answers": {}, "more": 1}', 422),
            (b'{"answers": {"' + b"x" * 100_000 + b'": 1}}', 422),
        ],
    )
    def test_is_refused_in_words(self, body, status, page, client):
        answer = send(client, path(page), body, status).json()
        assert answer["detail"]
        assert len(str(answer)) < 2500
        assert bool(answer["errors"]) == (status == 422)

    def test_is_missed_when_there_is_none(self, page, client):
        address = f"{PREFIX}forms/{page.pk}/submissions/"
        refused = client.generic("POST", address, CONTENT_TYPE="application/json")
        assert refused.status_code == 400
        assert "empty" in refused.json()["detail"]

    @pytest.mark.parametrize(
        "media_type",
        ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
    )
    def test_is_refused_as_another_kind_of_thing(self, media_type, page, client):
        send(client, path(page), b"{}", 415, content_type=media_type)

    def test_may_say_its_charset(self, page, client):
        body = json.dumps({"answers": ANSWERS})
        send(client, path(page), body, content_type="application/json; charset=utf-8")

    def test_is_refused_when_it_is_large_before_it_is_read(self, page, client):
        send(client, path(page), b" " * 300_000, 413)

    def test_is_refused_with_parameters_that_mean_nothing(self, page, client):
        body = {"answers": ANSWERS}
        response = client.post(
            f"{PREFIX}forms/{page.pk}/submissions/?dry_run=1", body, content_type="application/json"
        )
        assert response.status_code == 400
        assert response.json()["errors"][0]["parameter"] == "dry_run"

    def test_other_methods_are_answered_too(self, page, client):
        address = f"{PREFIX}forms/{page.pk}/submissions/"
        assert client.options(address)["Allow"] == "OPTIONS, POST"
        for method in ("get", "head", "put", "delete"):
            assert getattr(client, method)(address).status_code == 405
        form = client.head(f"{PREFIX}forms/{page.pk}/")
        assert (form.status_code, form.content) == (200, b"")


class TestAFormThatReadersMayNotSee:
    @pytest.fixture
    def hidden(self, home):
        def form(**values):
            return GetInvolvedPageFactory(parent=home, **values)

        private = form(slug="private")
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        elsewhere = HomePageFactory(parent=Page.get_first_root_node(), slug="elsewhere")
        Site.objects.create(hostname="other.example.org", root_page=elsewhere)
        return [
            private,
            form(slug="draft", live=False),
            form(slug="old", expire_at=timezone.now() - timedelta(minutes=1)),
            GetInvolvedPageFactory(parent=elsewhere),
        ]

    def test_cannot_be_told_from_none_whatever_is_sent_and_whoever_sends(self, hidden, client):
        nothing = read(client, "/forms/999999/", 404)
        for page in hidden:
            assert read(client, f"/forms/{page.pk}/", 404) == nothing
            for headers in ({}, bearer(*Scope.values)):
                for answers in (ANSWERS, {}, {"nope": 1}):
                    assert sends(client, page, 404, answers, **headers).json() == nothing
        assert not SignUp.objects.exists()

    def test_is_not_any_other_page(self, home, client):
        read(client, f"/forms/{home.pk}/", 404)

    def test_is_there_on_its_own_site(self, hidden, client):
        address = f"{PREFIX}forms/{hidden[-1].pk}/"
        there = client.get(address, headers={"Host": "other.example.org"})
        assert there.json()["submissions_url"].startswith("http://other.example.org/")
