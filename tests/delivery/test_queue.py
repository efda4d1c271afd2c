"""Who is told of what, in which order, how often, and until when."""

import json
import logging
from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from standardwebhooks import Webhook, WebhookVerificationError
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from cms.core.models import Alert
from cms.core.tasks import make_renditions
from cms.delivery import queue
from cms.delivery.models import Delivery, Endpoint
from cms.delivery.tasks import send_to, tell_endpoints
from cms.events.models import Event, Reader
from home.roles import PUBLISHERS
from tests.delivery.conftest import make_endpoint
from tests.delivery.receiver import Receiver
from tests.factories import DocumentFactory, StandardPageFactory, UserFactory, user_in
from tests.library import made_public

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(home):
    page = StandardPageFactory(parent=home, slug="about")
    page.save_revision().publish()
    return page


def publish(*pages):
    for page in pages:
        page.save_revision().publish()


def told(receiver):
    """What the receiver has read so far: (what, model, key)."""
    messages = [json.loads(request.body) for request in receiver.requests]
    return [(m["type"], m["data"]["model"], m["data"]["key"]) for m in messages]


def about(what, page):
    return (what, "home.StandardPage", str(page.pk))


class TestTheMessage:
    def test_says_what_has_changed_and_where_to_read_it(self, page, endpoint, receiver):
        publish(page)
        tell_endpoints.call()
        event = Event.objects.latest("number")
        (request,) = receiver.requests
        assert json.loads(request.body) == {
            "type": "published",
            "timestamp": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {
                "number": event.number,
                "model": "home.StandardPage",
                "key": str(page.pk),
                "urls": ["http://testserver/about/"],
                "api_url": f"http://testserver/api/content/v1/pages/{page.pk}/",
            },
        }
        assert request.headers["Content-Type"] == "application/json"

    def test_is_verified_by_the_published_library(self, page, endpoint, receiver):
        publish(page)
        tell_endpoints.call()
        (request,) = receiver.requests
        message = Webhook(endpoint.secret).verify(request.body, request.headers)
        assert message["data"]["key"] == str(page.pk)

    def test_is_refused_when_a_byte_or_the_secret_is_another(self, page, endpoint, receiver):
        publish(page)
        tell_endpoints.call()
        (request,) = receiver.requests
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(request.body + b" ", request.headers)
        old = endpoint.secret
        assert endpoint.renew_secret() != old
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(request.body, request.headers)

    def test_is_signed_by_the_old_key_too_while_djangos_is_being_changed(
        self, page, endpoint, receiver, settings
    ):
        known_to_the_receiver = endpoint.secret
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        publish(page)
        tell_endpoints.call()
        (request,) = receiver.requests
        Webhook(known_to_the_receiver).verify(request.body, request.headers)
        Webhook(endpoint.secret).verify(request.body, request.headers)

    def test_of_a_document_has_its_address_in_the_api(self, home, everything, receiver):
        document = made_public(DocumentFactory())
        document.save()
        tell_endpoints.call()
        data = json.loads(receiver.requests[-1].body)["data"]
        assert data["model"] == "resources.Document"
        assert data["api_url"] == f"http://testserver/api/content/v1/documents/{document.pk}/"
        assert data["urls"] == []

    def test_of_what_the_api_does_not_have_has_none(self, everything, receiver):
        Alert.objects.create(title="News")
        tell_endpoints.call()
        assert json.loads(receiver.requests[-1].body)["data"]["api_url"] is None

    def test_of_a_model_that_is_no_longer_installed_is_sent_all_the_same(
        self, everything, receiver
    ):
        Event.objects.create(what="published", model="shop.Basket", key="1", public=True)
        tell_endpoints.call()
        data = json.loads(receiver.requests[-1].body)["data"]
        assert (data["model"], data["api_url"]) == ("shop.Basket", None)

    def test_names_no_person(self, page, endpoint, receiver):
        page.content_owner_name, page.content_owner_email = "Robin Owner", "owner@example.org"
        page.save_revision(user=UserFactory(email="editor@example.org")).publish()
        tell_endpoints.call()
        sent = b"".join(request.body for request in receiver.requests).lower()
        assert sent
        assert b"@" not in sent
        assert b"owner" not in sent


