"""An answer that has not changed costs next to nothing, and one that has is never given again."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    Site,
)

from cms.api.content.api import PREFIX
from cms.core.models import Alert, SiteSettings
from cms.events import version
from cms.events.models import Event
from programme.models import Partner
from resources.models import PageExport
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    PartnerFactory,
    StandardPageFactory,
    ToolkitPageFactory,
)

ADDRESS = f"{PREFIX}pages/by-path/?path=/about/&include=menus,settings"


@pytest.fixture
def site(transactional_db, django_db_serialized_rollback, home):
    """A site whose changes are committed, as they are when it runs; and nothing is cached."""
    for cache in caches.all():
        cache.clear()
    about = StandardPageFactory(parent=home, title="About", slug="about")
    about.save_revision().publish()
    # Settings that nobody has saved, and sizes of pictures, are made when first asked for.
    Client().get(ADDRESS)
    for cache in caches.all():
        cache.clear()
    Site.get_site_root_paths()  # which Wagtail keeps for an hour
    return about


def asks(client, address=ADDRESS, etag=None, **headers):
    """An answer, and how many queries it took."""
    headers |= {"If-None-Match": etag} if etag else {}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(address, headers=headers)
    return response, len(queries)


def test_what_the_client_has_is_said_to_be_right_before_anything_is_made(site, client):
    first, _ = asks(client)
    version.touch()
    cold, few = asks(client, etag=first["ETag"])
    warm, none = asks(client, etag=first["ETag"])
    assert (cold.status_code, warm.status_code) == (304, 304)
    assert (few, none) == (1, 0)
    assert cold.content == b""
    assert cold["ETag"] == first["ETag"]


def test_the_etag_is_strong(site, client):
    answer, _ = asks(client)
    assert answer["ETag"].startswith('"')


def test_caches_in_between_are_told_how_long_and_under_which_names(site, client):
    answer, _ = asks(client)
    assert answer["Cache-Control"] == ("public, max-age=0, s-maxage=60, stale-while-revalidate=60")
    names = answer["Cache-Tag"].split(",")
    assert {"content", f"page-{site.pk}", "type-home.StandardPage", "menus"} <= set(names)
    assert answer["Surrogate-Key"].split() == names
    assert answer["Last-Modified"]
    assert answer["Vary"] == "origin"  # the page cache packs it, and adds Accept-Encoding
    assert not answer.cookies


def test_an_error_is_kept_by_no_cache(site, client):
    answer, _ = asks(client, f"{PREFIX}pages/by-path/?path=/nothing/")
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def publish(site):
    site.title = "About us"
    site.save_revision().publish()


def unpublish(site):
    site.specific.unpublish()


def move(site):
    parent = StandardPageFactory(parent=site.get_parent(), slug="shelf")
    Page.objects.get(pk=site.pk).move(parent, pos="last-child")


def restrict(site):
    PageViewRestriction.objects.create(page=site, restriction_type="login")


def delete(site):
    Page.objects.get(pk=site.pk).delete()


def change_settings(site):
    settings = SiteSettings.for_site(Site.objects.get())
    settings.organisation = "Another council"
    settings.save()


@pytest.mark.parametrize("change", [publish, unpublish, move, restrict, delete, change_settings])
def test_what_changes_a_page_is_seen_by_the_next_request(change, site, client):
    before, _ = asks(client)
    change(site)
    after, _ = asks(client, etag=before["ETag"])
    assert after.status_code in (200, 404)
    assert after.content != before.content


CHANGES = {
    "an image": ImageFactory,
    "a document": DocumentFactory,
    "a partner": lambda: PartnerFactory(logo=None),
    "a partner that goes": lambda: Partner.objects.create(name="x", description="x").delete(),
    "an alert": lambda: Alert.objects.create(title="Closed"),
    "a site": lambda: Site.objects.get().save(),
    "a collection": lambda: Collection.get_first_root_node().add_child(name="Shelf"),
    "a private collection": lambda: CollectionViewRestriction.objects.create(
        collection=Collection.get_first_root_node(), restriction_type="login"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_readers_can_see_moves_the_version(change, site):
    before = str(version.current())
    change()
    assert str(version.current()) != before


def test_a_download_that_is_made_or_goes_moves_the_version(site):
    toolkit = ToolkitPageFactory(parent=site.get_parent(), cover_image=None)
    versions = [str(version.current())]
    export = PageExport(page=toolkit, format="pdf")
    export.keep(b"x", name="x.pdf", digest="x")
    versions.append(str(version.current()))
    export.fail("It could not be made.")
    assert str(version.current()) == versions[-1]
    export.delete()
    versions.append(str(version.current()))
    assert len(set(versions)) == 3


def test_what_expires_moves_the_version_from_its_minute(site, client, monkeypatch):
    before, _ = asks(client)
    soon = timezone.now() + timedelta(minutes=5)
    Page.objects.filter(pk=site.pk).update(expire_at=soon)
    version.touch()  # as the publishing of the date does
    alive, _ = asks(client)
    assert alive.status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: soon + timedelta(seconds=1))
    after, _ = asks(client, etag=alive["ETag"])
    assert after.status_code == 404
    assert before.status_code == 200


def test_another_process_sees_it_when_the_publish_has_returned(site, client):
    """The process that publishes and the one that answers share the cache, and nothing else."""
    before, _ = asks(client)
    remembered = version.current()
    Event.objects.create(what=Event.What.PUBLISHED, model="x", key="1")
    assert version.current() == remembered  # nobody was told yet
    version.touch()  # the other process, after its commit
    after, _ = asks(client, etag=before["ETag"])
    assert after.status_code == 200
    assert version.current() != remembered


def test_a_slow_reader_does_not_bring_back_what_was_before(site, monkeypatch):
    """One who read the database before a commit, and remembers it after that."""
    read = version._read

    def slowly():
        old = read()
        monkeypatch.setattr(version, "_read", read)
        Event.objects.create(what=Event.What.PUBLISHED, model="x", key="1")
        version.touch()
        return old

    version.touch()
    monkeypatch.setattr(version, "_read", slowly)
    old = version.current()
    assert version.current().number > old.number


def test_a_cache_that_is_away_costs_time_and_nothing_else(site, client, settings):
    settings.CACHES = {
        **settings.CACHES,
        "shared": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }
    before, _ = asks(client)
    assert before.status_code == 200
    publish(site)
    after, _ = asks(client, etag=before["ETag"])
    assert after.json()["page"]["title"] == "About us"


class TestFrontEndsElsewhere:
    def test_those_that_are_allowed_may_read_and_see_the_headers(self, home, client, settings):
        settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]
        headers = {"Origin": "https://www.example.org"}
        answer = client.get(f"{PREFIX}menus/", headers=headers)
        assert answer["Access-Control-Allow-Origin"] == "https://www.example.org"
        assert "ETag" in answer["Access-Control-Expose-Headers"]
        asked_first = client.options(
            f"{PREFIX}menus/", headers={**headers, "Access-Control-Request-Method": "GET"}
        )
        assert asked_first.status_code == 200
        assert "GET" in asked_first["Access-Control-Allow-Methods"]

    def test_others_may_not(self, home, client):
        answer = client.get(f"{PREFIX}menus/", headers={"Origin": "https://www.example.org"})
        assert "Access-Control-Allow-Origin" not in answer
        page = client.get("/", headers={"Origin": "https://www.example.org"})
        assert "Access-Control-Allow-Origin" not in page
