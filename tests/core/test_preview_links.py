"""Links by which people without an account read a draft: made, opened, withdrawn."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import (
    Page,
    PageLogEntry,
    PageViewRestriction,
    ReferenceIndex,
    Site,
    get_page_models,
)

from cms.core.logs import DiscreetFormatter
from cms.core.models import KeptDraft, PreviewLink, SiteSettings
from cms.events.log import newest
from tests.blocks import empty_stream, stream_fields
from tests.factories import HomePageFactory, StandardPageFactory, UserFactory, user_in
from tests.whole_pages import make

pytestmark = pytest.mark.django_db
PAGE_TYPES = [model for model in get_page_models() if model is not Page]
SECRET = "The plan that nobody knows"


@pytest.fixture
def draft(home):
    """A page in public, with a draft that says something else."""
    page = StandardPageFactory(parent=home, title="Plans", slug="plans")
    page.title = SECRET
    page.save_revision()
    return Page.objects.get(pk=page.pk).specific


@pytest.fixture
def editor(home, client):
    user = user_in("Editors", first_name="Robin", last_name="Reed")
    client.force_login(user)
    return user


def screen(page) -> str:
    return f"/admin/pages/{page.pk}/share/"


def links_on(response) -> list[str]:
    html = unescape(response.content.decode())
    return re.findall(r'value="(http://testserver/preview/[^"]+)"', html)


def make_link(client, page, days="7", note="Ward councillors") -> str:
    response = client.post(screen(page), {"days": days, "note": note}, follow=True)
    assert response.status_code == 200
    return links_on(response)[0]


def link_for(page, user, days=7, **values) -> PreviewLink:
    ends_at = timezone.now() + timedelta(days=days)
    return PreviewLink.objects.create(page_id=page.pk, created_by=user, ends_at=ends_at, **values)


def open_(address, **headers):
    """What someone sees who has no account."""
    return Client().get(address, headers=headers)


def is_not_there(response):
    assert response.status_code == 404
    assert SECRET not in response.content.decode()
    return True


class TestALinkThatWorks:
    def test_shows_the_newest_draft_to_someone_without_an_account(self, editor, client, draft):
        address = make_link(client, draft)
        assert SECRET in open_(address).content.decode()
        assert SECRET not in open_("/plans/").content.decode()
        draft.title = "Changed since"
        draft.save_revision()
        content = open_(address).content.decode()
        assert "Changed since" in content
        assert SECRET not in content

    def test_says_that_it_is_a_draft_and_until_when_it_works(self, editor, client, draft):
        response = open_(make_link(client, draft))
        html = response.content.decode()
        ends = timezone.localtime(PreviewLink.objects.get().ends_at)
        assert "This page is not finished." in html
        assert f"{ends.day} {ends:%B %Y, %H:%M}" in html
        assert '<meta name="robots" content="noindex">' in html
        assert 'rel="canonical"' not in html

    def test_the_public_page_says_nothing_of_drafts(self, draft):
        assert "This page is not finished." not in open_("/plans/").content.decode()

    def test_leaves_no_trace_and_no_cookie(self, editor, client, draft):
        address = make_link(client, draft)
        for response in (open_(address), Client().head(address)):
            assert response["Cache-Control"] == "no-store"
            assert response["X-Robots-Tag"] == "noindex"
            assert response["Referrer-Policy"] == "no-referrer"
            assert not response.cookies

    def test_is_not_in_a_line_of_the_log(self, editor, client, draft, caplog):
        address = make_link(client, draft)
        PreviewLink.objects.all().delete()
        open_(address)
        (record,) = [each for each in caplog.records if "Not Found" in each.getMessage()]
        assert DiscreetFormatter("%(message)s").format(record) == "Not Found: /preview/[signed]/"

    def test_counts_how_often_it_was_opened(self, editor, client, draft):
        address = make_link(client, draft)
        assert "Not yet" in client.get(screen(draft)).content.decode()
        open_(address)
        open_(address)
        Client().head(address)
        link = PreviewLink.objects.get()
        assert link.times_opened == 2
        assert timezone.now() - link.last_opened_at < timedelta(minutes=1)
        assert "2 times" in client.get(screen(draft)).content.decode()

    def test_shows_a_page_that_was_never_public(self, editor, client, home):
        page = StandardPageFactory(parent=home, title=SECRET, live=False)
        assert SECRET in open_(make_link(client, page)).content.decode()
        is_not_there(open_(page.url))

    def test_shows_a_private_page_and_the_screen_says_so(self, editor, client, draft):
        assert "This page is private." not in client.get(screen(draft)).content.decode()
        PageViewRestriction.objects.create(page=draft, restriction_type="login")
        address = make_link(client, draft)
        assert "This page is private." in client.get(screen(draft)).content.decode()
        assert SECRET in open_(address).content.decode()

    def test_opens_in_the_front_end_when_there_is_one(self, editor, client, draft):
        address = make_link(client, draft)
        settings = SiteSettings.for_site(Site.objects.get())
        settings.preview_address = "https://front.example.org/drafts/{token}"
        settings.save()
        response = open_(address)
        token = address.rstrip("/").rpartition("/")[2]
        assert response.status_code == 302
        assert response["Location"] == f"https://front.example.org/drafts/{token}"
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert PreviewLink.objects.get().times_opened == 1
        assert "front.example.org" in client.get(screen(draft)).content.decode()

    def test_can_be_copied_again_and_only_from_the_screen(self, editor, client, draft):
        address = make_link(client, draft)
        assert links_on(client.get(screen(draft))) == [address]
        signature = address.rpartition(":")[2].rstrip("/")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM core_previewlink")
            assert signature not in str(cursor.fetchall())

    def test_adds_nothing_to_what_readers_are_told_of(self, editor, client, draft):
        open_("/plans/")  # settings that nobody has saved are made when first asked for
        before = newest()
        open_(make_link(client, draft))
        assert newest() == before
        assert not ReferenceIndex.get_references_to(draft).exists()


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_a_draft_of_every_page_type_can_be_shared_though_its_blocks_are_empty(model, home):
    page = make(model, home)
    for field in stream_fields(model):
        setattr(page, field.name, empty_stream(model, field.name))
    page.save_revision(clean=False)
    response = open_(link_for(page, user_in("Publishers")).url)
    assert response.status_code == 200
    assert "This page is not finished." in response.content.decode()
    assert not response.cookies


class TestALinkThatDoesNot:
    def test_has_ended(self, editor, draft):
        assert is_not_there(open_(link_for(draft, editor, days=-1).url))
        link = link_for(draft, editor)
        assert open_(link.url).status_code == 200
        link.ends_at = timezone.now()
        link.save()
        assert is_not_there(open_(link.url))

    def test_was_withdrawn(self, editor, client, draft):
        address = make_link(client, draft)
        link = PreviewLink.objects.get()
        withdraw = f"{screen(draft)}{link.pk}/withdraw/"
        assert "Ward councillors" in client.get(withdraw).content.decode()
        assert open_(address).status_code == 200
        response = client.post(withdraw, follow=True)
        assert "The link is withdrawn." in response.content.decode()
        assert is_not_there(open_(address))
        assert client.post(withdraw).status_code == 404

    def test_was_altered(self, editor, draft):
        address = link_for(draft, editor).url
        for place in (address.index("/preview/") + 9, len(address) - 2):
            letter = "0" if address[place] != "0" else "1"
            assert is_not_there(open_(address[:place] + letter + address[place + 1 :]))

    def test_is_an_editors_own_token(self, editor, draft):
        token = KeptDraft.keep(draft, editor, editing=True).token()
        assert is_not_there(open_(f"/preview/{token}/"))

    def test_is_of_another_site(self, editor, draft):
        root = HomePageFactory(parent=Page.get_first_root_node(), slug="other")
        Site.objects.create(hostname="other.example.org", root_page=root)
        address = link_for(draft, editor).url.removeprefix("http://testserver")
        assert open_(address).status_code == 200
        assert is_not_there(open_(address, Host="other.example.org"))

    def test_was_made_by_someone_who_may_no_longer_change_the_page(self, editor, client, draft):
        address = make_link(client, draft)
        editor.groups.clear()
        assert is_not_there(open_(address))
        administrator = Client()
        administrator.force_login(UserFactory(is_superuser=True))
        screen_now = administrator.get(screen(draft))
        assert "who made it may no longer change this page" in screen_now.content.decode()
        assert links_on(screen_now) == []

    def test_was_made_by_someone_whose_account_is_off_or_gone(self, editor, client, draft):
        address = make_link(client, draft)
        editor.is_active = False
        editor.save()
        assert is_not_there(open_(address))
        editor.delete()
        assert is_not_there(open_(address))

    def test_is_of_a_page_that_was_deleted(self, editor, client, draft):
        address = make_link(client, draft)
        draft.delete()
        assert is_not_there(open_(address))

    def test_is_answered_by_the_sites_own_page(self, editor, draft):
        link = link_for(draft, editor, days=-1)
        assert "We can’t find that page" in open_(link.url).content.decode()


class TestWhoMayShare:
    def test_nobody_who_is_not_signed_in(self, draft, editor):
        link = link_for(draft, editor)
        for address in (screen(draft), f"{screen(draft)}{link.pk}/withdraw/"):
            for response in (open_(address), Client().post(address, {"days": "7"})):
                assert response.status_code == 302
                assert response["Location"].startswith("/admin/login/")
        assert PreviewLink.objects.count() == 1

    @pytest.mark.parametrize("role", ["Authors", "Sign-up managers"])
    def test_nobody_who_may_not_change_the_page(self, role, draft, client):
        link = link_for(draft, UserFactory(is_superuser=True))
        client.force_login(user_in(role))
        for address in (screen(draft), f"{screen(draft)}{link.pk}/withdraw/"):
            for response in (client.get(address), client.post(address, {"days": "7"})):
                assert response.status_code == 302
                assert response["Location"] == "/admin/"
        assert PreviewLink.objects.count() == 1

    def test_an_author_with_their_own_page(self, client, home):
        author = user_in("Authors")
        page = StandardPageFactory(parent=home, title=SECRET, live=False, owner=author)
        client.force_login(author)
        assert SECRET in open_(make_link(client, page)).content.decode()

    @pytest.mark.parametrize(("role", "offered"), [("Editors", True), ("Authors", False)])
    def test_the_button_is_shown_to_those_who_may(self, role, offered, draft, home, client):
        client.force_login(user_in(role))
        listing = client.get(f"/admin/pages/{home.pk}/").content.decode()
        assert (screen(draft) in listing) is offered
        if offered:
            assert screen(draft) in client.get(f"/admin/pages/{draft.pk}/edit/").content.decode()

    def test_a_link_of_one_page_is_not_withdrawn_at_another(self, editor, client, draft, home):
        link = link_for(draft, editor)
        assert client.post(f"{screen(home)}{link.pk}/withdraw/").status_code == 404
        assert PreviewLink.objects.exists()

    def test_what_is_no_page_of_a_site_can_not_be_shared(self, client, home):
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(screen(Page.get_first_root_node())).status_code == 302
        assert client.get("/admin/pages/999999/share/").status_code == 404


class TestTheScreen:
    @pytest.mark.parametrize("days", [1, 7, 30])
    def test_a_link_works_for_as_long_as_was_chosen(self, days, editor, client, draft):
        make_link(client, draft, days=str(days))
        left = PreviewLink.objects.get().ends_at - timezone.now()
        assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)

    @pytest.mark.parametrize("days", ["", "0", "31", "365", "a week"])
    def test_no_other_time_is_taken(self, days, editor, client, draft):
        response = client.post(screen(draft), {"days": days})
        assert response.status_code == 200
        assert not PreviewLink.objects.exists()
        assert "errorlist" in response.content.decode() or "error" in response.content.decode()

    def test_the_newest_link_is_the_first_and_none_is_said_to_be_none(self, editor, client, draft):
        assert "There is no link" in client.get(screen(draft)).content.decode()
        make_link(client, draft, note="First")
        make_link(client, draft, note="Second")
        html = client.get(screen(draft)).content.decode()
        assert html.index("Second") < html.index("First")
        assert "There is no link" not in html
        assert "Robin Reed" in html

    def test_is_not_kept_by_the_browser(self, editor, client, draft):
        assert "no-store" in client.get(screen(draft))["Cache-Control"]

    def test_what_was_done_is_in_the_pages_history_and_for_whom_is_not(self, editor, client, draft):
        make_link(client, draft)
        link = PreviewLink.objects.get()
        client.post(f"{screen(draft)}{link.pk}/withdraw/")
        html = client.get(f"/admin/pages/{draft.pk}/history/").content.decode()
        assert "Link to the draft made" in html
        assert "Link withdrawn" in html
        entries = PageLogEntry.objects.filter(action__startswith="core.preview_link")
        assert {entry.user for entry in entries} == {editor}
        assert not any(entry.data for entry in entries)

    def test_costs_the_same_with_one_link_or_twelve(self, editor, client, draft):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(screen(draft))
            return len(captured)

        link_for(draft, editor)
        client.get(screen(draft))
        one = queries()
        for _ in range(11):
            link_for(draft, editor)
        assert queries() == one

    def test_the_page_explorer_costs_no_more_for_each_draft_that_can_be_shared(
        self, editor, client, home
    ):
        def queries():
            # Wagtail's own buttons ask for each page whether what is below it is live.
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/admin/pages/{home.pk}/")
            asked = [query["sql"] for query in captured]
            return len([sql for sql in asked if not sql.startswith("SELECT 1 AS")])

        def add(number):
            for _ in range(number):
                StandardPageFactory(parent=home, has_unpublished_changes=True)

        add(2)
        client.get(f"/admin/pages/{home.pk}/")
        few = queries()
        add(8)
        assert queries() == few


def test_what_is_over_is_deleted_every_day_and_nothing_else(draft, settings):
    user = UserFactory(is_superuser=True)
    link_for(draft, user, days=-1)
    kept_link = link_for(draft, user, days=1)
    old = KeptDraft.keep(draft, user, editing=True)
    KeptDraft.objects.update(kept_at=timezone.now() - timedelta(minutes=16))
    new = KeptDraft.keep(draft, user, editing=False)
    assert "purge_previews" in settings.DAILY_COMMANDS
    call_command("purge_previews", verbosity=0)
    assert list(PreviewLink.objects.all()) == [kept_link]
    assert list(KeptDraft.objects.all()) == [new]
    assert old != new


class TestThePreviewAddress:
    @pytest.fixture
    def saved(self, home, client):
        client.force_login(UserFactory(is_superuser=True))

        def save(address):
            site = Site.objects.get()
            settings = SiteSettings.for_site(site)
            form = {
                "organisation": settings.organisation,
                "social_links-count": "0",
                "footer_links-count": "0",
                "preview_address": address,
            }
            response = client.post(f"/admin/settings/core/sitesettings/{site.pk}/", form)
            return response.status_code == 302

        return save

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "https://www.example.org/preview?token={token}",
            "http://127.0.0.1:3000/drafts/{token}",
            "https://www.example.org/preview#{token}",
        ],
    )
    def test_is_empty_or_a_web_address_with_a_place_for_the_token(self, address, saved):
        assert saved(address)
        assert SiteSettings.objects.get().preview_address == address

    @pytest.mark.parametrize(
        "address",
        [
            "https://www.example.org/preview",
            "https://{token}.example.org/",
            "https://www.example.org/?a={token}&b={token}",
            "javascript:alert('{token}')",
            "//www.example.org/{token}",
            "/preview/{token}",
            "https://[/{token}",
            "https://www.example.org/a b/{token}",
            "http://testserver/preview/{token}/",
        ],
    )
    def test_anything_else_is_refused_with_a_reason(self, address, saved):
        assert not saved(address)
        assert SiteSettings.objects.get().preview_address == ""
