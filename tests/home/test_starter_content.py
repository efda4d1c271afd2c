"""The starter content: whole, true to its own links, and safe to load twice."""

import re

import pytest
from django.core.management import call_command
from wagtail.models import Page, Revision, Site

from cms.core.models import Image, SiteSettings
from home.models import HomePage
from resources.models import Document, ToolkitChapterPage
from tests import first_home
from tests.blocks import stream_fields

pytestmark = pytest.mark.xdist_group("starter content")  # loaded once, in one process

ADDRESSES = [
    "/",
    "/about/",
    "/benefits/",
    "/partners/",
    "/toolkit/",
    "/toolkit/meetings/",
    "/materials/",
    "/get-involved/",
    "/search/",
    "/accessibility-statement/",
    "/privacy/",
    "/cookies/",
]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The starter content, loaded once for the tests of this file."""
    from django.db import transaction
    from django.test import override_settings

    media = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media),
        transaction.atomic(),
    ):
        first_home.take_away()
        call_command("load_starter_content", verbosity=0)
        yield media
        transaction.set_rollback(True)


@pytest.fixture
def site(loaded, db, settings):
    settings.MEDIA_ROOT = loaded
    return Site.objects.get(is_default_site=True)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_that_was_promised_is_there(address, site, client):
    assert client.get(address).status_code == 200


def test_every_link_inside_the_site_leads_somewhere(site, client):
    seen, todo, broken = set(), ["/"], []
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        if response.status_code != 200:
            broken.append((address, response.status_code))
        elif response.headers["Content-Type"].startswith("text/html"):
            content = response.content.decode()
            todo += [
                link.partition("#")[0]
                for link in re.findall(r'href="(/[^"]*)"', content)
                if not link.startswith(("/static/", "/media/", "/sign-up/"))
            ]
    assert broken == []
    assert len(seen) > 40


def test_loading_it_again_changes_nothing(site):
    def state():
        return (
            Page.objects.count(),
            Revision.objects.count(),
            Image.objects.count(),
            Document.objects.count(),
            list(Page.objects.values_list("title", "last_published_at")),
        )

    page = HomePage.objects.get()
    page.hero_title = "Our own words"
    page.save_revision().publish()
    before = state()
    call_command("load_starter_content", verbosity=0)
    assert state() == before
    assert HomePage.objects.get().hero_title == "Our own words"


def test_every_page_passes_the_checks_of_the_editors_form(site):
    for page in Page.objects.filter(depth__gt=1).specific():
        page.full_clean()
        for field in stream_fields(type(page)):
            field.stream_block.clean(getattr(page, field.name))


def test_every_picture_has_words_and_every_document_a_description(site):
    assert not Image.objects.filter(description="").exists()
    assert not Document.objects.filter(description="").exists()
    assert Document.objects.filter(thumbnail="").count() == 0
    assert set(Document.objects.values_list("language", flat=True)) == {"en", "pl", "ro"}


def test_no_filler_is_left(site, client):
    for address in ADDRESSES:
        assert not re.search("lorem|ipsum|TODO|TBC", client.get(address).content.decode())


def test_the_toolkit_has_its_chapters_in_order(site):
    chapters = list(ToolkitChapterPage.objects.order_by("path").values_list("slug", flat=True))
    assert len(chapters) >= 8
    assert chapters[0] == "what-co-production-is"
    assert chapters[-1] == "measuring-what-changed"


def test_the_site_settings_say_who_to_reach(site):
    assert SiteSettings.for_site(site).contact_email.endswith("example.org")
