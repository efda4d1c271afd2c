"""Pages are prepared when they change: readers wait for nothing, and are told nothing old."""

import os
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from cms.api.content import prepared as preparing
from cms.api.content.page_filters import ORDERS
from cms.api.content.page_shapes import read_whole
from cms.api.content.prepared import prepare
from cms.api.feed.keeping import catch_up
from cms.api.models import PreparedPage
from cms.api.tasks import bring_feed_on
from tests.factories import StandardPageFactory, ToolkitChapterPageFactory, ToolkitPageFactory

from .contract import read
from .editing import Editor
from .keeping_copies import the_site

SEEDS = int(os.environ.get("SYNC_SEEDS", "1"))


@pytest.fixture
def site(site, client):
    # Settings that nobody has saved are made when first asked for, which is a change.
    read(client, "/settings/")
    return site


def made_without(client) -> dict:
    """What the API lists when nothing is prepared."""
    PreparedPage.objects.all().delete()
    return the_site(client)


def mark_all() -> None:
    """Have whatever is given as prepared say so, and be told from what is made."""
    for row in PreparedPage.objects.exclude(json=""):
        row.json = row.json.replace('"title": "', '"title": "Prepared: ', 1)
        row.save()


def title(client, page) -> str:
    return read(client, f"/pages/{page.pk}/")["title"]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_prepared_equals_what_is_made_while_editors_change_80_pages(seed, site, client):
    editor = Editor(site, seed)
    editor.build(pages=80)
    done = []
    for number in range(60):
        done.append(editor.edit())
        if number % 15 == 14:
            # Before anyone has prepared anything anew, and after that.
            before = the_site(client)
            catch_up()
            assert prepare()
            after = the_site(client)
            made = made_without(client)
            assert before == made, done
            assert after == made, done
            assert prepare()
    assert len(set(done)) > 15


def test_the_worker_prepares_a_page_after_its_publish(about, client):
    bring_feed_on.call()
    mark_all()
    assert title(client, about) == "Prepared: About"
    about.title = "About us"
    about.save_revision().publish()
    assert title(client, about) == "About us"  # the worker has not come yet
    bring_feed_on.call()
    mark_all()
    assert title(client, about) == "Prepared: About us"


def test_lists_and_addresses_are_given_from_what_is_prepared(about, client):
    bring_feed_on.call()
    mark_all()
    at_path = read(client, "/pages/by-path/", path="/about/")
    listed = read(client, "/pages/", fields="*", child_of="root")["items"]
    short = read(client, "/pages/", fields="summary", child_of="root")["items"]
    assert at_path["page"]["title"] == "Prepared: About"
    assert at_path["page"] == listed[0]
    assert short[0]["title"] == "Prepared: About"
    assert short[0]["summary"] == listed[0]["summary"]
    assert "body" not in short[0]


def test_another_format_of_rich_text_is_made_for_who_asks(about, client):
    bring_feed_on.call()
    mark_all()
    page = read(client, f"/pages/{about.pk}/", rich_text_format="markdown")
    assert page["title"] == "About"


def test_what_another_release_prepared_is_not_trusted(about, client, monkeypatch):
    bring_feed_on.call()
    mark_all()
    for module in ("cms.api.content.prepared", "cms.api.content.frame"):
        monkeypatch.setattr(f"{module}.release", lambda: "f" * 64)
    assert title(client, about) == "About"
    assert prepare()
    mark_all()
    assert title(client, about) == "Prepared: About"


def test_a_page_that_changes_while_it_is_prepared_is_prepared_again(about, client, monkeypatch):
    catch_up()

    def slowly(pages):
        found = read_whole(pages)
        Page.objects.get(pk=about.pk).specific.unpublish()
        return found

    monkeypatch.setattr(preparing, "read_whole", slowly)
    assert prepare()
    assert client.get(f"/api/content/v1/pages/{about.pk}/").status_code == 404
    monkeypatch.setattr(preparing, "read_whole", read_whole)
    page = Page.objects.get(pk=about.pk).specific
    page.title = "Back again"
    page.save_revision().publish()
    bring_feed_on.call()
    assert title(client, about) == "Back again"


