"""What the API v2 gives, and to whom."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    PageViewRestriction,
)

from cms.core.tasks import make_renditions
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    PartnerFactory,
    PartnersPageFactory,
    StandardPageFactory,
    UserFactory,
)
from tests.factories.files import picture
from tests.library import made_public


def titles(client, query=""):
    answer = client.get(f"/api/v2/pages/?limit=100{query}")
    return {item["title"] for item in answer.json()["items"]}


@pytest.fixture
def hidden(home):
    """A page that nobody may see, of each kind."""
    draft = StandardPageFactory(parent=home, title="Draft", live=False)
    private = StandardPageFactory(parent=home, title="Private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    below = StandardPageFactory(parent=private, title="Below private")
    expired = StandardPageFactory(
        parent=home, title="Expired", expire_at=timezone.now() - timedelta(minutes=1)
    )
    return [draft, private, below, expired]


class TestWhatIsNotPublic:
    def test_is_in_no_listing(self, home, hidden, client):
        assert titles(client) == {"Co-production Southend"}

    def test_is_in_no_listing_of_its_type_with_all_fields(self, home, hidden, client):
        assert titles(client, "&type=home.StandardPage&fields=*") == set()

    def test_has_no_detail(self, home, hidden, client):
        for page in hidden:
            assert client.get(f"/api/v2/pages/{page.pk}/").status_code == 404

    def test_cannot_be_found_by_path(self, home, hidden, client):
        for page in hidden:
            answer = client.get(f"/api/v2/pages/find/?html_path={page.get_url()}")
            assert answer.status_code == 404

    def test_cannot_be_searched_for(self, home, hidden, client):
        assert titles(client, "&search=private") == set()

    def test_stays_hidden_from_those_who_are_signed_in(self, home, hidden, client):
        client.force_login(UserFactory(is_superuser=True))
        assert titles(client) == {"Co-production Southend"}

    def test_is_in_no_link_of_another_page(self, home, hidden, client):
        page = StandardPageFactory(
            parent=home,
            body=[
                {
                    "type": "call_to_action",
                    "value": {"heading": "Go", "link": {"text": "Go", "page": target.pk}},
                }
                for target in hidden
            ]
            + [
                {"type": "rich_text", "value": f'<p><a linktype="page" id="{target.pk}">x</a></p>'}
                for target in hidden
            ],
        )
        body = client.get(f"/api/v2/pages/{page.pk}/").json()["body"]
        assert [block["value"]["link"]["url"] for block in body[:4]] == [None] * 4
        assert [block["value"] for block in body[4:]] == ["<p><a>x</a></p>"] * 4

    def test_is_in_no_ancestor_or_child_filter(self, home, hidden, client):
        assert client.get(f"/api/v2/pages/?child_of={hidden[1].pk}").status_code == 400


class TestBlocks:
    def page(self, home, client, *blocks):
        page = StandardPageFactory(parent=home, body=list(blocks))
        return client.get(f"/api/v2/pages/{page.pk}/").json()["body"]

    def test_an_image_has_its_own_description_unless_the_page_says_otherwise(self, home, client):
        image = ImageFactory(description="The pier at low tide.")
        own, other, none = self.page(
            home,
            client,
            {"type": "image", "value": {"image": image.pk}},
            {"type": "image", "value": {"image": image.pk, "alt_text": "Where we meet."}},
            {"type": "image", "value": {"image": image.pk, "decorative": True}},
        )
        assert own["value"]["image"]["alt"] == "The pier at low tide."
        assert other["value"]["image"]["alt"] == "Where we meet."
        assert none["value"]["image"]["alt"] == ""

    def test_an_image_has_renditions_with_absolute_addresses(self, home, client):
        image = ImageFactory(file=ContentFile(picture(width=900), name="wide.png"))
        make_renditions.call(image.pk)
        (block,) = self.page(home, client, {"type": "image", "value": {"image": image.pk}})
        renditions = block["value"]["image"]["renditions"]
        assert set(renditions) == {
            "small",
            "medium",
            "large",
            "thumbnail",
            "social",
            "fallback",
        }
        assert renditions["small"]["url"].startswith("http://testserver/media/images/")
        assert renditions["small"]["width"] == 480
        assert client.get(renditions["small"]["url"]).status_code == 200

    def test_a_document_has_type_and_size(self, home, client):
        document = DocumentFactory(language="pl")
        (block,) = self.page(home, client, {"type": "document", "value": {"document": document.pk}})
        shown = block["value"]["document"]
        assert (shown["type"], shown["language"]) == ("pdf", "pl")
        assert shown["size"] == document.file.size
        assert client.get(shown["url"]).status_code == 200

    def test_a_partner_is_whole(self, home, client):
        partner = PartnerFactory(name="Alliance")
        page = PartnersPageFactory(
            parent=home,
            body=[{"type": "partner", "value": {"partner": partner.pk, "role": "Trains people."}}],
        )
        value = client.get(f"/api/v2/pages/{page.pk}/").json()["body"][0]["value"]
        assert value["role"] == "Trains people."
        assert value["partner"]["name"] == "Alliance"
        assert value["partner"]["logo"]["alt"] == partner.logo.description

    def test_rich_text_is_finished_html_with_absolute_links(self, home, client):
        other = StandardPageFactory(parent=home, slug="other")
        (block,) = self.page(
            home,
            client,
            {"type": "rich_text", "value": f'<p><a linktype="page" id="{other.pk}">x</a></p>'},
        )
        assert block["value"] == '<p><a href="http://testserver/other/">x</a></p>'

    def test_rich_text_comes_as_markdown_too_with_absolute_links(self, home, client):
        other = StandardPageFactory(parent=home, slug="other")
        page = StandardPageFactory(
            parent=home,
            body=[
                {"type": "rich_text", "value": f'<p><a linktype="page" id="{other.pk}">x</a></p>'}
            ],
        )
        answer = client.get(f"/api/v2/pages/{page.pk}/?rich_text_format=markdown").json()
        assert answer["body"][0]["value"].strip() == "[x](http://testserver/other/)"

    def test_rich_text_has_nothing_in_it_that_is_for_the_editor(self, home, client):
        (block,) = self.page(
            home, client, {"type": "rich_text", "value": '<p data-block-key="abc">x</p>'}
        )
        assert block["value"] == "<p>x</p>"

    def test_what_was_deleted_is_null(self, home, client):
        image = ImageFactory()
        page = StandardPageFactory(
            parent=home, body=[{"type": "image", "value": {"image": image.pk}}]
        )
        image.delete()
        body = client.get(f"/api/v2/pages/{page.pk}/").json()["body"]
        assert body[0]["value"]["image"] is None


class TestPrivateCollections:
    @pytest.fixture
    def private(self, home):
        collection = Collection.get_first_root_node().add_child(name="Private")
        CollectionViewRestriction.objects.create(
            collection=collection, restriction_type="password", password="x"
        )
        return collection.add_child(name="Inside")

    def test_their_images_and_documents_are_in_no_listing(self, private, client):
        for endpoint, factory in (("images", ImageFactory), ("documents", DocumentFactory)):
            hidden, shown = made_public(factory(collection=private)), made_public(factory())
            ids = [item["id"] for item in client.get(f"/api/v2/{endpoint}/").json()["items"]]
            assert shown.pk in ids
            assert hidden.pk not in ids
            assert client.get(f"/api/v2/{endpoint}/{hidden.pk}/").status_code == 404

    def test_blocks_that_point_at_them_are_null(self, private, home, client):
        image, document = ImageFactory(collection=private), DocumentFactory(collection=private)
        page = StandardPageFactory(
            parent=home,
            body=[
                {"type": "image", "value": {"image": image.pk}},
                {"type": "document", "value": {"document": document.pk}},
            ],
        )
        body = client.get(f"/api/v2/pages/{page.pk}/").json()["body"]
        assert body[0]["value"]["image"] is None
        assert body[1]["value"]["document"] is None

    def test_they_are_not_in_the_tree_of_collections_nor_counted(self, private, client):
        made_public(DocumentFactory(collection=private))
        answer = client.get("/api/v2/collections/")
        assert answer.json() == {"meta": {"total_count": 0}, "items": []}
        for key in (private.pk, private.get_parent().pk):
            assert client.get(f"/api/v2/collections/{key}/").status_code == 404

    def test_they_are_not_named_by_a_public_collection_nor_by_a_public_form(self, home, client):
        shelf = Collection.get_first_root_node().add_child(name="Shelf")
        private = shelf.add_child(name="Private")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        shown = made_public(DocumentFactory(title="Shown", collection=shelf))
        made_public(DocumentFactory(title="Hidden", form_of=shown, collection=private))
        (item,) = client.get("/api/v2/collections/").json()["items"]
        assert item["document_count"] == 1
        assert item["children"] == []
        assert client.get(f"/api/v2/collections/{shelf.pk}/").json() == item
        assert client.get(f"/api/v2/documents/{shown.pk}/").json()["other_forms"] == []


def test_documents_are_listed_by_their_collection(home, client):
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    made_public(DocumentFactory(title="Here", collection=shelf))
    made_public(DocumentFactory(title="There"))
    answer = client.get(f"/api/v2/documents/?collection={shelf.pk}").json()
    assert [item["title"] for item in answer["items"]] == ["Here"]


def test_the_tree_of_collections_takes_no_parameter(home, client):
    answer = client.get("/api/v2/collections/?colour=red")
    assert answer.status_code == 400
    assert "colour" in answer.json()["message"]


def test_originals_of_images_are_not_given_away(home, client):
    image = made_public(ImageFactory())
    answer = client.get(f"/api/v2/images/{image.pk}/").json()
    assert "download_url" not in answer["meta"]
    assert client.get(image.file.url).status_code == 404


def test_the_owner_of_a_page_is_not_in_the_api(home, client):
    answer = client.get("/api/v2/pages/?fields=*").content.decode()
    assert "robin@example.org" not in answer
    assert "content_owner" not in answer


def test_no_answer_sets_a_cookie_or_varies_by_one(home, client):
    for url in ("/api/v2/pages/", "/api/v2/images/", "/api/v2/documents/", "/api/v2/redirects/"):
        answer = client.get(url)
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_an_unknown_parameter_is_refused_and_named(home, client):
    answer = client.get("/api/v2/pages/?colour=red")
    assert answer.status_code == 400
    assert "colour" in answer.json()["message"]


@pytest.mark.parametrize(
    "query",
    ["first_published_at=x", "id=x", "limit=x", "offset=-1", "fields=)", "order=x", "type=x.Y"],
)
def test_a_wrong_value_is_refused_with_a_sentence(query, home, client):
    answer = client.get(f"/api/v2/pages/?{query}")
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_redirect_to_a_draft_is_not_listed(home, client):
    from wagtail.contrib.redirects.models import Redirect

    Redirect.add_redirect("/old/", StandardPageFactory(parent=home, live=False))
    Redirect.add_redirect("/older/", home)
    items = client.get("/api/v2/redirects/").json()["items"]
    assert [item["old_path"] for item in items] == ["/older"]


def test_it_is_written_without_indents_unless_they_are_asked_for(home, client):
    assert b"\n" not in client.get("/api/v2/pages/").content
    answer = client.get("/api/v2/pages/", headers={"Accept": "application/json; indent=4"})
    assert b'\n    "items": [' in answer.content
