"""What an answer is tagged with, and which tags a change is told by."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from cms.core.models import Alert, SiteSettings
from cms.delivery.edge import tags, touched
from cms.events.models import Event
from home.models import HomePage
from resources.models import MaterialsPage, PageExport
from tests.blocks import whole_stream
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)

CONTENT = "/api/content/v1/"


@pytest.fixture(autouse=True)
def _an_edge(settings):
    settings.EDGE_PURGE_URL = ["http://edge.example.org"]


@pytest.fixture
def page(home):
    page = StandardPageFactory(parent=home, title="About", slug="about")
    page.save_revision().publish()
    return page


@pytest.fixture
def given(client):
    """The tags of what is answered at an address."""

    def given(address):
        answer = client.get(address)
        assert answer.status_code == 200
        return set(answer[tags.HEADER].strip(",").split(","))

    return given


@pytest.fixture
def told():
    """The tags that edges are told by after what a function does."""

    def told(do):
        before = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
        do()
        return touched.tags_of(list(Event.objects.filter(number__gt=before)))

    return told


def again(page, **changes):
    for name, value in changes.items():
        setattr(page, name, value)
    page.save_revision().publish()


class TestAnswers:
    def test_a_page_has_the_tags_of_what_it_shows(self, library, given):
        (home,) = HomePage.objects.all()
        home.body = whole_stream(HomePage)
        home.save()
        found = given("/")
        assert {"all", f"page-{home.pk}", "documents"} <= found
        assert {tag.partition("-")[0] for tag in found} >= {"page", "image", "partner"}
        assert "changes" not in found

    def test_one_that_shows_little_has_few(self, page, home, given):
        assert given("/about/") == {
            "all",
            f"page-{page.pk}",
            f"page-{home.pk}",
            f"image-{page.listing_image_id}",
        }

    @pytest.mark.parametrize(
        "address",
        [
            f"{CONTENT}pages/",
            f"{CONTENT}pages/by-path/?path=/about/",
            "/api/v2/pages/",
            "/sitemap.xml",
        ],
    )
    def test_a_list_and_the_apis_answers_go_with_each_change(self, page, given, address):
        assert "changes" in given(address)

    def test_an_empty_shelf_is_a_shelf(self, home, given):
        MaterialsPageFactory(parent=home, slug="materials", body=whole_stream(MaterialsPage))
        assert "documents" in given("/materials/")

    def test_too_many_of_a_kind_have_one_tag(self):
        many = {f"page-{key}" for key in range(500)} | {"image-7"}
        assert tags.header(many) == ",all,image-7,page-any,"
        largest = {f"{name}-{10**9 + key}" for name in ("page", "image") for key in range(100)}
        assert len(tags.header(largest)) < 4000

    def test_without_an_edge_there_is_no_such_header(self, page, client, settings):
        settings.EDGE_PURGE_URL = []
        answer = client.get("/about/")
        assert tags.HEADER not in answer
        assert "stale-if-error" not in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_was_kept_from_another_request_is_tagged_as_well(
    django_db_serialized_rollback, home, given
):
    """Outside a transaction, as when it runs: pictures and the home page are read once."""
    page = StandardPageFactory(parent=home, slug="about")
    picture = ImageFactory()
    page.body = [("image", {"image": picture})]
    page.save()
    given("/about/")  # makes settings that nobody has saved
    found = [given(address) for address in ("/about/", "/about/", "/", "/")]
    assert {f"image-{picture.pk}", f"page-{page.pk}"} <= found[0]
    # All that this page shows of the home page is what menus show.
    assert found[1] >= found[0] - {f"page-{home.pk}"}
    assert f"page-{home.pk}" in found[2]
    assert found[3] == found[2]


class TestChanges:
    def test_a_page_that_looks_the_same_to_links_is_told_by_itself(self, page, told):
        assert told(lambda: again(page, summary="Other words.")) == {
            f"page-{page.pk}",
            "page-any",
            "changes",
        }

    @pytest.mark.parametrize(
        "changes", [{"title": "Us"}, {"slug": "us"}, {"show_in_menus": True}], ids=str
    )
    def test_one_that_does_not_may_show_everywhere(self, page, told, changes):
        assert told(lambda: again(page, **changes)) == {"all"}

    def test_so_may_one_that_comes_goes_or_moves(self, page, home, told):
        new = StandardPageFactory.build(slug="new", listing_image=ImageFactory())
        assert told(lambda: again(home.add_child(instance=new))) == {"all"}
        assert told(lambda: page.move(home, pos="first-child")) == {"all"}
        assert told(page.unpublish) == {"all"}
        assert told(page.delete) == {"all"}

    def test_so_may_one_that_expires_of_which_nobody_tells(self, page, told):
        soon = timezone.now() + timedelta(hours=1)
        assert told(lambda: again(page, expire_at=soon)) == {"all"}

    def test_a_picture_a_partner_and_a_file_are_told_by_themselves(self, home, told):
        picture, partner = ImageFactory(), PartnerFactory()
        chapter = ToolkitChapterPageFactory(parent=ToolkitPageFactory(parent=home))
        export = PageExport.objects.create(page=chapter, format="pdf")
        assert told(picture.save) == {f"image-{picture.pk}", "image-any", "changes"}
        assert told(partner.save) == {f"partner-{partner.pk}", "partner-any", "changes"}
        found = told(lambda: export.keep(b"x", name="x.pdf", digest="x"))
        assert {f"pageexport-{export.pk}", f"page-{chapter.pk}", "changes"} <= found
        assert "all" not in found

    def test_a_document_is_told_by_the_tag_of_all(self, home, told):
        assert told(DocumentFactory) == {"documents", "changes"}

    def test_what_is_deleted_may_have_shown_anywhere(self, home, told):
        assert told(ImageFactory().delete) == {"all"}

    @pytest.mark.parametrize("model", [Alert, SiteSettings, PageViewRestriction])
    def test_whatever_else_changes_is_told_as_everything(self, page, told, model):
        values = {
            Alert: {"title": "Closed"},
            SiteSettings: {"site": Site.objects.get()},
            PageViewRestriction: {"page": page, "restriction_type": "login"},
        }
        assert told(lambda: model.objects.create(**values[model])) == {"all"}

    def test_many_are_told_as_one_and_nothing_is_not_told(self, home, told, monkeypatch):
        monkeypatch.setattr(touched, "MOST", 5)
        pictures = ImageFactory.create_batch(5)
        assert told(lambda: [picture.save() for picture in pictures]) == {"all"}
        assert told(lambda: None) == frozenset()

    def test_it_takes_as_many_queries_for_two_as_for_twenty(self, home):
        def queries(number):
            pages = StandardPageFactory.create_batch(number, parent=home)
            for _ in range(2):
                for page in pages:
                    again(page)
            events = list(Event.objects.order_by("-number")[:number])[::-1]
            with CaptureQueriesContext(connection) as counted:
                assert touched.tags_of(events) != {"all"}
            return len(counted)

        assert queries(2) == queries(20) == 3
