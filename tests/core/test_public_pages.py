"""Furniture that every page shares."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from cms.core import references
from cms.core.models import Alert, SiteSettings
from cms.core.navigation import main_menu
from cms.core.templatetags.core_tags import shared_part
from tests.factories import StandardPageFactory, ToolkitChapterPageFactory, ToolkitPageFactory


class TestTheMenu:
    def test_is_made_of_pages_shown_in_menus_in_their_order(self, home, client):
        for title, shown in (("About", True), ("Privacy", False), ("Benefits", True)):
            StandardPageFactory(parent=home, title=title, show_in_menus=shown)
        content = client.get("/").content.decode()
        header = content[: content.index("<main")]
        assert header.index("About") < header.index("Benefits")
        assert "Privacy" not in header

    def test_marks_the_page_one_is_on_and_the_section_above_it(self, home, client):
        toolkit = ToolkitPageFactory(parent=home, title="Toolkit", show_in_menus=True)
        chapter = ToolkitChapterPageFactory(parent=toolkit)
        assert 'aria-current="page"' in _link(client.get(toolkit.get_url()), "Toolkit")
        assert 'aria-current="true"' in _link(client.get(chapter.get_url()), "Toolkit")
        assert "aria-current" not in _link(client.get("/"), "Toolkit")


def _link(response, text):
    content = response.content.decode()
    header = content[content.index("<header") : content.index("</header>")]
    end = header.index(text)
    return header[header.rindex("<a ", 0, end) : end]


def test_breadcrumbs_lead_back_to_the_home_page(home, client):
    parent = StandardPageFactory(parent=home, title="Parent")
    child = StandardPageFactory(parent=parent, title="Child")
    content = client.get(child.get_url()).content.decode()
    assert parent.get_url() in content
    assert 'aria-label="Breadcrumbs"' in content


def test_chapters_lead_to_the_one_before_and_the_one_after(home, client):
    toolkit = ToolkitPageFactory(parent=home)
    chapters = [ToolkitChapterPageFactory(parent=toolkit) for _ in range(3)]
    content = client.get(chapters[1].get_url()).content.decode()
    assert f'href="{chapters[0].get_url()}" rel="prev"' in content or 'rel="prev"' in content
    assert chapters[2].get_url() in content
    first = client.get(chapters[0].get_url()).content.decode()
    assert 'rel="prev"' not in first
    assert 'rel="next"' in first


def test_a_long_page_lists_its_sections(home, client):
    page = StandardPageFactory(
        parent=home,
        body=[
            {"type": "heading", "value": {"text": text, "level": "h2"}}
            for text in ("Before", "During", "After")
        ],
    )
    content = client.get(page.get_url()).content.decode()
    assert 'href="#before"' in content
    assert 'id="before"' in content


class TestAlerts:
    def test_are_on_every_page_while_they_are_published(self, home, client):
        alert = Alert.objects.create(title="The office is closed", live=True)
        assert "The office is closed" in client.get("/").content.decode()
        alert.unpublish()
        assert "The office is closed" not in client.get("/").content.decode()


def test_the_organisations_name_comes_from_the_site_settings(home, client):
    settings = SiteSettings.for_site(home.get_site())
    settings.organisation = "Co-production Elsewhere"
    settings.save()
    assert "Co-production Elsewhere" in client.get("/").content.decode()
    assert "Co-production Elsewhere" in client.get("/admin/login/").content.decode()


class TestErrors:
    def test_a_missing_page_offers_search_and_ways_on(self, home, client):
        StandardPageFactory(parent=home, title="About", show_in_menus=True)
        response = client.get("/no-such-page/")
        content = response.content.decode()
        assert response.status_code == 404
        assert 'action="/search/"' in content
        assert ">About<" in content

    def test_a_server_error_has_a_page_that_needs_no_database(
        self, home, monkeypatch, django_db_blocker
    ):
        def broken(request):
            raise RuntimeError("Something broke.")

        monkeypatch.setattr("search.views.clean_query", broken)
        response = Client(raise_request_exception=False).get("/search/?q=x")
        assert response.status_code == 500
        assert b"<h1" in response.content

    @override_settings(DEBUG=False)
    def test_the_error_page_is_made_without_one_query(self, django_assert_num_queries, db, rf):
        from django.views.defaults import server_error

        with django_assert_num_queries(0):
            response = server_error(rf.get("/"))
        assert b"<h1" in response.content


@pytest.mark.parametrize("address", ["/", "/search/?q=x", "/missing/", "/api/v2/pages/"])
def test_readers_get_no_cookie(home, client, address):
    assert not client.get(address).cookies


def test_a_header_that_is_made_once_says_where_each_reader_is(home):
    about = StandardPageFactory(parent=home, title="About", show_in_menus=True)
    site, above = Site.objects.get(is_default_site=True), home.get_parent()
    settings = SiteSettings.for_site(site)

    def header(page, here="wagtail_serve"):
        items = main_menu(site, page)
        return HttpResponse(shared_part("components/header.html", settings, items, here))

    with references.scope():
        for page, title in ((home, "Home"), (about, "About")):
            assert 'aria-current="page"' in _link(header(page), title)
        assert 'aria-current="page"' in _link(header(above, "search"), "Search")
        assert b"aria-current" not in header(above).content
        with CaptureQueriesContext(connection) as queries:
            assert 'aria-current="page"' in _link(header(about), "About")
        assert len(queries) == 0
