"""What an operator sees of sign-ups: numbers. Nothing of a person is in a log."""

import json
import logging

import pytest
from django.core import mail

from cms.core.logs import DiscreetFormatter, JSONFormatter
from programme import watching
from programme.models import SignUp, SignUpMessage


def test_those_that_wait_and_their_emails_are_counted(person, django_assert_num_queries):
    person.signs_up()
    person.confirms()
    sign_up = person.signs_up(email="other@example.org", name="Other")
    for given_up in (True, False):
        SignUpMessage.objects.create(sign_up=sign_up, kind="link", given_up=given_up)
    with django_assert_num_queries(2):
        found = {reading.name: reading.value for reading in watching._sign_ups()}
    assert found["cms_sign_ups_waiting"] == SignUp.objects.filter(status="new").count() == 1
    assert found["cms_sign_up_emails"] == {"waiting": 1, "lost": 1}


@pytest.fixture
def logged():
    """All that is logged, at every level, in both forms."""
    texts = []

    class Collect(logging.Handler):
        forms = (JSONFormatter(), DiscreetFormatter("%(name)s%(about)s %(message)s"))

        def emit(self, record):
            if record.name != "django.db.backends":  # which is for developers, and off
                texts.extend(form.format(record) for form in self.forms)

    handler, root = Collect(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield texts
    root.removeHandler(handler)
    root.setLevel(level)


def test_nothing_of_a_person_is_in_the_log_from_the_first_click_to_goodbye(
    person, logged, settings, monkeypatch
):
    settings.SLOW_QUERY_MS = 0.000_001  # every query is in it
    said = {"name": "Aminata Kowalczyk", "email": "aminata.k@example.org", "telephone": "01702 7"}
    headers = {"user-agent": "Aminatas-Browser", "x-forwarded-for": "203.0.113.9"}
    person.sends(**{**said, "email": "aminata.k@nowhere"}, headers=headers)  # refused
    person.signs_up(**said)
    confirm = person.link("confirm")
    person.client.get(confirm + "?q=aminata")
    person.confirms()
    yours = person.link("yours")
    person.client.get(yours, REMOTE_ADDR="203.0.113.9")
    person.client.get(yours[:-3])  # a link that was cut
    monkeypatch.setattr(mail, "get_connection", _fail)
    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", _fail)
    person.sends(**{**said, "email": "aminata.other@example.org"}, headers=headers)
    text = "\n".join(logged).lower()
    assert len(logged) > 50
    assert "was not sent" in text
    tokens = [link.strip("/").rpartition("/")[2].lower() for link in (confirm, yours)]
    for secret in ("aminata", "kowalczyk", "@", "01702", "203.0.113.9", *tokens):
        assert secret not in text, secret
    assert all(json.loads(line) for line in logged[::2])


def _fail(*args, **kwargs):
    raise OSError("aminata.k@example.org: no such mailbox")
