"""What a page costs when no page is kept: few queries, whatever is on it, and no old furniture."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction, Site

from cms.core.models import Alert, SiteSettings
from cms.core.tasks import make_avif, make_renditions
from resources.models import Document
from tests.factories import (
    BenefitsPageFactory,
    DocumentFactory,
    GetInvolvedPageFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnersPageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from tests.queries import cold


@pytest.fixture
def site(transactional_db, django_db_serialized_rollback, home):
    """A site on which what is committed counts, as on a live one."""
    about = StandardPageFactory(parent=home, title="About", show_in_menus=True)
    settings = SiteSettings.for_site(Site.objects.get())
    settings.footer_links = [
        {"type": "link", "value": {"text": "Privacy", "page": about.pk}},
    ]
    settings.save()
    Alert.objects.create(title="The office is closed", live=True)
    return home


@pytest.fixture
def later(settings):
    """Tasks wait: nobody makes a toolkit's downloads anew for each page of it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


def pictures(number):
    images = [ImageFactory() for _ in range(number)]
    for image in images:
        make_renditions.call(image.pk)
        make_avif.call(image.pk)
    return images


def whole_home_page(home, number):
    """Every band, about pages with that many pictures, partners, chapters and documents."""
    images = pictures(number)
    benefit = {"title": "B", "summary": "S", "text": "<p>T</p>"}
    benefits = BenefitsPageFactory(
        parent=home,
        body=[{"type": "benefit", "value": {**benefit, "image": image.pk}} for image in images],
    )
    toolkit = ToolkitPageFactory(parent=home, cover_image=images[0])
    for _ in range(number):
        ToolkitChapterPageFactory(parent=toolkit)
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    for _ in range(number):
        DocumentFactory(collection=shelf)
    materials = MaterialsPageFactory(
        parent=home,
        body=[{"type": "collection", "value": {"heading": "Shelf", "collection": shelf.pk}}],
    )
    home.hero_image = images[-1]
    home.body = [
        {"type": f"{kind}_band", "value": {"heading": kind, "page": page.pk}}
        for kind, page in (
            ("benefits", benefits),
            ("toolkit", toolkit),
            ("materials", materials),
            ("partners", PartnersPageFactory(parent=home)),
            ("get_involved", GetInvolvedPageFactory(parent=home)),
        )
    ]
    home.save()


@pytest.mark.parametrize("number", [2, 9])
def test_the_home_page_with_every_band_takes_20_queries_at_most(number, site, later, client):
    whole_home_page(site, number)
    assert cold(client, "/") <= 20


@pytest.mark.parametrize("number", [2, 20])
def test_a_chapter_takes_15_queries_at_most(number, site, later, client):
    toolkit = ToolkitPageFactory(parent=site)
    body = [{"type": "image", "value": {"image": image.pk}} for image in pictures(number)]
    for _ in range(number):
        document, page = DocumentFactory(), StandardPageFactory(parent=site)
        body += [
            {"type": "document", "value": {"document": document.pk}},
            {
                "type": "rich_text",
                "value": f'<p><a linktype="page" id="{page.pk}">a page</a> '
                f'<a linktype="document" id="{document.pk}">a file</a></p>',
            },
        ]
    chapter = ToolkitChapterPageFactory(parent=toolkit, body=body)
    assert cold(client, chapter.get_url()) <= 15


@pytest.mark.parametrize("number", [5, 500])
def test_materials_take_15_queries_at_most_also_with_500_documents(number, site, later, client):
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    first = DocumentFactory(collection=shelf)
    others = [
        Document(title=f"Poster {each}", kind="poster", file=first.file.name, collection=shelf)
        for each in range(number - 1)
    ]
    Document.objects.bulk_create(others)
    page = MaterialsPageFactory(
        parent=site,
        body=[{"type": "collection", "value": {"heading": "Shelf", "collection": shelf.pk}}],
    )
    assert cold(client, page.get_url()) <= 15


@pytest.mark.parametrize("number", [1, 5])
def test_a_search_takes_10_queries_at_most(number, site, client):
    for each in range(number):
        StandardPageFactory(parent=site, title=f"Pier {each}")
        DocumentFactory(title="Pier")
    for factory in (BenefitsPageFactory, PartnersPageFactory, ToolkitPageFactory):
        factory(parent=site, title="Pier", slug=factory.__name__, summary="Long and old.")
    assert cold(client, "/search/?q=pier") <= 10
    content = client.get("/search/?q=pier").content.decode()
    assert content.count("Long and old.") == 3


class TestWhatEveryPageShows:
    """Is read once, and never older than the last change."""

    def test_is_read_once_until_something_changes(self, site, client):
        before = cold(client, "/about/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/about/")
        told = [query["sql"] for query in queries]
        for table in ("core_alert", "core_sitesettings", "pageviewrestriction"):
            assert not [sql for sql in told if table in sql]
        assert len(queries) <= before

    def test_is_new_at_once_after_each_kind_of_change(self, site, client):
        def shown():
            return client.get("/about/").content.decode()

        assert "The office is closed" in shown()
        Alert.objects.get().unpublish()
        assert "The office is closed" not in shown()

        settings = SiteSettings.objects.get()
        settings.organisation = "Co-production Elsewhere"
        settings.save()
        assert "Co-production Elsewhere" in shown()

        StandardPageFactory(parent=site, title="News", show_in_menus=True).save_revision().publish()
        assert ">News<" in shown()
        news = site.get_children().get(slug="news")
        restriction = PageViewRestriction.objects.create(page=news, restriction_type="login")
        assert ">News<" not in shown()
        restriction.delete()
        assert ">News<" in shown()
        news.specific.unpublish()
        assert ">News<" not in shown()

    def test_is_new_at_once_when_a_collection_becomes_private(self, site, client):
        image = ImageFactory(description="The long pier.")
        page = StandardPageFactory(
            parent=site, body=[{"type": "image", "value": {"image": image.pk}}]
        )
        assert "The long pier." in client.get(page.get_url()).content.decode()
        CollectionViewRestriction.objects.create(
            collection=image.collection, restriction_type="login"
        )
        assert "The long pier." not in client.get(page.get_url()).content.decode()

    def test_belongs_to_the_site_that_is_asked(self, site, client):
        other = StandardPageFactory(parent=site.get_root(), title="Another home")
        Site.objects.create(hostname="other.example.org", port=80, root_page=other)
        assert "Another home" in client.get("/", headers={"host": "other.example.org"}).text
        assert "Another home" not in client.get("/").text

    def test_is_read_anew_inside_a_transaction_that_nobody_else_sees(self, site, client):
        from django.db import transaction

        client.get("/about/")
        with transaction.atomic():
            Alert.objects.create(title="Only a try", live=True)
            assert "Only a try" in client.get("/about/").content.decode()
            transaction.set_rollback(True)
        assert "Only a try" not in client.get("/about/").content.decode()

    def test_the_site_of_a_request_is_asked_of_wagtail_by_its_own_name_for_it(
        self, site, client, monkeypatch
    ):
        """Fails when Wagtail remembers a request's site in another place."""
        client.get("/about/")

        def asked(request):
            raise AssertionError("Wagtail reads the site for itself.")

        monkeypatch.setattr(Site, "_find_for_request", staticmethod(asked))
        assert client.get("/about/").status_code == 200
