import gc
import sqlite3
from contextlib import ExitStack, closing

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection
from django.db.models.signals import post_migrate

from cms.core.limits import throttling
from cms.core.watching import health, services
from cms.events import version
from resources import counting
from tests import first_home, migrated, pictures
from tests.factories import (
    BenefitsPageFactory,
    DocumentFactory,
    GetInvolvedPageFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    PartnersPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from tests.pretended import Pretended


def pytest_collection_finish():
    """Looking for rubbish among all that was imported took a sixth of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_blocker, request):
    """As pytest-django has it, on SQLite from a database that is migrated already."""
    with ExitStack() as stack:
        memory = None
        if connection.vendor == "sqlite":
            # Held open, so that Django finds it when it connects to the memory of this name.
            memory = sqlite3.connect(connection.settings_dict["TEST"]["NAME"], uri=True)
            stack.enter_context(closing(memory))
            migrated.copy_into(memory)
        *_, last = apps.get_app_configs()

        def begin(**kwargs):
            if memory and not migrated.kept().exists():
                migrated.keep(memory)
            first_home.put_for_all()

        # Before Django notes what is in the database, which some tests put back.
        post_migrate.connect(begin, sender=last)
        request.getfixturevalue("django_db_setup")
        post_migrate.disconnect(begin, sender=last)


@pytest.fixture(scope="session", autouse=True)
def _pictures():
    with pictures.made_once():
        yield


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _nothing_cached():
    for cache in caches.all(initialized_only=True):
        cache.clear()
    throttling.forget()
    version.touch()


@pytest.fixture(autouse=True)
def _nothing_counted():
    counting.forget()


@pytest.fixture
def home(db):
    """The home page of the default site, and nothing else in it."""
    return first_home.get()


@pytest.fixture
def library(home):
    """Something for each chooser to choose, so that every block can be whole."""
    ImageFactory(title="A picture")
    DocumentFactory(title="A document")
    PartnerFactory(name="A partner")
    BenefitsPageFactory(parent=home)
    PartnersPageFactory(parent=home)
    GetInvolvedPageFactory(parent=home)
    ToolkitChapterPageFactory(parent=ToolkitPageFactory(parent=home))
    MaterialsPageFactory(parent=home)


@pytest.fixture
def pretended(monkeypatch):
    """Nothing for an operator to look at but the services that the test adds."""
    monkeypatch.setattr(services, "_services", {})
    monkeypatch.setattr(services, "_looks", {})
    monkeypatch.setattr(health, "_said", {})
    return Pretended()
