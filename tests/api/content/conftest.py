"""A site that is kept in step with."""

import pytest
from django.core.cache import caches

from cms.api.models import Feed, FeedItem
from cms.events import log
from tests.factories import StandardPageFactory

from .keeping_copies import Copy


@pytest.fixture
def site(transactional_db, django_db_serialized_rollback, home, monkeypatch):
    """A site whose changes are committed, as they are when it runs. Its worker does nothing."""
    monkeypatch.setattr(log, "_followers", [])
    FeedItem.objects.all().delete()
    Feed.objects.all().delete()
    for cache in caches.all():
        cache.clear()
    return home


@pytest.fixture
def about(site):
    page = StandardPageFactory(parent=site, title="About", slug="about", listing_image=None)
    page.save_revision().publish()
    return page


@pytest.fixture
def copy(about, client):
    """A copy that has everything; `take` gives what is new."""
    copy = Copy(client, kind="page")
    copy.follow()
    return copy
