"""The clock is set back, a little or by a year: nothing old is shown, and nothing locks up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone

from cms.accounts import sessions
from cms.core.limits import counts, throttling
from cms.core.models import DailyWork
from cms.delivery import queue
from cms.delivery.models import Endpoint
from cms.events.generation import FileGeneration
from cms.events.models import Event
from tests.delivery.page_cache.cached import Site, publish
from tests.factories import StandardPageFactory, UserFactory

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BACK = [timedelta(hours=1), timedelta(days=400)]


@pytest.fixture(params=BACK, ids=["by an hour", "by a year"])
def clock(request):
    """A clock that stands at noon; `back()` sets it back."""
    with time_machine.travel(NOON, tick=True) as clock:
        clock.back = lambda: clock.move_to(NOON - request.param)
        yield clock


def test_the_generation_goes_up_all_the_same(clock, tmp_path):
    generation = FileGeneration(tmp_path / "number")
    marks = [generation.mark()]
    clock.back()
    for _ in range(3):
        generation.move(takes=True)
        marks.append(generation.mark())
    assert marks == sorted(set(marks))


class TestPages:
    @pytest.fixture(autouse=True)
    def _content(self, transactional_db, django_db_serialized_rollback):
        pass

    @pytest.fixture
    def about(self, home):
        page = StandardPageFactory(parent=home, slug="about", title="About")
        publish(page, "About")
        return page

    def test_show_what_is_published_then_and_are_not_kept_for_ever(self, clock, about):
        site = Site()
        site.made("/about/")  # settings that nobody has saved are made when first asked for
        assert [site.get("/about/").how for _ in range(2)] == ["miss", "hit"]
        clock.back()
        assert site.get("/about/").how == "miss"  # made later than now
        assert site.get("/about/").how == "hit"
        publish(about, "Another title")
        assert b"Another title" in site.get("/about/").body
        clock.shift(django_settings.SHARED_MAX_AGE + 1)
        assert site.get("/about/").how == "miss"

    def test_are_published_when_their_time_comes_and_once(self, clock, home, client):
        page = StandardPageFactory(parent=home, slug="soon", live=False)
        page.go_live_at = NOON - timedelta(minutes=5)
        page.save_revision().publish()
        later = StandardPageFactory(parent=home, slug="later", live=False)
        later.go_live_at = NOON + timedelta(minutes=5)
        later.save_revision().publish()
        call_command("publish_scheduled", verbosity=0)
        before = Event.objects.count()
        clock.back()
        call_command("publish_scheduled", verbosity=0)
        assert Event.objects.count() == before
        page.refresh_from_db()
        assert page.live  # what has come stays
        clock.move_to(NOON + timedelta(minutes=6))
        call_command("publish_scheduled", verbosity=0)
        later.refresh_from_db()
        assert later.live

    def test_the_log_of_events_goes_on_in_order(self, clock, about):
        publish(about, "One")
        clock.back()
        publish(about, "Two")
        numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
        assert numbers == sorted(set(numbers))


def test_the_daily_work_goes_on_and_who_died_at_it_holds_nobody_up(clock, db):
    def is_mine():
        with DailyWork.claim("purge_sign_ups") as mine:
            return mine

    assert is_mine()
    DailyWork.objects.create(command="purge_previews", busy_until=timezone.now())
    clock.back()
    with DailyWork.claim("purge_previews") as mine:
        assert mine or timezone.now() > NOON - timedelta(hours=2)
    clock.shift(timedelta(days=2))
    assert is_mine()


def test_who_asked_too_often_may_ask_again(clock, settings):
    settings.RATES = {**settings.RATES, "post": "2/minute"}
    throttling.forget()
    for _ in range(2):
        throttling.count("post", "somebody")
    with pytest.raises(throttling.TooManyError):
        throttling.count("post", "somebody")
    clock.back()
    clock.shift(61)
    throttling.count("post", "somebody")
    assert isinstance(counts.shared().storage, counts.FileStorage)


def test_a_webhook_goes_on_whose_sender_was_killed(clock, db):
    endpoint = Endpoint.objects.create(
        name="App", url="https://www.example.org/", busy_until=timezone.now() + queue.LEASE
    )
    clock.back()
    queue.take_turn(endpoint.pk)
    endpoint.refresh_from_db()
    assert endpoint.busy_until is None


def test_a_session_goes_on_and_who_it_is_has_to_be_shown_again(clock, db, client):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get("/admin/").status_code == 200
    request = RequestFactory().get("/admin/")
    request.session = client.session
    sessions.confirm(request)
    assert sessions.is_confirmed(request)
    clock.back()
    assert client.get("/admin/").status_code == 200
    assert not sessions.is_confirmed(request)


def test_who_has_to_wait_to_sign_in_waits_no_longer_than_they_would(clock, db, client, settings):
    UserFactory(email="robin@example.org", is_superuser=True)

    def sign_in(password):
        data = {"username": "robin@example.org", "password": password}
        return client.post("/admin/login/", data).status_code

    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in("wrong")
    assert sign_in("correct horse battery") == 429
    clock.back()
    clock.shift(timedelta(minutes=settings.SIGN_IN_WAIT_MINUTES, seconds=1))
    assert sign_in("correct horse battery") == 302
