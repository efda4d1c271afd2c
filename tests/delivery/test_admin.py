"""Webhooks as administrators work with them, and nobody else."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from standardwebhooks import Webhook

from cms.delivery import queue
from cms.delivery.models import Delivery, Endpoint
from cms.delivery.tasks import tell_endpoints
from home.roles import AUTHORS, EDITORS, PUBLISHERS, SIGN_UP_MANAGERS
from tests.factories import StandardPageFactory, UserFactory, user_in

pytestmark = pytest.mark.django_db
LIST = "/admin/delivery/endpoint/"
LOG = "/admin/delivery/delivery/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def administrator(client):
    user = user_in(None, is_superuser=True)
    client.force_login(user)
    return user


def filled_in(url, **values):
    return {
        "name": "The app",
        "url": url,
        "whats": ["published", "deleted"],
        "types": ["home.StandardPage"],
        "active": "on",
    } | values


def text_of(response) -> str:
    return response.content.decode()


def shown_secrets(response) -> list[str]:
    return SECRET.findall(text_of(response).replace("&#x2B;", "+"))


def a_delivery(endpoint, home) -> Delivery:
    StandardPageFactory(parent=home, slug="about").save_revision().publish()
    tell_endpoints.call()
    return Delivery.objects.latest("pk")


class TestMakingOne:
    def test_the_secret_is_shown_once_and_is_the_one_that_signs(
        self, administrator, client, receiver, home
    ):
        queue.collect()
        response = client.post(f"{LIST}create/", filled_in(receiver.url))
        (secret,) = shown_secrets(response)
        assert "no-store" in response["Cache-Control"]
        endpoint = Endpoint.objects.get()
        assert endpoint.whats == ["published", "deleted"]
        assert endpoint.types == ["home.StandardPage"]
        delivery = a_delivery(endpoint, home)
        request = receiver.requests[-1]
        assert Webhook(secret).verify(request.body, request.headers)
        for address in (
            LIST,
            f"{LIST}inspect/{endpoint.pk}/",
            f"{LIST}edit/{endpoint.pk}/",
            f"{LIST}history/{endpoint.pk}/",
            f"{LIST}delete/{endpoint.pk}/",
            LOG,
            f"{LOG}inspect/{delivery.pk}/",
            "/admin/reports/site-history/",
            "/admin/",
        ):
            html = text_of(client.get(address))
            assert "whsec_" not in html
            assert endpoint.salt not in html

    def test_a_new_secret_replaces_the_old_one_and_is_shown_once(
        self, administrator, client, endpoint
    ):
        old = endpoint.secret
        (secret,) = shown_secrets(client.post(f"{LIST}secret/{endpoint.pk}/"))
        endpoint.refresh_from_db()
        assert secret == endpoint.secret != old

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("http://93.184.215.14/", "must begin with https://"),
            ("https://127.0.0.1/", "inside a private network"),
            ("https://169.254.169.254/latest/meta-data/", "inside a private network"),
            ("https://nothing-here.invalid/", "could not be found"),
            ("nonsense", "not an address that can be called"),
        ],
    )
    def test_an_address_that_may_not_be_called_is_refused_in_a_sentence(
        self, administrator, client, settings, url, sentence
    ):
        settings.WEBHOOK_ALLOW_PRIVATE_NETWORKS = False
        response = client.post(f"{LIST}create/", filled_in(url))
        assert sentence in text_of(response)
        assert shown_secrets(response) == []
        assert not Endpoint.objects.exists()

    def test_every_type_that_the_log_tells_of_can_be_chosen(self, administrator, client):
        html = text_of(client.get(f"{LIST}create/"))
        for model in ("home.HomePage", "resources.ToolkitPage", "resources.Document", "core.Image"):
            assert f'value="{model}"' in html

    def test_all_events_are_ticked_to_begin_with_and_no_type(self, administrator, client):
        html = text_of(client.get(f"{LIST}create/"))
        assert len(re.findall(r'name="whats"[^>]* checked', html)) == 4
        assert not re.search(r'name="types"[^>]* checked', html)

    def test_the_list_asks_the_database_the_same_for_few_and_for_many(
        self, administrator, client, django_assert_max_num_queries
    ):
        Endpoint.objects.create(name="0", url="https://www.example.org/")
        client.get(LIST)
        with django_assert_max_num_queries(30) as few:
            client.get(LIST)
        for number in range(1, 20):
            Endpoint.objects.create(name=number, url="https://www.example.org/")
        with django_assert_max_num_queries(len(few)):
            client.get(LIST)


class TestItsButtons:
    def test_a_test_says_that_it_has_arrived(self, administrator, client, endpoint, receiver):
        response = client.post(f"{LIST}test/{endpoint.pk}/", follow=True)
        assert "The test has arrived: it answered 200." in text_of(response)
        assert len(receiver.requests) == 1

    def test_a_test_says_why_it_has_not_arrived(self, administrator, client, endpoint, receiver):
        receiver.behave = "redirect"
        response = client.post(f"{LIST}test/{endpoint.pk}/", follow=True)
        assert "It answered 301. Redirects are not followed." in text_of(response)

    def test_one_that_is_paused_is_on_the_first_screen_until_it_is_told_again(
        self, administrator, client, endpoint, receiver, home
    ):
        assert "Webhooks that are paused" not in text_of(client.get("/admin/"))
        queue.pause(endpoint)
        assert "Webhooks that are paused" in text_of(client.get("/admin/"))
        StandardPageFactory(parent=home).save_revision().publish()
        tell_endpoints.call()
        assert receiver.requests == []
        client.post(f"{LIST}resume/{endpoint.pk}/")
        assert "Webhooks that are paused" not in text_of(client.get("/admin/"))
        assert len(receiver.requests) == 1

    @pytest.mark.parametrize("action", ["test", "secret", "resume"])
    def test_no_button_is_pressed_by_following_a_link(
        self, administrator, client, endpoint, action, receiver
    ):
        salt = endpoint.salt
        assert client.get(f"{LIST}{action}/{endpoint.pk}/").status_code == 405
        endpoint.refresh_from_db()
        assert endpoint.salt == salt
        assert receiver.requests == []


class TestTheLog:
    def test_shows_the_message_and_the_answer_harmlessly(
        self, administrator, client, endpoint, receiver, home
    ):
        receiver.behave = "fail"
        delivery = a_delivery(endpoint, home)
        html = text_of(client.get(f"{LOG}inspect/{delivery.pk}/"))
        assert "&quot;home.StandardPage&quot;" in html
        assert "It answered 500." in html
        assert "&lt;b&gt;Oh no" in html
        assert delivery.message_id in html

    def test_a_click_sends_a_message_again(self, administrator, client, endpoint, receiver, home):
        delivery = a_delivery(endpoint, home)
        response = client.post(f"{LOG}again/{delivery.pk}/", follow=True)
        assert "It is on its way again." in text_of(response)
        first, second = receiver.requests
        assert first.message_id == second.message_id

    @pytest.mark.parametrize("values", [{"active": False}, {"paused_at": timezone.now()}])
    def test_nothing_is_sent_again_to_one_that_is_off_or_paused(
        self, administrator, client, endpoint, receiver, home, values
    ):
        delivery = a_delivery(endpoint, home)
        Endpoint.objects.update(**values)
        response = client.post(f"{LOG}again/{delivery.pk}/", follow=True)
        assert "Switch it on first." in text_of(response)
        assert len(receiver.requests) == 1

    def test_a_test_is_not_sent_again(self, administrator, client, endpoint, receiver):
        queue.send_test(endpoint)
        delivery = Delivery.objects.get()
        assert client.post(f"{LOG}again/{delivery.pk}/").status_code == 302
        assert "again/" not in text_of(client.get(f"{LOG}inspect/{delivery.pk}/"))
        assert len(receiver.requests) == 1

    def test_nobody_writes_in_it(self, administrator, client, endpoint, home):
        delivery = a_delivery(endpoint, home)
        for address in (
            f"{LOG}create/",
            f"{LOG}edit/{delivery.pk}/",
            f"{LOG}delete/{delivery.pk}/",
        ):
            assert client.post(address, {"what": "test"}).status_code == 302
        assert Delivery.objects.get().what == "published"

    def test_the_list_asks_the_database_the_same_for_few_and_for_many(
        self, administrator, client, endpoint, django_assert_max_num_queries
    ):
        Delivery.objects.create(endpoint=endpoint, what="test")
        client.get(LOG)
        with django_assert_max_num_queries(40) as few:
            client.get(LOG)
        for _ in range(20):
            Delivery.objects.create(endpoint=endpoint, what="test")
        with django_assert_max_num_queries(len(few)):
            client.get(LOG)


class TestWhoMay:
    @pytest.mark.parametrize("role", ["anonymous", AUTHORS, EDITORS, PUBLISHERS, SIGN_UP_MANAGERS])
    def test_others_neither_see_nor_press_any_of_it(self, role, client, endpoint, receiver, home):
        delivery = a_delivery(endpoint, home)
        receiver.requests.clear()
        queue.pause(endpoint)
        salt = Endpoint.objects.get().salt
        if role != "anonymous":
            client.force_login(user_in(role))
        for address in (
            f"{LIST}test/{endpoint.pk}/",
            f"{LIST}secret/{endpoint.pk}/",
            f"{LIST}resume/{endpoint.pk}/",
            f"{LIST}edit/{endpoint.pk}/",
            f"{LIST}delete/{endpoint.pk}/",
            f"{LOG}again/{delivery.pk}/",
        ):
            response = client.post(address, filled_in(receiver.url))
            assert response.status_code == 302, address
            assert shown_secrets(response) == []
        assert client.post(f"{LIST}create/", filled_in(receiver.url)).status_code == 302
        unchanged = Endpoint.objects.get()
        assert unchanged.salt == salt
        assert unchanged.paused_at is not None
        assert receiver.requests == []
        if role != "anonymous":
            html = text_of(client.get("/admin/"))
            assert "Webhook" not in html
            assert endpoint.name not in text_of(client.get("/admin/reports/site-history/"))

    def test_a_group_with_the_permission_may_do_it_all(self, client, endpoint, receiver, home):
        delivery = a_delivery(endpoint, home)
        group = Group.objects.create(name="Integrators")
        group.permissions.set(
            Permission.objects.filter(content_type__app_label="delivery")
            | Permission.objects.filter(codename="access_admin")
        )
        user = UserFactory()
        user.groups.add(group)
        client.force_login(user)
        assert "Send a test" in text_of(client.get(f"{LIST}inspect/{endpoint.pk}/"))
        assert "Send it again" in text_of(client.get(f"{LOG}inspect/{delivery.pk}/"))
        client.post(f"{LOG}again/{delivery.pk}/")
        assert len(receiver.requests) == 2

    def test_one_who_may_only_look_presses_no_button(self, client, endpoint, receiver, home):
        delivery = a_delivery(endpoint, home)
        user = UserFactory()
        user.user_permissions.set(
            Permission.objects.filter(codename__in=["view_endpoint", "access_admin"])
        )
        client.force_login(user)
        assert client.get(f"{LOG}inspect/{delivery.pk}/").status_code == 200
        html = text_of(client.get(f"{LIST}inspect/{endpoint.pk}/"))
        assert "Send a test" not in html
        for address in (f"{LIST}test/{endpoint.pk}/", f"{LOG}again/{delivery.pk}/"):
            assert client.post(address).status_code == 302
        assert len(receiver.requests) == 1
