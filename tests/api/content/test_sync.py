"""A copy that is kept by `sync/` equals the site, whatever editors do."""

import os
import random
import re
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from cms.api.feed.keeping import catch_up
from cms.api.models import Feed
from cms.events.models import Event
from tests.factories import (
    ImageFactory,
    PartnerFactory,
    PartnersPageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
    UserFactory,
)
from tests.factories.files import picture

from .editing import Editor
from .keeping_copies import Copy, assert_in_step, told

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
SEEDS = int(os.environ.get("SYNC_SEEDS", "1"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_copy_stays_in_step_while_editors_change_200_pages(seed, site, client):
    editor = Editor(site, seed)
    editor.build(pages=200)
    copy = Copy(client, limit=17)
    chance = random.Random(seed)  # noqa: S311 - it must be the same each time
    done = []
    for number in range(120):
        done.append(editor.edit())
        if number % 3 == 0:
            copy.take()
        if number % 40 == 39 or chance.random() < 0.03:
            copy.follow()
            assert_in_step(copy)
    copy.follow()
    assert_in_step(copy)
    assert len(set(done)) > 20


def test_who_brings_the_feed_on_ends_though_more_happens_meanwhile(site):
    """An import that publishes for an hour would hold up every other task of the worker."""
    page = StandardPageFactory(parent=site)
    written = []

    def publish(**kwargs):
        written.append(page)
        assert len(written) < 5, "It goes on for ever."
        page.save_revision().publish()

    catch_up()
    page.save_revision().publish()
    post_save.connect(publish, sender=Feed)
    try:
        catch_up()
    finally:
        post_save.disconnect(publish, sender=Feed)
    assert written


# What is told ------------------------------------------------------------------------


def test_nothing_is_told_while_nothing_changes(copy):
    with time_machine.travel(timezone.now(), tick=False):  # a place says when it was given
        assert copy.take() == ([], False)
        before = copy.next_url
        assert copy.take() == ([], False)
        assert copy.next_url == before


def test_a_change_is_told_once(about, copy):
    about.summary = "Another one"
    about.save_revision().publish()
    assert told(copy.follow()) == [("page", about.pk)]
    assert copy.follow() == []


def test_changes_are_told_in_their_order_and_the_last_of_each_thing(about, site, copy):
    others = [StandardPageFactory(parent=site, listing_image=None) for _ in range(3)]
    for page in (others[2], about, others[0], others[1], others[2]):
        page.save_revision().publish()
    keys = [item["id"] for item in copy.follow() if item["id"] != site.pk]
    assert keys == [about.pk, others[0].pk, others[1].pk, others[2].pk]


def test_small_parts_tell_the_same(about, site, client, copy):
    small = Copy(client, kind="page", limit=1)
    small.follow()
    for number in range(5):
        StandardPageFactory(parent=about, slug=f"new-{number}").save_revision().publish()
    assert told(small.follow()) == told(copy.follow())


def test_what_goes_is_told_with_all_below_it(about, copy):
    below = StandardPageFactory(parent=about, slug="below")
    below.save_revision().publish()
    copy.follow()
    PageViewRestriction.objects.create(page=about, restriction_type="login")
    gone = [item for item in copy.follow() if item["kind"] == "removed"]
    assert {item["id"] for item in gone} == {about.pk, below.pk}
    assert gone[0]["of"] == "page"
    assert gone[0]["type"] == "home.StandardPage"


def test_what_is_deleted_with_all_below_it_is_told_once_each(about, copy):
    below = StandardPageFactory(parent=about, slug="below")
    below.save_revision().publish()
    copy.follow()
    keys = {about.pk, below.pk}
    about.delete()
    gone = [item["id"] for item in copy.follow() if item["kind"] == "removed"]
    assert sorted(gone) == sorted(keys)
    assert copy.follow() == []


def test_another_address_is_told_for_each_page_below(about, copy):
    below = StandardPageFactory(parent=about, slug="below")
    below.save_revision().publish()
    copy.follow()
    about.slug = "about-us"
    about.save_revision().publish()
    items = {item["id"]: item["page"] for item in copy.follow()}
    assert items[about.pk]["url"] == "http://testserver/about-us/"
    assert items[below.pk]["url"] == "http://testserver/about-us/below/"


def test_only_another_title_is_told_to_those_who_link_to_a_page(about, site, copy):
    link = f'<p><a linktype="page" id="{about.pk}">About</a></p>'
    linking = StandardPageFactory(
        parent=site, body=[{"type": "rich_text", "value": link}], listing_image=None
    )
    linking.save_revision().publish()
    about.save_revision().publish()  # so that the log knows its title
    copy.follow()
    about.summary = "Another summary"
    about.save_revision().publish()
    assert told(copy.follow()) == [("page", about.pk)]
    about.title = "About us"
    about.save_revision().publish()
    assert ("page", linking.pk) in told(copy.follow())


def test_a_page_is_told_when_a_picture_in_what_it_shows_changes(site, client):
    logo = ImageFactory()
    partner = PartnerFactory(logo=logo)
    body = [{"type": "partner", "value": {"partner": partner.pk, "role": "Helps."}}]
    page = PartnersPageFactory(parent=site, body=body)
    copy = Copy(client)
    copy.follow()
    logo.file = ContentFile(picture(colour="#123456"), name="new.png")
    logo.save()
    items = told(copy.follow())
    shown_in = {("partner", partner.pk), ("page", page.pk)}
    assert {("image", logo.pk), *shown_in} <= set(items)
    gone = ("removed", logo.pk)
    logo.delete()
    assert {gone, *shown_in} <= set(told(copy.follow()))
    assert_in_step(copy)


def test_it_is_known_at_once_what_a_page_shows_though_the_worker_is_behind(
    site, client, monkeypatch
):
    """Wagtail brings its index of references up to date in the background."""
    image = ImageFactory()
    monkeypatch.setattr("wagtail.signal_handlers.update_reference_index_task", mock.Mock())
    page = StandardPageFactory(parent=site, listing_image=None)
    page.listing_image = image
    page.save_revision().publish()
    copy = Copy(client, kind="page")
    copy.follow()
    image.description = "Other words"
    image.save()
    assert ("page", page.pk) in told(copy.follow())


def test_the_contents_of_a_toolkit_are_told_when_its_chapters_are_reordered(site, client):
    toolkit = ToolkitPageFactory(parent=site)
    first, second = (ToolkitChapterPageFactory(parent=toolkit, slug=slug) for slug in "ab")
    copy = Copy(client, kind="page")
    copy.follow()
    second.move(first, pos="left")
    copy.follow()
    chapters = copy.things["page", toolkit.pk]["chapters"]
    assert [chapter["id"] for chapter in chapters] == [second.pk, first.pk]


def test_the_redirect_from_an_old_address_is_told(about, client):
    copy = Copy(client, kind="redirect")
    copy.follow()
    about.slug = "about-us"
    about.save_revision().publish()
    (item,) = copy.follow()
    assert item["redirect"]["path"] == "/about"
    assert item["redirect"]["location"] == "http://testserver/about-us/"


def test_what_expires_is_told_before_the_scheduler_comes_and_not_again_after(about, copy):
    about.expire_at = timezone.now() + timedelta(seconds=0.3)
    about.save_revision().publish()
    assert told(copy.follow()) == [("page", about.pk)]
    time.sleep(0.4)
    assert ("removed", about.pk) in told(copy.follow())
    call_command("publish_scheduled", verbosity=0)
    assert Event.objects.last().what == "unpublished"
    assert copy.follow() == []


def test_what_comes_back_is_told(about, copy):
    about.unpublish()
    assert ("removed", about.pk) in told(copy.follow())
    about.save_revision().publish()
    assert ("page", about.pk) in told(copy.follow())


def test_parts_of_the_whole_site_are_told_to_be_read_again(about, client):
    copy = Copy(client, kind="changed")
    assert {what for _, what in told(copy.follow())} == {
        "menus",
        "settings",
        "alerts",
        "collections",
    }
    about.show_in_menus = True
    about.save_revision().publish()
    assert ("changed", "menus") in told(copy.follow())
    assert copy.parts["menus"]["main"][-1]["id"] == about.pk


def test_everything_comes_again_when_the_site_has_another_host(about, copy, client):
    Site.objects.update(hostname="www.example.org")
    site = Site.objects.get()
    site.hostname = "testserver"
    site.save()
    assert ("page", about.pk) in told(copy.follow())


# What is not told --------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_never_was_public_is_never_told(signed_in, site, copy, client):
    if signed_in:
        client.force_login(UserFactory(is_superuser=True))
    shelf = StandardPageFactory(parent=site, slug="private", listing_image=None)
    restriction = PageViewRestriction.objects.create(page=shelf, restriction_type="login")
    copy.follow()
    draft = StandardPageFactory(parent=site, live=False, listing_image=None)
    below = StandardPageFactory(parent=shelf, slug="below", listing_image=None)
    for page in (shelf, below):
        page.save_revision().publish()
    restriction.restriction_type = "password"
    restriction.save()
    draft.save_revision()
    hidden = {shelf.pk, draft.pk, below.pk}
    below.unpublish()
    below.delete()
    draft.delete()
    everything = [*copy.follow(), *Copy(client).follow()]
    assert not hidden & {item.get("id") for item in everything if item["kind"] != "image"}


def test_a_page_that_was_seen_is_told_to_be_gone_though_a_draft_is_deleted(about, copy):
    about.unpublish()
    assert told(copy.follow())[-1:] == [("removed", about.pk)]
    about.delete()
    assert ("removed", about.pk) not in told(copy.follow())


def test_what_is_taken_back_is_not_told(about, copy):
    with transaction.atomic():
        about.save_revision().publish()
        transaction.set_rollback(True)
    assert copy.follow() == []


def test_what_code_changed_without_an_event_is_told_the_next_day(about, site, copy):
    Page.objects.filter(pk=about.pk).update(live=False)
    new = StandardPageFactory(parent=site, slug="new", listing_image=None)
    assert copy.follow() == []
    call_command("tidy_feed", verbosity=0)
    assert {("removed", about.pk), ("page", new.pk)} <= set(told(copy.follow()))
    call_command("tidy_feed", verbosity=0)
    assert copy.follow() == []


def test_the_program_of_the_documentation_keeps_a_copy_in_step(about, site, live_server):
    (program,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    names = {}
    exec(program.replace("http://127.0.0.1:8000", live_server.url), names)  # noqa: S102
    pages = {}
    next_url = names["keep_in_step"](pages)
    assert set(pages) == {site.pk, about.pk}
    about.title = "About us"
    about.save_revision().publish()
    next_url = names["keep_in_step"](pages, next_url)
    assert pages[about.pk]["title"] == "About us"
    key = about.pk
    about.delete()
    next_url = names["keep_in_step"](pages, next_url)
    assert key not in pages
    Feed.objects.update(number=1000, forgotten_to=1000)
    names["keep_in_step"](pages, next_url)
    assert set(pages) == {site.pk}
