"""A form, a person who fills it in, and the pages and emails that they come to."""

import re

import pytest
from django.core import mail

from programme.models import SignUp
from programme.sign_ups import tokens
from tests.factories import GetInvolvedPageFactory

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


@pytest.fixture
def person(client, page, time_machine, django_capture_on_commit_callbacks):
    """Somebody at the form, with all the time in the world."""
    time_machine.move_to("2026-11-23 10:00:00+00:00")
    return Person(client, page, time_machine, django_capture_on_commit_callbacks)


class Person:
    def __init__(self, client, page, clock, on_commit):
        self.client, self.form, self.clock, self.on_commit = client, page, clock, on_commit

    def opens_the_form(self) -> str:
        """The token that the form carries."""
        content = self.client.get(self.form.get_url()).content.decode()
        return re.search(r'name="form_token" value="([^"]+)"', content)[1]

    def sends(self, *, token=None, headers=None, after=30, follow=False, **answers):
        """The answer to a form that was open for `after` seconds."""
        token = self.opens_the_form() if token is None else token
        self.clock.shift(after)
        return self.post(
            self.form.form_action,
            {**ANSWERS, **answers, tokens.FIELD: token},
            headers=headers,
            follow=follow,
        )

    def post(self, path, data=None, **options):
        with self.on_commit(execute=True):
            return self.client.post(path, data or {}, **options)

    def signs_up(self, **answers) -> SignUp:
        response = self.sends(**answers)
        assert response.status_code == 303, response.content.decode()
        return SignUp.objects.latest("pk")

    def confirms(self) -> None:
        self.post(self.link("confirm"))

    def link(self, kind: str, message=-1) -> str:
        """The path of a link in an email: the last one, if nothing else is asked for."""
        return re.search(rf"https?://[^/\s]+(/sign-up/{kind}/\S+)", mail.outbox[message].body)[1]
