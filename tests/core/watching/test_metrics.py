"""What Prometheus reads, and who may."""

import pytest
from django.db import DatabaseError
from django.test import Client

from cms.core.watching import metrics, readings
from cms.delivery.models import Endpoint
from cms.delivery.page_cache.layer import given

TOKEN = "a-token-for-tests-of-metrics"
QUERIES = 5  # tasks; deliveries, paused webhooks; sign-ups, their emails


@pytest.fixture
def scrape(settings, pretended):
    settings.METRICS_TOKEN = TOKEN
    client = Client()

    def scrape(authorization=f"Bearer {TOKEN}", **options):
        return client.get("/metrics/", headers={"authorization": authorization}, **options)

    scrape.client = client
    return scrape


def values(response) -> dict[str, float]:
    lines = response.content.decode().splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def test_without_a_token_there_is_no_such_address(client, home):
    response = client.get("/metrics/", headers={"authorization": "Bearer "})
    assert response.status_code == 404


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xfc"]
)
def test_only_who_has_the_token_reads_them(db, scrape, sent):
    response = scrape(sent)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert b"cms_" not in response.content


def test_with_it_they_are_read_by_any_name_and_kept_by_nobody(db, scrape, settings):
    settings.ALLOWED_HOSTS = ["www.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    response = scrape()
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert response["Cache-Control"] == "no-store"


def test_requests_are_counted_by_view_and_never_by_address(home, scrape):
    def counted():
        return {name: n for name, n in values(scrape()).items() if "seconds_count" in name}

    before = counted()
    for path in ("/", "/?a=1", "/made-up-1/", "/made-up-2/", "/api/content/v1/made-up/"):
        scrape.client.get(path)
    scrape.client.generic("BREW", "/")
    after = counted()
    new = {name: n - before.get(name, 0) for name, n in after.items() if n != before.get(name)}
    page = 'cms_request_seconds_count{method="GET",status="%s",view="wagtail_serve"}'
    assert new[page % "2xx"] == 2
    assert new[page % "4xx"] == 2
    assert sum(new.values()) == 6
    assert "made-up" not in str(new)
    assert "BREW" not in str(new)


def test_answers_of_the_page_cache_are_added_up(db, scrape):
    name = 'cms_page_cache_answers_total{how="%s"}'
    before = values(scrape())
    given["hit"] += 3
    given["bypass"] += 1
    after = values(scrape())
    assert after[name % "hit"] - before[name % "hit"] == 3
    assert after[name % "bypass"] - before[name % "bypass"] == 1
    assert values(scrape()) == after


def test_what_is_in_the_database_costs_few_queries(db, scrape, django_assert_num_queries):
    Endpoint.objects.create(name="App", url="https://www.example.org/")
    with django_assert_num_queries(QUERIES):
        found = values(scrape())
    for name in (
        'cms_tasks{state="waiting"}',
        'cms_tasks{state="failed"}',
        "cms_oldest_task_seconds",
        'cms_webhook_deliveries{state="failing"}',
        "cms_webhooks_paused",
        "cms_sign_ups_waiting",
    ):
        assert found[name] == 0


def test_services_are_up_or_away_and_those_not_used_are_not_named(db, scrape, pretended):
    pretended.service("cache")
    pretended.service("mail", fails="away")
    pretended.service("edge", used=lambda: False)
    found = values(scrape())
    assert found['cms_service_up{service="cache"}'] == 1
    assert found['cms_service_up{service="mail"}'] == 0
    assert 'cms_service_up{service="edge"}' not in found


def test_while_the_database_is_away_the_rest_is_told(scrape, pretended):
    # No fixture lets this test use the database: a query would fail it.
    pretended.service("database", fails="away", needed=True)
    found = values(scrape())
    assert found['cms_service_up{service="database"}'] == 0
    assert "cms_sign_ups_waiting" not in found


def test_what_can_not_be_read_is_left_out(db, scrape, monkeypatch, caplog):
    def fail():
        raise DatabaseError("no such table")

    monkeypatch.setattr(readings, "_readers", [fail, *readings.readers()])
    assert "cms_sign_ups_waiting" in values(scrape())
    assert "could not be read: no such table" in caplog.text


def test_only_reading_is_allowed(scrape):
    assert scrape.client.post("/metrics/").status_code == 405


def test_every_metric_says_what_it_is(db, scrape):
    text = scrape().content.decode()
    assert text.count("# HELP") == text.count("# TYPE") > 8
    assert metrics.FOLDER.is_dir()
