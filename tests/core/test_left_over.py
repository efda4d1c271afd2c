"""What a killed process left undone is found, and done once."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from cms.core import left_over
from cms.core.models import Worker
from cms.delivery.tasks import tell_endpoints
from cms.events import log
from cms.events.models import Event
from programme.models import SignUpMessage
from programme.tasks import send_message, send_what_waits
from tests.factories import StandardPageFactory
from tests.programme.conftest import page, person  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tasks_wait(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


def worker(name, silent_for=0):
    seen_at = timezone.now() - timedelta(seconds=silent_for)
    return Worker.objects.create(name=name, seen_at=seen_at)


def running(*workers, minutes=1):
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING,
        args_kwargs={"args": [], "kwargs": {}},
        task_path=tell_endpoints.module_path,
        backend_name="default",
        run_after=get_date_max(),
        started_at=timezone.now() - timedelta(minutes=minutes),
        worker_ids=list(workers),
        exception_class_path="",
        traceback="",
    )


def status(task):
    task.refresh_from_db()
    return task.status


class TestATaskWhoseWorker:
    def test_has_died_is_done_by_another(self):
        worker("dead", silent_for=90)
        task = running("dead")
        left_over.put_back()
        assert status(task) == TaskResultStatus.READY
        assert not Worker.objects.exists()

    def test_is_alive_is_left_to_it(self):
        worker("alive", silent_for=20)
        task = running("alive", minutes=300)
        left_over.put_back()
        assert status(task) == TaskResultStatus.RUNNING

    def test_gave_no_signs_is_left_for_an_hour(self):
        old, new = running("unknown", minutes=61), running("unknown", minutes=59)
        left_over.put_back()
        assert (status(old), status(new)) == (TaskResultStatus.READY, TaskResultStatus.RUNNING)

    def test_has_died_of_it_three_times_is_given_up(self, caplog):
        for name in "abc":
            worker(name, silent_for=90)
        task = running("a", "b", "c")
        left_over.put_back()
        assert status(task) == TaskResultStatus.FAILED
        assert "given up" in caplog.text


def test_a_worker_gives_signs_until_it_ends_and_looks_for_what_was_left(monkeypatch):
    stop, looked = threading.Event(), []

    def look():
        looked.append(Worker.objects.get().name)
        stop.set()

    # Its connection is the test's, which must stay open.
    monkeypatch.setattr(left_over.connection, "close", lambda: None)
    monkeypatch.setattr(left_over, "find_all", look)
    left_over.give_signs("me", stop)
    assert looked == ["me"]
    assert not Worker.objects.exists()


def test_one_look_that_fails_holds_up_no_other(monkeypatch, caplog):
    looked = []
    monkeypatch.setattr(left_over, "_looks", [lambda: 1 / 0, lambda: looked.append(1)])
    left_over.find_all()
    assert looked == [1]
    assert "could not be looked for" in caplog.text


class TestFollowersOfTheLog:
    @pytest.fixture
    def waiting(self, home):
        """The paths of tasks that wait, after a change of which nobody was told."""
        StandardPageFactory(parent=home).save_revision().publish()
        DBTaskResult.objects.all().delete()  # nothing was committed, and nobody told
        return lambda: sorted(DBTaskResult.objects.values_list("task_path", flat=True))

    def a_while_ago(self):
        Event.objects.update(at=timezone.now() - 2 * left_over.AGE)

    def test_are_told_when_they_are_behind_and_once(self, waiting):
        self.a_while_ago()
        for _ in range(3):
            log.tell_again()
        assert waiting().count(tell_endpoints.module_path) == 1

    def test_are_not_hurried(self, waiting):
        log.tell_again()
        assert waiting() == []

    def test_are_left_alone_when_they_have_read_all(self, waiting):
        self.a_while_ago()
        for reader in log._readers:
            with log.unread(reader):
                pass
        log.tell_again()
        assert waiting() == []

    def test_are_not_told_for_ever_when_they_fail(self, waiting):
        self.a_while_ago()
        for _ in range(left_over.MOST + 2):
            log.tell_again()
            DBTaskResult.objects.ready().update(status=TaskResultStatus.FAILED)
        assert waiting().count(tell_endpoints.module_path) == left_over.MOST


class TestMessages:
    def waiting(self):
        tasks = DBTaskResult.objects.filter(task_path=send_message.module_path)
        return [task.args_kwargs["args"] for task in tasks]

    def test_that_nobody_is_about_to_send_are_sent(self, person):  # noqa: F811
        person.signs_up()
        message = SignUpMessage.objects.get()
        DBTaskResult.objects.all().delete()  # who served died after the commit
        send_what_waits()
        assert self.waiting() == []  # it may be on its way
        person.clock.shift(2 * left_over.AGE)
        for _ in range(3):
            send_what_waits()
        assert self.waiting() == [[message.pk]]

    @pytest.mark.parametrize("how", [{"sent_at": timezone.now()}, {"given_up": True}])
    def test_that_were_sent_or_given_up_are_not(self, person, how):  # noqa: F811
        person.signs_up()
        DBTaskResult.objects.all().delete()
        SignUpMessage.objects.update(**how)
        person.clock.shift(timedelta(hours=1))
        send_what_waits()
        assert self.waiting() == []

    def test_that_wait_for_their_next_try_are_left_to_it(self, person):  # noqa: F811
        person.signs_up()
        DBTaskResult.objects.update(run_after=timezone.now() + timedelta(hours=4))
        person.clock.shift(timedelta(hours=1))
        send_what_waits()
        assert len(self.waiting()) == 1
