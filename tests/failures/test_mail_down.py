"""The mail server is away for an hour, by a clock that is put forward, while people sign up."""

from datetime import timedelta

import pytest

from programme.models import SignUp, SignUpMessage
from tests.programme.conftest import page, person  # noqa: F401
from tests.programme.test_messages import worker  # noqa: F401

from .letterbox import Letterbox

PEOPLE = 12


@pytest.fixture
def letterbox(settings):
    box = Letterbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    yield box
    box.close()


def test_each_gets_their_email_once_when_it_is_back(letterbox, person, worker):  # noqa: F811
    for number in range(PEOPLE):
        sent = person.sends(email=f"person-{number}@example.org", follow=True)
        assert sent.status_code == 200
        worker()
        person.clock.shift(timedelta(minutes=5))
    assert "can’t send email just now" in sent.content.decode()
    assert SignUp.objects.count() == SignUpMessage.objects.filter(sent_at=None).count() == PEOPLE
    letterbox.open()
    person.clock.shift(timedelta(hours=1))  # as long as one waits for the next try by then
    worker()
    worker()
    to = sorted(address for addresses, _letter in letterbox.letters for address in addresses)
    assert to == sorted(f"person-{number}@example.org" for number in range(PEOPLE))
    assert not SignUpMessage.objects.filter(sent_at=None).exists()
    person.clock.shift(timedelta(days=4))
    worker()
    assert len(letterbox.letters) == PEOPLE
