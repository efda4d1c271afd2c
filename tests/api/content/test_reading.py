"""What can be asked of the content API, and what is given."""

from datetime import UTC, date, datetime

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, CollectionViewRestriction

from cms.core.models import Alert, SiteSettings
from tests.factories import (
    DocumentFactory,
    GetInvolvedPageFactory,
    ImageFactory,
    PartnerFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from tests.library import made_public

from .contract import read


def titles(client, **query):
    return [page["title"] for page in read(client, "/pages/", **query)["items"]]


@pytest.fixture
def shelf(home):
    """A page with two others below it, and a toolkit with a chapter."""
    shelf = StandardPageFactory(parent=home, title="Shelf", slug="shelf", show_in_menus=True)
    StandardPageFactory(parent=shelf, title="Low", slug="low")
    StandardPageFactory(parent=shelf, title="High", slug="high")
    toolkit = ToolkitPageFactory(parent=home, title="Toolkit", edition="Second edition")
    ToolkitChapterPageFactory(parent=toolkit, title="Chapter")
    return shelf


class TestPages:
    def test_come_in_the_order_of_editors_unless_another_is_asked_for(self, shelf, home, client):
        assert titles(client) == [home.title, "Shelf", "Low", "High", "Toolkit", "Chapter"]
        assert titles(client, order="-title")[:2] == ["Toolkit", "Shelf"]

    def test_are_found_by_type_several_at_once(self, shelf, client):
        types = "resources.ToolkitPage,resources.ToolkitChapterPage"
        assert titles(client, type=types) == ["Toolkit", "Chapter"]
        assert titles(client, type=types.split(",")) == ["Toolkit", "Chapter"]

    def test_are_found_by_their_place(self, shelf, home, client):
        assert titles(client, child_of=shelf.pk) == ["Low", "High"]
        assert titles(client, child_of="root") == ["Shelf", "Toolkit"]
        assert titles(client, descendant_of="root", type="home.StandardPage") == [
            "Shelf", "Low", "High",
        ]  # fmt: skip
        low = shelf.get_first_child()
        assert titles(client, ancestor_of=low.pk) == [home.title, "Shelf"]

    def test_are_found_by_menu_slug_language_and_words(self, shelf, client):
        assert titles(client, show_in_menus="true") == ["Shelf"]
        assert titles(client, slug="low") == ["Low"]
        assert titles(client, slug__in="low,high") == ["Low", "High"]
        assert titles(client, locale="en-gb", slug="low") == titles(client, slug="low")
        assert titles(client, locale="cy") == []

    def test_are_found_by_search_in_any_order(self, shelf, client):
        StandardPageFactory(parent=shelf, title="Higher and high")
        assert titles(client, search="high", order="-title") == ["Higher and high", "High"]

    def test_are_found_by_dates_and_numbers(self, shelf, home, client):
        low = shelf.get_first_child()
        low.first_published_at = datetime(2036, 5, 1, 12, tzinfo=UTC)
        low.save()
        assert titles(client, first_published_at__gte="2036-05-01T12:00:00Z") == ["Low"]
        assert titles(client, first_published_at__gt="2036-05-01T12:00:00Z") == []
        assert titles(client, first_published_at__gt="2036-05-01T12:59:00+01:00") == ["Low"]
        GetInvolvedPageFactory(parent=home, title="Form", retention_months=6)
        assert titles(client, retention_months__lte=6) == ["Form"]
        assert titles(client, retention_months__lt=6) == []

    def test_are_found_by_a_field_that_only_some_types_have(self, shelf, client):
        assert titles(client, edition="Second edition") == ["Toolkit"]

    def test_come_with_what_every_page_has_and_the_fields_that_are_chosen(self, shelf, client):
        (toolkit,) = read(client, "/pages/", type="resources.ToolkitPage")["items"]
        assert set(toolkit) == {
            "type", "id", "title", "slug", "url", "locale", "show_in_menus",
            "first_published_at", "last_published_at",
        }  # fmt: skip
        query = {"type": "resources.ToolkitPage", "fields": "edition,cover_image(alt)"}
        (chosen,) = read(client, "/pages/", **query)["items"]
        assert chosen == {
            **toolkit,
            "edition": "Second edition",
            "cover_image": {"alt": chosen["cover_image"]["alt"]},
        }

    def test_fields_choose_within_pictures_and_among_blocks(self, shelf, home, client):
        StandardPageFactory(
            parent=home,
            title="Whole",
            slug="whole",
            listing_image=ImageFactory(),
            body=[
                {"type": "heading", "value": {"text": "One", "level": "h2"}},
                {"type": "rich_text", "value": "<p>Two</p>"},
            ],
        )
        query = {"slug": "whole", "fields": "listing_image(renditions(small(url))),body(heading)"}
        (page,) = read(client, "/pages/", **query)["items"]
        assert set(page["listing_image"]["renditions"]["small"]) == {"url"}
        assert [block["type"] for block in page["body"]] == ["heading"]
        (whole,) = read(client, "/pages/", slug="whole", fields="*,-body")["items"]
        assert "body" not in whole
        assert whole["summary"]

    def test_rich_text_comes_in_the_format_that_is_asked_for(self, shelf, home, client):
        page = StandardPageFactory(
            parent=home,
            body=[
                {"type": "rich_text", "value": f'<p><a linktype="page" id="{shelf.pk}">x</a></p>'}
            ],
        )
        forms = {
            form: read(client, f"/pages/{page.pk}/", rich_text_format=form)["body"][0]["value"]
            for form in ("html", "markdown", "db_html")
        }
        assert forms["html"] == '<p><a href="http://testserver/shelf/">x</a></p>'
        assert forms["markdown"].strip() == "[x](http://testserver/shelf/)"
        assert 'linktype="page"' in forms["db_html"]


class TestByPath:
    def test_a_page_comes_with_all_that_its_view_needs(self, shelf, client):
        SiteSettings.objects.update(organisation="Us")
        body = read(client, "/pages/by-path/", path="/shelf/low/", include="menus,settings")
        assert body["kind"] == "page"
        assert body["page"]["title"] == "Low"
        assert [step["title"] for step in body["page"]["breadcrumbs"]][1:] == ["Shelf"]
        assert body["seo"]["canonical"] == "http://testserver/shelf/low/"
        names = [step["name"] for step in body["seo"]["json_ld"]["breadcrumb"]["itemListElement"]]
        assert names[1:] == ["Shelf", "Low"]
        assert [entry["title"] for entry in body["menus"]["main"]][1:] == ["Shelf"]
        assert body["settings"]["organisation"] == body["seo"]["title"].split(" – ")[1]

    def test_it_comes_alone_unless_more_is_asked_for(self, shelf, client):
        body = read(client, "/pages/by-path/", path="/shelf/low")
        assert "menus" not in body
        assert body["alternates"] == []

    def test_an_old_address_leads_on(self, shelf, client):
        Redirect.add_redirect("/old", redirect_to=shelf)
        Redirect.add_redirect("/away/", redirect_to="https://www.example.org/x", is_permanent=False)
        assert read(client, "/pages/by-path/", path="/old/") == {
            "kind": "redirect",
            "location": "http://testserver/shelf/",
            "is_permanent": True,
        }
        away = read(client, "/pages/by-path/", path="/away/")
        assert (away["location"], away["is_permanent"]) == ("https://www.example.org/x", False)
        listed = read(client, "/redirects/")["items"]
        assert [entry["path"] for entry in listed] == ["/old", "/away"]

    @pytest.mark.parametrize("path", ["/nothing/", "/shelf/low/deeper/", "//", "/shelf\\low/"])
    def test_nothing_else_is_there(self, path, shelf, client):
        read(client, "/pages/by-path/", 404, path=path)


class TestTheRest:
    def test_menus_settings_and_alerts(self, shelf, home, client):
        Alert.objects.create(title="Closed", message="On Monday.", page=shelf)
        Alert.objects.create(title="A draft", live=False)
        (alert,) = read(client, "/alerts/")["items"]
        assert (alert["title"], alert["page"]["url"]) == ("Closed", "http://testserver/shelf/")
        assert [entry["title"] for entry in read(client, "/menus/")["main"]] == [
            home.title,
            "Shelf",
        ]
        assert read(client, "/settings/")["url"] == "http://testserver/"

    def test_a_picture_has_sizes_a_srcset_and_what_must_stay_in_sight(self, home, client):
        image = made_public(ImageFactory(focal_point_x=3, focal_point_y=4))
        body = read(client, f"/images/{image.pk}/")
        assert body["alt"] == image.description
        assert body["focal_point"] == {"x": 3, "y": 4, "width": None, "height": None}
        assert body["srcset"].startswith(body["renditions"]["small"]["url"])
        assert body in read(client, "/images/")["items"]

    def test_documents_come_with_their_forms_and_versions(self, home, client):
        first = made_public(DocumentFactory(title="Poster", kind="poster"))
        DocumentFactory(title="Plakat", language="pl", form_of=first, kind="poster")
        body = read(client, f"/documents/{first.pk}/")
        assert [form["title"] for form in body["other_forms"]] == ["Plakat"]
        polish = read(client, "/documents/", language="pl", kind="poster")["items"]
        assert [document["title"] for document in polish] == ["Plakat"]
        assert (polish[0]["form_of"], polish[0]["language_name"]) == (first.pk, "Polski")
        assert read(client, "/documents/", kind="leaflet")["items"] == []

    def test_a_form_of_a_private_document_does_not_say_of_which(self, home, client):
        private = Collection.get_first_root_node().add_child(name="Private")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        secret = DocumentFactory(title="Secret", collection=private)
        form = made_public(DocumentFactory(title="Plakat", language="pl", form_of=secret))
        body = read(client, f"/documents/{form.pk}/")
        assert (body["form_of"], body["other_forms"]) == (None, [])

    def test_partners(self, home, client):
        partner = PartnerFactory(name="Alliance")
        body = read(client, f"/partners/{partner.pk}/")
        assert body["logo"]["alt"] == partner.logo.description
        assert read(client, "/partners/")["items"] == [body]

    def test_search_marks_what_was_found_and_takes_types(self, shelf, client):
        made_public(DocumentFactory(title="High tide"))
        found = read(client, "/search/", q="high")
        assert [item["type"] for item in found["items"]] == ["home.StandardPage", "document"]
        assert found["items"][1]["highlights"]["title"] == "<mark>High</mark> tide"
        assert found["total_count"] == 2
        only = read(client, "/search/", q="high", type="document")
        assert [item["title"] for item in only["items"]] == ["High tide"]
        part = read(client, "/search/", q="high", limit=1)
        rest = read(client, "/search/", q="high", limit=1, cursor=part["next_cursor"])
        assert part["items"] + rest["items"] == found["items"]
        assert rest["next_cursor"] is None

    def test_the_sitemap_has_every_public_page(self, shelf, home, client):
        low = shelf.get_first_child()
        low.specific.save_revision().publish()
        entries = {entry["url"]: entry for entry in read(client, "/sitemap/")["items"]}
        assert len(entries) == 6
        assert entries["http://testserver/shelf/low/"]["last_modified"].startswith(
            str(date.today().year)
        )
