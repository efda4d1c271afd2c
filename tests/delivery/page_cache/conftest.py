"""A small site behind its page cache."""

import time
from types import SimpleNamespace

import pytest

from cms.delivery.page_cache import answers, layer
from cms.delivery.page_cache.answers import Holds
from tests.factories import (
    StandardPageFactory,
)

from .cached import Site


@pytest.fixture
def about(transactional_db, django_db_serialized_rollback, home):
    """A page of a site whose changes are committed, as they are when it runs."""
    page = StandardPageFactory(parent=home, title="About", slug="about")
    page.save_revision().publish()
    return page


@pytest.fixture
def site(about):
    site = Site()
    # Settings that nobody has saved, and sizes of pictures, are made when first asked for.
    for address in ("/about/", "/", "/api/v2/images/", "/search/"):
        site.made(address)
    return site


@pytest.fixture
def alone(monkeypatch):
    """The page cache around applications of the test's own, which have no content."""
    monkeypatch.setattr(Holds, "now", lambda: Holds(None, float("inf")))


@pytest.fixture
def clock(monkeypatch):
    """How far the clock of the page cache is put forward; seconds, in a list."""
    ahead = [0]
    clock = SimpleNamespace(time=lambda: time.time() + ahead[0], monotonic=time.monotonic)
    for module in (layer, answers):
        monkeypatch.setattr(module, "time", clock)
    return ahead
