import os
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from cms.delivery import queue, sending
from cms.delivery.models import Endpoint
from tests.delivery.receiver import Receiver


@pytest.fixture(autouse=True)
def _own_network(settings):
    settings.WEBHOOK_ALLOW_PRIVATE_NETWORKS = True


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 0.5)


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoint(db, receiver):
    """Tells the receiver of standard pages, from now on."""
    return make_endpoint(receiver.url, types=["home.StandardPage"])


@pytest.fixture
def everything(db, receiver):
    """Tells the receiver of all there is, from now on."""
    return make_endpoint(receiver.url)


def make_endpoint(url, **values):
    queue.collect()  # what was there before
    return Endpoint.objects.create(
        **{"name": f"Endpoint {Endpoint.objects.count()}", "url": url} | values
    )


@pytest.fixture
def clock(monkeypatch):
    """A clock that can be put forward."""
    return Clock(monkeypatch)


class Clock:
    def __init__(self, monkeypatch):
        self.ahead = timedelta()
        now = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: now() + self.ahead)

    def forward(self, **time):
        self.ahead += timedelta(**time)


@pytest.fixture
def redis_url():
    """A Redis that may be written to: `TEST_REDIS_URL`. No Redis, no test."""
    address = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/7")
    try:
        with redis.Redis.from_url(address) as client:
            client.ping()
    except redis.RedisError:
        pytest.skip("There is no Redis at TEST_REDIS_URL.")
    return address
