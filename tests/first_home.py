"""The home page that nearly every test begins with, made once for all of them.

It is in the test database before the first test, in place of Wagtail's “Welcome” page.
"""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from wagtail.models import Page, Site

from cms.core.models import Image
from home.models import HomePage

from .factories import HomePageFactory, ImageFactory

_MEDIA = Path(settings.MEDIA_ROOT)  # the folder of the whole run; each test has one of its own


def put() -> HomePage:
    """A site with a home page, and nothing else in it."""
    Page.objects.filter(depth=2).delete()
    home = HomePageFactory(parent=Page.get_first_root_node())
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    return home


def put_for_all() -> None:
    ImageFactory.reset_sequence(1)
    with override_settings(MEDIA_ROOT=_MEDIA), transaction.atomic():
        put()
        connection.run_on_commit.clear()  # as in a test, where nothing is ever committed


def get() -> HomePage:
    """The one that was put for all, with its picture where this test has its files."""
    home = HomePage.objects.filter(depth=2).first()
    if home is None:  # a test before this one has emptied the database
        return put()
    shutil.copytree(_MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)
    return home


def take_away() -> None:
    """Leave the database as migrations do: with Wagtail's page, which has no type of ours."""
    Page.objects.filter(depth=2).delete()
    Image.objects.all().delete()
    Site.objects.all().delete()
    welcome = Page.get_first_root_node().add_child(instance=Page(title="Welcome", slug="home"))
    Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)
