from datetime import timedelta

import pytest
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
