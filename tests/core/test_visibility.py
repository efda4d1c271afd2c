"""Drafts, private and expired pages never reach the public, by any way."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from cms.core.visibility import is_public, public_pages
from tests.addresses import whole_sitemap
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from tests.library import made_public


def draft(parent):
    return StandardPageFactory(
        parent=parent, title="Hidden herring", live=False, show_in_menus=True
    )


def private(parent):
    page = StandardPageFactory(parent=parent, title="Hidden herring", show_in_menus=True)
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")
    return page


def below_private(parent):
    return StandardPageFactory(parent=private(parent), title="Hidden herring", slug="below")


def expired(parent):
    return StandardPageFactory(
        parent=parent,
        title="Hidden herring",
        show_in_menus=True,
        expire_at=timezone.now() - timedelta(seconds=1),
    )


@pytest.mark.parametrize("hide", [draft, private, below_private, expired])
class TestAHiddenPage:
    def test_is_not_among_public_pages(self, hide, home):
        page = hide(home)
        assert page.page_ptr not in public_pages()
        assert not is_public(page)

    def test_cannot_be_read(self, hide, home, client):
        response = client.get(hide(home).get_url())
        assert b"What we are about" not in response.content

    def test_is_in_no_menu_search_or_sitemap(self, hide, home, client):
        hide(home)
        for address in ("/", "/search/?q=herring", "/sitemap.xml", "/missing/"):
            response = client.get(address)
            assert "Hidden herring" not in response.content.decode().replace("“herring”", "")
        assert "hidden" not in whole_sitemap(client)

    def test_is_linked_to_by_no_block(self, hide, home, client):
        page = hide(home)
        linking = StandardPageFactory(
            parent=home,
            slug="linking",
            body=[
                {
                    "type": "call_to_action",
                    "value": {"heading": "Go", "link": {"text": "There", "page": page.pk}},
                },
                {"type": "rich_text", "value": f'<p><a linktype="page" id="{page.pk}">x</a></p>'},
            ],
        )
        content = client.get(linking.get_url()).content.decode()
        assert page.get_url() not in content


def test_a_hidden_chapter_is_no_neighbour_and_not_in_the_contents(home, client):
    toolkit = ToolkitPageFactory(parent=home)
    first, hidden, last = (
        ToolkitChapterPageFactory(parent=toolkit, title=title)
        for title in ("First", "Second secret", "Last")
    )
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    for page in (toolkit, first, last):
        assert "Second secret" not in client.get(page.get_url()).content.decode()
    assert "Last" in client.get(first.get_url()).content.decode()


class TestAPrivateCollection:
    @pytest.fixture
    def private(self, home):
        collection = Collection.get_first_root_node().add_child(name="Private")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
        return collection

    def test_gives_its_documents_to_nobody_who_is_not_signed_in(self, private, client):
        document = DocumentFactory(collection=private)
        assert client.get(document.url).status_code == 302
        assert client.get(made_public(DocumentFactory()).url).status_code == 200

    def test_is_not_searched(self, private, client):
        DocumentFactory(collection=private, title="Hidden herring")
        assert "Hidden herring" not in client.get("/search/?q=herring").content.decode()

    def test_shows_no_document_on_a_page(self, private, home, client):
        document = DocumentFactory(collection=private, title="Hidden herring")
        page = StandardPageFactory(
            parent=home, body=[{"type": "document", "value": {"document": document.pk}}]
        )
        assert "Hidden herring" not in client.get(page.get_url()).content.decode()

    def test_shows_no_picture_on_a_page(self, private, home, client):
        image = ImageFactory(collection=private, description="Hidden herring")
        page = StandardPageFactory(
            parent=home, body=[{"type": "image", "value": {"image": image.pk}}]
        )
        assert "Hidden herring" not in client.get(page.get_url()).content.decode()


def test_a_scheduled_page_shows_when_its_time_has_come(home, client):
    page = StandardPageFactory(parent=home, live=False, slug="soon")
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision(approved_go_live_at=page.go_live_at)
    page.save()
    assert client.get("/soon/").status_code == 404
    page.latest_revision.publish()
    assert client.get("/soon/").status_code == 404