def gone(client, page) -> bool:
    listed = [item["id"] for item in read(client, "/pages/", limit=100)["items"]]
    address = f"/api/content/v1/pages/by-path/?path=/{page.slug}/"
    at_key = client.get(f"/api/content/v1/pages/{page.pk}/")
    return (
        page.pk not in listed
        and client.get(address).status_code == 404
        and at_key.status_code == 404
    )


def test_a_prepared_page_goes_with_its_page(about, client):
    bring_feed_on.call()
    about.unpublish()
    assert gone(client, about)


def test_a_prepared_page_that_becomes_private_is_given_to_nobody(about, client):
    bring_feed_on.call()
    PageViewRestriction.objects.create(page=about, restriction_type="login")
    assert gone(client, about)
    bring_feed_on.call()
    assert gone(client, about)


def test_a_prepared_page_goes_in_the_minute_that_it_expires(about, client, monkeypatch):
    about.expire_at = timezone.now() + timedelta(minutes=5)
    about.save_revision().publish()
    bring_feed_on.call()
    assert not gone(client, about)
    later = about.expire_at + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert gone(client, about)


def test_a_draft_of_a_prepared_page_is_not_shown(about, client):
    bring_feed_on.call()
    about.title = "Nobody may see this draft"
    about.save_revision()
    bring_feed_on.call()
    assert title(client, about) == "About"


def test_the_worker_stops_when_its_time_is_over_and_goes_on_later(site):
    for _ in range(60):
        StandardPageFactory(parent=site, listing_image=None)
    catch_up()
    assert prepare(seconds=0) is False
    assert 0 < PreparedPage.objects.count() < 60
    assert prepare() is True
    assert PreparedPage.objects.count() == Page.objects.live().filter(depth__gt=1).count()


def costs(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("number", [3, 20])
def test_a_prepared_page_costs_one_query_and_a_list_two(number, site, client):
    toolkit = ToolkitPageFactory(parent=site, slug="toolkit")
    for chapter in range(number):
        ToolkitChapterPageFactory(parent=toolkit, slug=f"chapter-{chapter}")
    bring_feed_on.call()
    prefix = "/api/content/v1/pages/"
    assert costs(client, f"{prefix}by-path/?path=/toolkit/chapter-1/") == 1
    assert costs(client, f"{prefix}by-path/?path=/toolkit/chapter-1/&include=menus,settings") == 1
    for asked in ("", "&order=-last_published_at", "&type=home.HomePage"):
        assert costs(client, f"{prefix}?fields=*&limit=20{asked}") == 2


@pytest.mark.parametrize("order", [sign + name for name in ORDERS for sign in ("", "-")])
def test_the_first_part_of_a_list_is_the_same_prepared_or_not(order, site, client):
    for number, title in enumerate(("Bread", "Apples", "Bread", "Cider", "Damsons")):
        page = StandardPageFactory(parent=site, title=title, slug=f"a-{number}")
        Page.objects.filter(pk=page.pk).update(
            first_published_at=timezone.now() - timedelta(days=number) if number else None,
            last_published_at=timezone.now() if number != 2 else None,
        )
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    bring_feed_on.call()
    prepared = listed(client, order)
    mark_all()
    assert listed(client, order) != prepared
    for row in PreparedPage.objects.all():  # another release's worker makes them anew
        row.release = "another"
        row.save()
        assert len(listed(client, order)) == len(prepared)
    assert listed(client, order) == prepared


def listed(client, order) -> list:
    """The rows of all parts; a cursor itself says when it was made."""
    found, cursor = [], {}
    while cursor is not None:
        part = read(client, "/pages/", order=order, limit=3, **cursor)
        found += part["items"]
        cursor = {"cursor": part["next_cursor"]} if part["next_cursor"] else None
    return found
