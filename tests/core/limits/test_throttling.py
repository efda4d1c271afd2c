"""How often one place may ask, and what is said then."""

import subprocess
import sys

import pytest
from django.test import Client, RequestFactory
from limits import parse

from cms.api.models import Scope, Token
from cms.core.client_address import place
from cms.core.limits import counts, throttling
from cms.core.limits.throttling import TooManyError, count
from tests.factories import GetInvolvedPageFactory, StandardPageFactory, UserFactory
from tests.served import ROOT

API = "/api/content/v1/"


@pytest.fixture
def rates(settings):
    """Sets rates: `rates(search="2/minute")`."""

    def rates(**changed):
        settings.RATES = {**settings.RATES, **changed}

    return rates


@pytest.fixture
def token():
    token = Token(name="App", scopes=[Scope.CONTENT_READ])
    key = token.make_key()
    token.save()
    return key


def statuses(client, address, times, **headers):
    return [client.get(address, headers=headers).status_code for _ in range(times)]


class TestSearch:
    def test_is_refused_with_a_page_when_one_place_asks_too_often(self, home, client, rates):
        rates(search="2/minute")
        assert statuses(client, "/search/?q=a", 3) == [200, 200, 429]
        response = client.get("/search/?q=a")
        assert 0 < int(response["Retry-After"]) <= 60
        assert response["Cache-Control"] == "no-store"
        assert "<h1>Please wait a moment</h1>" in response.text
        assert "Try again in a minute." in response.text
        assert not response.cookies

    def test_by_others_goes_on(self, home, client, rates):
        rates(search="1/minute")
        assert statuses(client, "/search/?q=a", 2) == [200, 429]
        assert Client(REMOTE_ADDR="192.0.2.7").get("/search/?q=a").status_code == 200

    def test_refused_costs_no_query(self, home, client, rates, django_assert_num_queries):
        rates(search="1/minute")
        client.get("/search/?q=a")
        with django_assert_num_queries(0):
            assert client.get("/search/?q=a").status_code == 429

    def test_over_the_api_is_counted_with_it(self, home, client, rates):
        rates(search="2/minute")
        assert statuses(client, f"{API}search/?q=a", 3) == [200, 200, 429]
        assert client.get("/search/?q=a").status_code == 429


class TestTheAPIs:
    @pytest.mark.parametrize("address", [f"{API}menus/", "/api/v2/pages/", f"{API}nothing/"])
    def test_are_refused_with_problem_details(self, home, client, rates, address):
        rates(api="2/minute")
        first = statuses(client, address, 2)
        assert first in ([200, 200], [404, 404])
        response = client.get(address)
        assert response.status_code == 429
        assert response["Content-Type"] == "application/problem+json"
        assert response["Retry-After"]
        found = response.json()
        assert (found["status"], found["title"]) == (429, "Too Many Requests")
        assert "Try again in a minute." in found["detail"]

    def test_let_a_token_ask_more_often_wherever_it_asks_from(self, home, client, rates, token):
        rates(api="1/minute", token="3/minute")
        asked = {"authorization": f"Bearer {token}"}
        assert statuses(client, f"{API}menus/", 3, **asked) == [200] * 3
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        assert statuses(elsewhere, "/api/v2/pages/", 1, **asked) == [429]

    def test_count_a_token_that_does_not_work_as_its_place(self, home, client, rates):
        rates(api="2/minute")
        found = [
            client.get(f"{API}menus/", headers={"authorization": f"Bearer cms_{n}"}).status_code
            for n in range(3)
        ]
        assert found[-1] == 429

    def test_do_not_count_what_a_browser_asks_beforehand(self, home, client, rates):
        rates(api="1/minute")
        for _ in range(3):
            assert client.options(f"{API}menus/").status_code != 429