class TestWhoIsToldOfWhat:
    def test_each_endpoint_hears_of_the_events_and_types_it_wants(self, page, home, endpoint):
        with Receiver() as one, Receiver() as other, Receiver() as off:
            make_endpoint(one.url, whats=["unpublished"])
            make_endpoint(other.url, types=["resources.Document"])
            make_endpoint(off.url, active=False)
            publish(page)
            page.unpublish()
            document = made_public(DocumentFactory())
            document.save()
            tell_endpoints.call()
            assert told(one) == [about("unpublished", page)]
            assert set(told(other)) == {("published", "resources.Document", str(document.pk))}
            assert told(off) == []

    def test_nobody_hears_of_what_was_before_them(self, page, receiver):
        publish(page)
        tell_endpoints.call()
        make_endpoint(receiver.url)
        tell_endpoints.call()
        assert receiver.requests == []

    def test_all_four_events_are_told(self, page, home, endpoint, receiver):
        shelf = StandardPageFactory(parent=home, slug="shelf")
        publish(page)
        page.move(shelf, pos="last-child")
        page.refresh_from_db()
        page.unpublish()
        publish(page)
        page.delete()
        tell_endpoints.call()
        assert [one for one in told(receiver) if one[2] == about("", page)[2]] == [
            about(what, page)
            for what in ("published", "moved", "unpublished", "published", "deleted")
        ]
        moved = json.loads(receiver.requests[1].body)["data"]["urls"]
        assert moved == ["http://testserver/about/", "http://testserver/shelf/about/"]

    def test_an_event_that_is_read_twice_makes_one_message(self, page, endpoint, receiver):
        publish(page)
        number = Event.objects.latest("number").number
        tell_endpoints.call()
        Reader.objects.filter(name=queue.READER).update(read_to=number - 1)
        tell_endpoints.call()
        assert len(receiver.requests) == 1

    def test_publishing_tells_by_itself(
        self, page, endpoint, receiver, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            publish(page)
        assert told(receiver) == [about("published", page)]

    @pytest.mark.parametrize("number", [3, 30])
    def test_collecting_asks_the_database_a_constant_number_of_times(
        self, home, endpoint, number, django_assert_num_queries
    ):
        for _ in range(number):
            publish(StandardPageFactory(parent=home))
        with django_assert_num_queries(8):
            queue.collect()
        assert Delivery.objects.filter(what="published").count() == number


class TestWhatReadersMayNotSee:
    @pytest.fixture
    def private(self, home):
        section = StandardPageFactory(parent=home, slug="private")
        publish(section)
        PageViewRestriction.objects.create(page=section, restriction_type="login")
        return section

    def pages_told(self, receiver):
        tell_endpoints.call()
        return [one for one in told(receiver) if one[1] == "home.StandardPage"]

    def test_a_draft_is_not_told_in_its_whole_life(self, home, endpoint, receiver):
        draft = StandardPageFactory(parent=home, slug="secret-plan", live=False)
        shelf = StandardPageFactory(parent=home, slug="shelf", live=False)
        draft.save_revision()
        draft.move(shelf, pos="last-child")
        draft.refresh_from_db()
        draft.delete()
        assert self.pages_told(receiver) == []

    def test_a_private_page_is_not_told_in_its_whole_life(self, private, everything, receiver):
        page = StandardPageFactory(parent=private, slug="secret-plan", live=False)
        publish(page)
        page.unpublish()
        publish(page)
        page.delete()
        assert self.pages_told(receiver) == []
        assert all(b"secret" not in request.body for request in receiver.requests)

    def test_a_page_that_goes_to_a_private_place_is_gone_to_readers(
        self, private, page, endpoint, receiver
    ):
        page.move(private, pos="last-child")
        page.refresh_from_db()
        publish(page)
        page.delete()
        assert self.pages_told(receiver) == [about("unpublished", page)]
        # And not where it is now.
        assert json.loads(receiver.requests[-1].body)["data"]["urls"] == [
            "http://testserver/about/"
        ]

    def test_a_page_that_comes_from_a_private_place_is_new_to_readers(
        self, private, home, endpoint, receiver
    ):
        page = StandardPageFactory(parent=private, slug="plan", live=False)
        publish(page)
        page.move(home, pos="last-child")
        assert self.pages_told(receiver) == [about("published", page)]
        assert json.loads(receiver.requests[-1].body)["data"]["urls"] == ["http://testserver/plan/"]

    def test_a_private_page_that_is_deleted_with_its_restriction_was_never_there(
        self, home, everything, receiver
    ):
        page = StandardPageFactory(parent=home, slug="secret-plan", live=False)
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        publish(page)
        page.delete()
        assert self.pages_told(receiver) == []
        assert all(b"secret" not in request.body for request in receiver.requests)

    def test_that_a_page_becomes_private_is_told_without_saying_which(
        self, page, everything, receiver
    ):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        tell_endpoints.call()
        (request,) = receiver.requests
        assert json.loads(request.body)["data"]["model"] == "wagtailcore.PageViewRestriction"
        assert b"about" not in request.body

    def test_a_document_that_becomes_private_is_gone_to_readers(self, home, everything, receiver):
        shelf = Collection.get_first_root_node().add_child(name="Shelf")
        CollectionViewRestriction.objects.create(collection=shelf, restriction_type="login")
        document = made_public(DocumentFactory())
        document.save()
        document.collection = shelf
        document.save()
        document.save()
        document.delete()
        tell_endpoints.call()
        whats = [what for what, model, _ in told(receiver) if model == "resources.Document"]
        assert whats[-1] == "unpublished"
        assert set(whats[:-1]) == {"published"}

    def test_a_document_of_a_private_collection_is_not_told(self, home, everything, receiver):
        shelf = Collection.get_first_root_node().add_child(name="Shelf")
        CollectionViewRestriction.objects.create(collection=shelf, restriction_type="login")
        DocumentFactory(collection=shelf).delete()
        tell_endpoints.call()
        assert "resources.Document" not in {model for _, model, _ in told(receiver)}


class TestOrder:
    def test_messages_about_a_page_come_in_order_though_some_fail(
        self, page, home, endpoint, receiver, clock
    ):
        other = StandardPageFactory(parent=home, slug="other")
        publish(page)
        page.unpublish()
        publish(other, page)
        receiver.behave = "fail"
        tell_endpoints.call()
        # One try for each page: what comes after waits.
        assert told(receiver) == [about("published", page), about("published", other)]
        receiver.behave = "take"
        receiver.requests.clear()
        clock.forward(seconds=6)
        tell_endpoints.call()
        assert [one for one in told(receiver) if one[2] == str(page.pk)] == [
            about("published", page),
            about("unpublished", page),
            about("published", page),
        ]

    def test_a_page_whose_messages_are_refused_does_not_hold_up_the_others(
        self, page, home, endpoint, receiver
    ):
        others = [StandardPageFactory(parent=home) for _ in range(3)]
        receiver.broken_at = "/about/"
        publish(page, *others)
        tell_endpoints.call()
        assert Delivery.objects.filter(state="delivered").count() == 3

    def test_a_receiver_that_breaks_at_one_message_gets_the_others(
        self, page, home, endpoint, receiver
    ):
        others = [StandardPageFactory(parent=home) for _ in range(3)]
        receiver.broken_at, receiver.broken = "/about/", "close"
        publish(page, *others)
        tell_endpoints.call()
        assert Delivery.objects.filter(state="delivered").count() == 3

    def test_a_receiver_that_is_away_is_tried_twice_and_not_for_each_message(
        self, home, endpoint, receiver, clock
    ):
        pages = [StandardPageFactory(parent=home) for _ in range(6)]
        receiver.behave = "wait"
        publish(*pages)
        tell_endpoints.call()
        assert len(receiver.requests) == 2
        assert not queue.endpoints_with_work()
        receiver.behave = "take"
        receiver.requests.clear()
        clock.forward(seconds=6)
        tell_endpoints.call()
        assert [one[2] for one in told(receiver)] == [str(page.pk) for page in pages]

    def test_what_waited_only_because_it_was_away_goes_when_it_answers_again(
        self, home, endpoint, receiver, clock
    ):
        receiver.behave = "close"
        for _ in range(2):
            publish(*[StandardPageFactory(parent=home) for _ in range(3)])
            tell_endpoints.call()
            clock.forward(seconds=6)
        receiver.behave = "take"
        publish(StandardPageFactory(parent=home))
        tell_endpoints.call()
        assert Delivery.objects.filter(state="waiting", attempts=0).count() == 0

    def test_a_slow_receiver_does_not_keep_the_others_from_hearing(self, page, endpoint):
        with Receiver(behave="wait") as slow:
            make_endpoint(slow.url, name="A, so that it is first")
            publish(page)
            tell_endpoints.call()
        assert Delivery.objects.get(endpoint=endpoint).state == "delivered"

    def test_while_someone_sends_to_an_endpoint_nobody_else_does(
        self, page, endpoint, receiver, clock
    ):
        publish(page)
        queue.collect()
        busy = Endpoint.objects.filter(pk=endpoint.pk)
        busy.update(busy_until=timezone.now() + queue.LEASE)
        assert queue.take_turn(endpoint.pk) is None
        assert receiver.requests == []
        clock.forward(minutes=3)  # the other was killed
        queue.take_turn(endpoint.pk)
        assert len(receiver.requests) == 1

    def test_a_turn_ends_though_there_is_more_to_send(self, home, endpoint, receiver, monkeypatch):
        monkeypatch.setattr(queue, "TURN", timedelta())
        publish(StandardPageFactory(parent=home))
        queue.collect()
        assert queue.take_turn(endpoint.pk) <= timezone.now()
        assert receiver.requests == []


class TestTryingAgain:
    def test_the_attempts_are_spread_over_three_days(self):
        assert timedelta(days=3) <= sum(queue.DELAYS, timedelta()) < timedelta(days=3, minutes=1)
        assert sorted(queue.DELAYS) == list(queue.DELAYS)

    def test_a_message_that_failed_is_sent_again_under_the_same_number(
        self, page, endpoint, receiver, clock
    ):
        receiver.behave = "fail"
        publish(page)
        tell_endpoints.call()
        tell_endpoints.call()
        assert len(receiver.requests) == 1  # not before its time
        receiver.behave = "take"
        clock.forward(seconds=6)
        tell_endpoints.call()
        first, second = receiver.requests
        assert first.message_id == second.message_id
        assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
        assert Delivery.objects.get().state == "delivered"

    def test_when_to_go_on_is_when_the_next_is_due(self, page, endpoint, receiver):
        receiver.behave = "fail"
        publish(page)
        queue.collect()
        go_on = queue.take_turn(endpoint.pk)
        assert go_on == Delivery.objects.get().next_at
        assert timedelta(seconds=4) < go_on - timezone.now() <= timedelta(seconds=5)

    def test_after_three_days_the_endpoint_is_paused_and_staff_are_told(
        self, page, endpoint, receiver, clock, client
    ):
        administrator = user_in(None, is_superuser=True)
        user_in(PUBLISHERS)
        receiver.behave = "fail"
        publish(page)
        started, tries = timezone.now(), 0
        while not Endpoint.objects.exclude(paused_at=None).exists():
            tell_endpoints.call()
            assert len(receiver.requests) > tries, "it must be tried each time"
            tries = len(receiver.requests)
            waiting = Delivery.objects.get()
            clock.forward(seconds=(waiting.next_at - timezone.now()).total_seconds() + 1)
        endpoint.refresh_from_db()
        passed = endpoint.paused_at - started
        assert timedelta(days=3) <= passed < timedelta(days=3, minutes=2)
        (message,) = mail.outbox
        assert message.to == [administrator.email]
        assert endpoint.name in message.body
        assert endpoint.secret not in message.body
        # Nothing is sent, and nothing is lost.
        publish(page)
        clock.forward(days=1)
        tell_endpoints.call()
        assert len(receiver.requests) == tries
        receiver.behave = "take"
        queue.resume(endpoint)
        tell_endpoints.call()
        assert Delivery.objects.filter(state="delivered").count() == 2

    def test_mail_that_is_down_does_not_keep_it_from_being_paused(self, endpoint, settings, caplog):
        user = user_in(None, is_superuser=True)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        queue.pause(endpoint)
        endpoint.refresh_from_db()
        assert endpoint.state == "Paused"
        assert "ConnectionRefusedError" in caplog.text
        assert user.email not in caplog.text

    def test_an_endpoint_that_was_deleted_meanwhile_stays_deleted(self, page, endpoint, receiver):
        publish(page)
        queue.collect()
        delivery = Delivery.objects.select_related("endpoint").get()
        Endpoint.objects.all().delete()
        with pytest.raises(Exception, match="Forced update did not affect any rows"):
            queue.attempt(delivery)

    def test_the_worker_comes_back_when_the_time_has_come(
        self, page, endpoint, receiver, settings, clock
    ):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
        receiver.behave = "fail"
        publish(page)
        tell_endpoints.enqueue()
        work()
        assert len(receiver.requests) == 1
        work()
        assert len(receiver.requests) == 1
        receiver.behave = "take"
        clock.forward(seconds=6)
        work()
        assert len(receiver.requests) == 2
        # The look for what a killed worker left finds nothing, and is the last one.
        clock.forward(minutes=10)
        work()
        assert not DBTaskResult.objects.exclude(status="SUCCESSFUL").exists()

    def test_neither_another_endpoint_nor_other_work_waits_for_a_slow_one_to_finish(
        self, home, endpoint, settings, monkeypatch
    ):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
        monkeypatch.setattr(queue, "TURN", timedelta(seconds=0.3))
        with Receiver(behave="ponder") as slow:
            make_endpoint(slow.url, name="A, so that it is first", types=["home.StandardPage"])
            publish(*[StandardPageFactory(parent=home) for _ in range(6)])
            tell_endpoints.enqueue()
            make_renditions.enqueue(0)
            work()
            assert len(slow.requests) == 6
        quick = Delivery.objects.filter(endpoint=endpoint)
        last_of_the_slow = Delivery.objects.exclude(endpoint=endpoint).latest("sent_at").sent_at
        assert quick.latest("sent_at").sent_at < last_of_the_slow
        other_work = DBTaskResult.objects.get(
            task_path="cms.core.tasks.make_renditions", args_kwargs__args=[0]
        )
        assert other_work.finished_at < last_of_the_slow


def work():
    """Run the worker until nothing is due, in the transaction of the test."""
    with mock.patch("django_tasks_db.management.commands.db_worker.close_old_connections"):
        call_command("db_worker", batch=True, queue_name="*", startup_delay=False, verbosity=0)


class TestTheLog:
    def test_holds_the_message_and_the_answer(self, page, endpoint, receiver):
        receiver.behave = "fail"
        publish(page)
        tell_endpoints.call()
        delivery = Delivery.objects.get()
        assert delivery.body.encode() == receiver.requests[0].body
        assert delivery.sent_to == receiver.url
        assert (delivery.status, delivery.error) == (500, "It answered 500.")
        assert "Oh no" in delivery.answer
        assert delivery.took > 0

    def test_a_test_is_sent_once_and_is_in_it(self, endpoint, receiver):
        receiver.behave = "fail"
        assert queue.send_test(endpoint).status == 500
        tell_endpoints.call()
        (request,) = receiver.requests
        assert Webhook(endpoint.secret).verify(request.body, request.headers)["type"] == "test"
        assert Delivery.objects.get().state == "failed"

    def test_what_is_sent_again_is_the_same_message(self, page, endpoint, receiver):
        publish(page)
        tell_endpoints.call()
        queue.send_again(Delivery.objects.get())
        send_to.call(endpoint.pk)
        first, second = receiver.requests
        assert first.message_id == second.message_id
        assert first.body == second.body

    def test_is_purged_after_thirty_days(self, page, endpoint, clock, capsys):
        publish(page)
        tell_endpoints.call()
        clock.forward(days=29)
        call_command("purge_deliveries")
        assert Delivery.objects.count() == 1
        clock.forward(days=2)
        call_command("purge_deliveries")
        assert not Delivery.objects.exists()
        assert capsys.readouterr().out.endswith("Deleted 1 lines of the webhooks' log.\n")

    def test_the_secret_is_nowhere_in_the_database_nor_in_logs(
        self, page, endpoint, receiver, caplog
    ):
        caplog.set_level(logging.DEBUG)
        receiver.behave = "fail"
        publish(page)
        tell_endpoints.call()
        secret = endpoint.secret.removeprefix("whsec_")
        rows = [*Endpoint.objects.values(), *Delivery.objects.values()]
        assert secret not in str(rows)
        assert secret not in caplog.text
