"""Every kind of question, with answers at the edge of what it takes and beyond."""

import pytest

from programme.models import SignUp
from programme.sign_ups import answers
from tests.factories import GetInvolvedPageFactory

QUESTIONS = {
    "singleline": "A line",
    "multiline": "Many lines",
    "email": "Email",
    "telephone": "Telephone",
    "number": "Number",
    "date": "Date",
    "url": "Web address",
    "checkbox": "One box",
    "checkboxes": "Boxes",
    "radio": "One of a few",
    "dropdown": "One of many",
}
LONG = "a" * 63


@pytest.fixture
def page(home):
    return GetInvolvedPageFactory(
        parent=home,
        form_fields=[
            {
                "label": label,
                "field_type": kind,
                "required": False,
                "choices": "One\nTwo, three" if kind in ("checkboxes", "radio", "dropdown") else "",
            }
            for kind, label in QUESTIONS.items()
        ],
    )


@pytest.fixture
def sends(person):
    def send(**given):
        nothing = dict.fromkeys(
            ["name", "telephone", "anything_else", "how_would_you_like_to_take_part"], ""
        )
        return person.sends(**{**nothing, "email": "", **given})

    return send


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("a_line", "x" * 255, "x" * 255),
        ("many_lines", "x" * 5000, "x" * 5000),
        ("many_lines", "one\r\ntwo", "one\r\ntwo"),
        ("email", f"a@{LONG}.{LONG}.{LONG}.example", f"a@{LONG}.{LONG}.{LONG}.example"),
        ("telephone", "+44 (0)1632 960-123", "+44 (0)1632 960-123"),
        ("number", "-3.50", "-3.50"),
        ("number", "9" * 40, "9" * 40),
        ("date", "2026-02-28", "28 February 2026"),
        ("web_address", "https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("one_box", "on", "Yes"),
        ("one_box", "", "No"),
        ("boxes", ["One", "Two, three"], "One\nTwo, three"),
        ("one_of_a_few", "Two, three", "Two, three"),
        ("one_of_many", "One", "One"),
        ("a_line", "", ""),
        ("date", "", ""),
    ],
)
def test_an_answer_is_kept_and_reads_as_it_was_given(name, given, read, sends):
    assert sends(**{name: given}).status_code == 303
    kept = SignUp.objects.get()
    (answer,) = [each for each in kept.answers if each["name"] == name]
    assert answers.readable(answer) == read


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("a_line", "x" * 256),
        ("a_line", "a\x00b"),
        ("many_lines", "x" * 5001),
        ("email", f"{'b' * 64}@{LONG}.{LONG}.{LONG}.example"),
        ("email", "a@b"),
        ("email", "a@example.org, b@example.org"),
        ("email", "a@example.org%0ABcc:b@example.org"),
        ("telephone", "1" * 31),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e999999"),
        ("number", "twelve"),
        ("date", "2026-02-30"),
        ("date", "yesterday"),
        ("date", "0000-00-00"),
        ("web_address", "javascript:alert(1)"),
        ("web_address", "https://" + "a" * 10_000),
        ("boxes", ["One", "Four"]),
        ("one_of_a_few", ["Four"]),
        ("one_of_many", "'; --"),
    ],
)
def test_a_wrong_answer_is_refused_in_words_and_nothing_is_kept(name, given, sends):
    response = sends(**{name: given})
    assert response.status_code == 422
    assert response.context["form"].errors[name]
    assert not SignUp.objects.exists()


def test_json_where_a_form_belongs_brings_the_form_back(page, client):
    response = client.post(page.form_action, {"email": "a@example.org"}, "application/json")
    assert response.status_code == 422
    assert not SignUp.objects.exists()


def test_the_most_that_can_be_chosen_is_said_beside_the_question(page, client):
    page.form_fields.filter(field_type="checkboxes").update(max_choices=2, help_text="Why.")
    assert "Why. Choose at most 2." in client.get(page.get_url()).content.decode()