class TestWhatIsSent:
    def test_to_a_form_comes_back_filled_in_when_it_is_too_often(self, home, client, rates):
        rates(form="1/minute")
        page = GetInvolvedPageFactory(parent=home)
        name = next(iter(page.get_form(page=page).fields))
        address = f"/sign-up/{page.pk}/"
        assert client.post(address, {name: "Amina"}).status_code == 422
        response = client.post(address, {name: "Amina"})
        assert (response.status_code, response["Retry-After"].isdecimal()) == (429, True)
        assert "Amina" in response.text
        assert "Nothing has been lost: your answers are below." in response.text

    def test_to_a_form_over_the_api_is_counted_with_it(self, home, client, rates):
        rates(form="1/minute")
        page = GetInvolvedPageFactory(parent=home)
        sent = {"data": {"answers": {}}, "content_type": "application/json"}
        client.post(f"/sign-up/{page.pk}/", {})
        response = client.post(f"{API}forms/{page.pk}/submissions/", **sent)
        assert response.status_code == 429
        assert response["Content-Type"] == "application/problem+json"

    def test_to_open_a_page_is_counted_so_that_nobody_guesses_passwords(self, home, client, rates):
        rates(password="2/minute")
        page = StandardPageFactory(parent=home)
        lock = page.view_restrictions.create(restriction_type="password", password="secret")
        address = f"/_util/authenticate_with_password/{lock.pk}/{page.pk}/"
        sent = {"password": "guess", "return_url": page.url}
        assert [client.post(address, sent).status_code for _ in range(3)] == [200, 200, 429]

    @pytest.mark.parametrize("address", ["/admin/login/", "/admin/password_reset/", "/nothing/"])
    def test_without_signing_in_is_counted_whatever_it_is(self, home, client, rates, address):
        rates(post="2/minute")
        found = [client.post(address, {"username": "a"}).status_code for _ in range(3)]
        assert found[:2] != [429, 429]
        assert found[2] == 429

    def test_by_an_editor_is_not_counted(self, home, client, rates):
        rates(post="1/minute")
        client.force_login(UserFactory(is_superuser=True))
        found = [client.post("/admin/pages/1/edit/", {}).status_code for _ in range(3)]
        assert 429 not in found

    def test_with_a_session_that_is_none_is_counted(self, home, client, rates):
        rates(post="1/minute")
        client.cookies["sessionid"] = "made-up"
        assert client.post("/nothing/").status_code != 429
        assert client.post("/nothing/").status_code == 429


class TestAPlace:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("", ""),
        ],
    )
    def test_is_an_address_or_the_network_of_one_customer(self, address, expected):
        assert place(RequestFactory(REMOTE_ADDR=address).get("/").META) == expected

    def test_behind_our_proxy_is_the_readers(self, home, settings, rates):
        rates(search="1/minute")
        settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
        asked = [
            Client(headers={"x-forwarded-for": address}).get("/search/?q=a").status_code
            for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
        ]
        assert asked == [200, 200, 429]


def test_a_rate_that_is_empty_is_no_limit(rates):
    rates(api="")
    for _ in range(2000):
        count("api", "somewhere")


COUNT = """
import django; django.setup()
from django.conf import settings
settings.COUNTS_FILE, settings.CACHES["shared"] = {file!r}, {cache!r}
settings.RATES = {{**settings.RATES, "api": "100/minute"}}
from cms.core.limits.throttling import TooManyError, count
taken = 0
for _ in range(100):
    try:
        count("api", {whose!r})
        taken += 1
    except TooManyError:
        pass
print(taken)
"""


@pytest.mark.parametrize("where", ["file", "redis"])
def test_all_processes_count_together(where, request, tmp_path):
    cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if where == "redis":
        cache = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": request.getfixturevalue("redis_url"),
        }
    code = COUNT.format(file=str(tmp_path / "counts"), cache=cache, whose=str(tmp_path))
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert sum(int(process.communicate()[0]) for process in processes) == 100


class TestWhenNothingCanBeCounted:
    @pytest.fixture
    def away(self, settings):
        """Redis is not there."""
        settings.CACHES = {
            **settings.CACHES,
            "shared": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://127.0.0.1:9/0",
            },
        }
        counts.shared.cache_clear()
        yield
        settings.CACHES = {**settings.CACHES, "shared": settings.CACHES["default"]}
        counts.shared.cache_clear()

    def test_readers_ask_as_they_like_and_the_log_says_so_once(self, away, rates, caplog):
        rates(search="1/minute")
        for _ in range(5):
            count("search", "somewhere")
        said = [record for record in caplog.records if record.name == throttling.__name__]
        assert len(said) == 1
        assert "Nothing can be counted" in said[0].getMessage()

    def test_what_is_sent_is_counted_by_each_process(self, away, rates):
        rates(post="2/minute")
        for _ in range(2):
            count("post", "somewhere", writes=True)
        with pytest.raises(TooManyError):
            count("post", "somewhere", writes=True)


def test_what_was_counted_is_forgotten_in_time(tmp_path, monkeypatch):
    storage = counts.FileStorage(tmp_path / "counts")
    now = [1000.0]
    monkeypatch.setattr(counts.time, "time", lambda: now[0])
    item = parse("2/minute")
    assert [storage.incr("a", item.get_expiry()) for _ in range(3)] == [1, 2, 3]
    now[0] += 61
    assert storage.get("a") == 0
    assert storage.incr("a", item.get_expiry()) == 1
    now[0] += 61
    monkeypatch.setattr(counts, "TIDY_EVERY", 1)
    storage.incr("b", item.get_expiry())
    rows = storage._db.execute("SELECT key FROM counts").fetchall()
    assert rows == [("b",)]
