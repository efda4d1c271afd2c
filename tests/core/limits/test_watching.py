"""What the doctor and the metrics say of limits."""

import resource

import pytest

from cms.core.limits import throttling, watching
from cms.core.watching import readings
from tests.core.test_settings import WHOLE, start


@pytest.fixture
def sound(settings):
    """Settings of which nothing is to be said."""
    settings.SECURE_PROXY_SSL_HEADER = None
    settings.EDGE_PURGE_URL = []
    settings.CONNECTIONS = 100
    return settings


def found():
    examinations = (watching._rates, watching._in_front, watching._connections)
    return [message for examine in examinations for message in examine()]


def test_nothing_is_said_of_settings_that_are_right(sound):
    assert found() == []


def test_the_rates_of_the_live_site_are_rates():
    amounts = "{name: parse(rate).amount for name, rate in p.RATES.items()}"
    told = start(f"from limits import parse; print({amounts})", **WHOLE)
    assert "'search': 120, 'api': 600, 'token': 6000, 'form': 30" in told.stdout, told.stderr


def test_a_rate_that_is_none_is_named(sound):
    sound.RATES = {**sound.RATES, "search": "often", "api": ""}
    (message,) = found()
    assert "RATE_SEARCH is “often”" in message.msg
    assert "120/minute" in message.hint


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https"), "BEHIND_PROXY"),
        ("EDGE_PURGE_URL", ["http://127.0.0.1:6081"], "EDGE_PURGE_URL"),
    ],
)
def test_a_proxy_that_is_not_trusted_is_found_as_all_readers_would_be_one(sound, name, value, said):
    setattr(sound, name, value)
    (message,) = found()
    assert said in message.msg
    assert "TRUSTED_PROXIES" in message.hint
    sound.TRUSTED_PROXIES = ["127.0.0.1/32"]
    assert found() == []


def test_more_connections_than_the_system_allows_are_told(sound):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    sound.CONNECTIONS = most + 1
    (message,) = found()
    assert f"{most} files" in message.msg
    assert "LimitNOFILE" in message.hint


def test_what_is_refused_is_counted_by_its_reason(home, client, settings):
    settings.RATES = {**settings.RATES, "search": "1/minute"}
    before = throttling.exceeded["search"]
    for _ in range(3):
        client.get("/search/?q=a")
    assert throttling.exceeded["search"] == before + 2
    tallies = {name: counts for name, _about, _label, counts in readings.tallies()}
    assert tallies["cms_too_many_requests"] is throttling.exceeded
    assert tallies["cms_refused_requests"].keys() >= {"size", "pace", "bodies", "downloads"}
