"""Each service as it is looked at: there, refused, silent, gone."""

import smtplib
import threading
import time
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.core.cache import caches
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from cms.core.management.commands import db_worker
from cms.core.watching import services, worker
from tests import stores
from tests.ports import free_port


def look(name):
    services._services[name].look()


def test_every_service_of_the_design_has_a_line():
    assert set(services._services) == {"database", "cache", "media", "mail", "worker", "edge"}
    assert [name for name, service in services._services.items() if service.needed] == ["database"]


def test_a_database_and_a_cache_that_work_are_found(db):
    look("database")
    look("cache")


def test_a_cache_that_keeps_nothing_is_away(settings):
    settings.CACHES = {
        name: {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
        for name in ("default", "shared")
    }
    with pytest.raises(OSError, match="not in it"):
        look("cache")


def test_a_redis_that_is_gone_is_away(settings):
    redis = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://127.0.0.1:{free_port()}",
    }
    settings.CACHES = {"default": redis, "shared": redis}
    with pytest.raises(Exception, match="refused"):
        look("cache")


def test_a_bucket_is_asked_for_a_list(settings):
    with stores.working() as (address, _):
        storages = stores.bucket_settings(address)
        settings.STORAGES = storages
        look("media")
        storages["default"]["OPTIONS"]["bucket_name"] = "no-such-bucket"
        settings.STORAGES = {**storages}
        with pytest.raises(OSError, match="NoSuchBucket"):
            look("media")


def test_a_bucket_that_is_gone_is_away(settings):
    with stores.stopped() as address:
        settings.STORAGES = stores.bucket_settings(address)
        with pytest.raises(OSError, match="Could not connect"):
            look("media")


def test_a_folder_of_uploads_need_not_be_there_but_must_not_be_a_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "not" / "yet"
    look("media")
    (tmp_path / "not").write_text("a file")
    with pytest.raises(OSError, match="can't be written to"):
        look("media")


def test_a_mail_server_is_greeted_and_nothing_is_sent(settings):
    class Counting(Sink):
        sent = 0

        async def handle_DATA(self, *args):  # noqa: N802 - aiosmtpd's name
            Counting.sent += 1

    server = Controller(Counting(), hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    try:
        look("mail")
    finally:
        server.stop()
    assert Counting.sent == 0
    with pytest.raises((OSError, smtplib.SMTPException)):
        look("mail")


# The worker ----------------------------------------------------------------------


def task(status="READY", age=timedelta(), **values):
    result = DBTaskResult.objects.create(
        status=status,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="cms.delivery.tasks.tell_endpoints",
        backend_name="default",
        exception_class_path="",
        traceback="",
        **{"run_after": get_date_max()} | values,
    )
    DBTaskResult.objects.filter(pk=result.pk).update(enqueued_at=timezone.now() - age)


@pytest.fixture
def alive():
    caches["shared"].set(worker.SIGN, 1, 30)


def test_a_worker_that_gives_no_sign_is_away(db):
    with pytest.raises(OSError, match="sign of life"):
        worker.look()


def test_a_worker_with_a_long_queue_is_at_work(db, alive):
    task(age=timedelta(hours=2))
    task("RUNNING", started_at=timezone.now() - timedelta(minutes=2))
    worker.look()


def test_a_worker_that_begins_nothing_is_away_even_if_it_is_alive(db, alive):
    task(age=timedelta(minutes=20))
    with pytest.raises(OSError, match="1 tasks wait"):
        worker.look()


def test_what_is_to_be_done_later_does_not_wait(db, alive):
    task(age=timedelta(days=1), run_after=timezone.now() + timedelta(hours=1))
    worker.look()
    found = worker.tasks()
    assert (found["due"], found["waiting"], found["oldest"]) == (0, 1, None)


def test_the_worker_gives_signs_while_it_runs_and_takes_them_back_when_it_ends(
    db, settings, monkeypatch
):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    seen = []

    def work(*args, **options):
        until = time.monotonic() + 2
        while not seen and time.monotonic() < until:
            seen.extend(["alive"] * (caches["shared"].get(worker.SIGN) or 0))

    monkeypatch.setattr(db_worker.db_worker.Command, "handle", work)
    db_worker.Command().handle(batch=False)
    assert seen == ["alive"]
    assert caches["shared"].get(worker.SIGN) is None


def test_it_works_on_while_the_cache_is_away(monkeypatch, caplog):
    class Broken:
        def set(self, *args):
            raise OSError("away")

        def delete(self, *args):
            raise OSError("away")

    stop = threading.Event()
    stop.wait = lambda seconds: stop.set()
    monkeypatch.setattr(worker, "caches", {"shared": Broken()})
    worker.give_signs(stop)
    assert "could not say how it is" in caplog.text
