import pytest

from cms.delivery import queue, sending
from cms.delivery.models import Endpoint
from cms.events.models import Event
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
    """Tells the receiver of everything, from now on."""
    return make_endpoint(receiver.url)


def make_endpoint(url, **values):
    queue.collect()  # what was there before
    return Endpoint.objects.create(
        **{"name": f"Endpoint {Endpoint.objects.count()}", "url": url, "whats": Event.What.values}
        | values
    )
