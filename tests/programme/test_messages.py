"""Emails about a sign-up, on their way through a real mail server."""

import email
import email.policy
import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from programme.models import SignUp, SignUpMessage
from programme.tasks import RETRY_AFTER, send_message


class Letterbox:
    """What a mail server does with what it gets: keep it, or answer with `refusal`."""

    def __init__(self):
        self.letters = []
        self.refusal = ""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"


@pytest.fixture
def letterbox(settings):
    box = Letterbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    controller.stop()


@pytest.fixture
def mail_is_down(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.fixture
def worker(transactional_db, django_db_serialized_rollback, settings):
    """Tasks wait in the database, and are done by the worker that the service runs.

    It opens and closes connections as it likes, so the test is in no transaction.
    """
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []},
    }
    return lambda: call_command("db_worker", batch=True, reload=False, interval=0, verbosity=0)


def test_a_letter_arrives_with_text_and_html_and_every_script(letterbox, page, person):
    page.confirm_subject = "Proszę potwierdź · 确认"
    page.save_revision().publish()
    person.signs_up(email="Amina+Test@Example.org")
    ((to, letter),) = letterbox.letters
    assert to == ["amina+test@example.org"]
    assert letter["Subject"] == "Proszę potwierdź · 确认"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert SignUpMessage.objects.get().sent_at is not None


def test_the_whole_way_by_the_links_in_real_letters(letterbox, person):
    def link(kind):
        text = letterbox.letters[-1][1].get_body(("plain",)).get_content()
        (line,) = [line for line in text.splitlines() if f"/sign-up/{kind}/" in line]
        return "/" + line.split("/", 3)[3].strip()

    assert person.sends(email="amina at example").status_code == 422
    person.signs_up()
    person.post(link("confirm"))
    assert SignUp.objects.get().status == "new"
    assert "I speak Polish." in person.client.get(link("yours")).content.decode()
    person.post(link("yours") + "withdraw/")
    assert SignUp.objects.get().status == "withdrawn"


class TestWhenMailIsDown:
    def test_the_sign_up_is_kept_and_the_person_is_told(self, mail_is_down, person, caplog):
        content = person.client.get(person.sends().url).content.decode()
        assert "can’t send email just now" in content
        assert SignUp.objects.get().status == "unconfirmed"
        assert "amina" not in caplog.text
        assert "was not sent: ConnectionRefusedError" in caplog.text

    def test_the_next_person_is_told_before_it_is_tried(self, mail_is_down, person, worker):
        person.signs_up()
        worker()
        content = person.sends(email="next@example.org", follow=True).content.decode()
        assert "can’t send email just now" in content

    def test_nobody_is_told_so_when_it_works_again(self, letterbox, person, settings):
        port = settings.EMAIL_PORT
        settings.EMAIL_PORT = 1
        person.signs_up()
        settings.EMAIL_PORT = port
        next_page = person.sends(email="next@example.org").url
        assert "We have sent an email" in person.client.get(next_page).content.decode()

    def test_it_is_tried_again_and_arrives_once(self, letterbox, person, settings, worker):
        port = settings.EMAIL_PORT
        settings.EMAIL_PORT = 1
        person.signs_up()
        worker()
        settings.EMAIL_PORT = port
        worker()
        assert letterbox.letters == []  # it is not time yet
        person.clock.shift(timedelta(minutes=RETRY_AFTER[0], seconds=1))
        worker()
        worker()
        assert len(letterbox.letters) == 1

    def test_it_is_tried_for_three_days_and_then_given_up(self, mail_is_down, person, worker):
        person.signs_up()
        started = timezone.now()
        worker()
        for minutes in RETRY_AFTER:
            assert not SignUpMessage.objects.get().given_up
            person.clock.shift(timedelta(minutes=minutes, seconds=1))
            worker()
        message = SignUpMessage.objects.get()
        assert message.given_up
        assert message.attempts == len(RETRY_AFTER) + 1
        assert timedelta(days=3) < timezone.now() - started < timedelta(days=3, hours=12)
        person.clock.shift(timedelta(days=1))
        worker()
        message.refresh_from_db()
        assert message.attempts == len(RETRY_AFTER) + 1

    def test_no_task_holds_personal_data(self, mail_is_down, person, worker):
        person.signs_up()
        worker()
        for task in DBTaskResult.objects.all():
            assert "amina" not in f"{task.args_kwargs}{task.traceback}".lower()


def test_an_address_that_the_mail_server_does_not_know_is_not_tried_again(
    letterbox, person, worker, caplog
):
    letterbox.refusal = "550 No such person: amina@example.org"
    next_page = person.sends().url
    worker()
    message = SignUpMessage.objects.get()
    assert message.given_up
    assert message.attempts == 1
    assert "amina" not in caplog.text
    assert "may have a mistake" in person.client.get(next_page).content.decode()


def test_a_server_that_is_busy_is_tried_again(letterbox, person, worker):
    letterbox.refusal = "451 Try again later"
    person.signs_up()
    worker()
    assert not SignUpMessage.objects.get().given_up
    letterbox.refusal = ""
    person.clock.shift(timedelta(minutes=2))
    worker()
    assert len(letterbox.letters) == 1


def test_a_message_that_was_sent_is_not_sent_again(letterbox, person):
    person.signs_up()
    send_message.call(SignUpMessage.objects.get().pk)
    assert len(letterbox.letters) == 1
