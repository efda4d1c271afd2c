"""The number of queries of a listing does not grow with rows or blocks."""

from dataclasses import dataclass
from itertools import islice

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, Page

from cms.core.models import Image
from cms.core.tasks import make_renditions
from home.models import StandardPage
from resources.models import Document
from tests.factories import (
    BenefitsPageFactory,
    DocumentFactory,
    GetInvolvedPageFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    PartnersPageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)


def replaced_document(**values):
    """A document with another form, each with a version before it."""
    document = DocumentFactory(version=2, **values)
    form = DocumentFactory(version=2, form_of=document, language="pl", **values)
    for each in (document, form):
        each.versions.create(
            number=1, filename="a.pdf", file=each.file.name, file_size=1, dated=each.dated
        )
    return form


@dataclass
class Files:
    """What one page of a listing shows, and no other page of it."""

    number: int
    picture: Image
    listing_image: Image
    logo: Image
    document: Document


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """Files for fifty pages: made once for all listings, as they cost more than the pages."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        files = [
            Files(number, ImageFactory(), ImageFactory(), ImageFactory(), replaced_document())
            for number in range(50)
        ]
        for each in files:
            for image in (each.picture, each.listing_image, each.logo):
                make_renditions.call(image.pk)
        yield media, files
        transaction.set_rollback(True)


@pytest.fixture
def files(made, settings):
    """The files of page after page."""
    settings.MEDIA_ROOT, files = made
    return iter(files)


def linking_body(files, target):
    """A body whose blocks point at an image, a document and a page of their own."""
    image, document = files.picture, files.document
    return [
        {"type": "image", "value": {"image": image.pk, "caption": f"Caption {files.number}"}},
        {"type": "document", "value": {"document": document.pk}},
        {
            "type": "cards",
            "value": {
                "cards": [
                    {
                        "title": "Card",
                        "text": "Words",
                        "image": image.pk,
                        "link": {"text": "Go", "page": target.pk},
                    }
                ]
            },
        },
        {
            "type": "call_to_action",
            "value": {"heading": "Go", "link": {"text": "Go", "page": target.pk}},
        },
        {
            "type": "rich_text",
            "value": f'<p><a linktype="page" id="{target.pk}">page</a> '
            f'<a linktype="document" id="{document.pk}">file</a></p>',
        },
    ]


def partner_body(files, target):
    partner = PartnerFactory(logo=files.logo)
    return [
        {"type": "partner", "value": {"partner": partner.pk, "role": "Helps."}},
        *linking_body(files, target),
    ]


def collection_body(files, target):
    collection = Collection.get_first_root_node().add_child(name=f"Shelf {files.number}")
    replaced_document(collection=collection)
    return [
        {"type": "collection", "value": {"heading": "Shelf", "collection": collection.pk}},
        *linking_body(files, target),
    ]


def toolkit(parent, listing_image, **values):
    page = ToolkitPageFactory(parent=parent, listing_image=listing_image, **values)
    ToolkitChapterPageFactory(parent=page, listing_image=listing_image)
    return page


LISTED = {
    "home.StandardPage": (StandardPageFactory, linking_body),
    "programme.BenefitsPage": (BenefitsPageFactory, linking_body),
    "programme.PartnersPage": (PartnersPageFactory, partner_body),
    "programme.GetInvolvedPage": (GetInvolvedPageFactory, linking_body),
    "resources.ToolkitPage": (toolkit, linking_body),
    "resources.ToolkitChapterPage": (ToolkitChapterPageFactory, linking_body),
    "resources.MaterialsPage": (MaterialsPageFactory, collection_body),
}


def add(number, factory, body, parent, files):
    for each in islice(files, number):
        target = Page.objects.order_by("pk").last()  # another for each page
        factory(
            parent=parent,
            slug=f"page-{each.number}",
            listing_image=each.listing_image,
            body=body(each, target),
        )


def queries_of(client, url) -> int:
    client.get(url)  # what a process reads once (content types, site roots) is read
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, response.content
    return len(captured)


@pytest.mark.parametrize("label", LISTED)
def test_a_listing_of_fifty_pages_takes_the_queries_of_five(label, home, client, files):
    factory, body = LISTED[label]
    url = f"/api/v2/pages/?type={label}&fields=*&limit=100"
    parent = ToolkitPageFactory(parent=home) if "Chapter" in label else home
    add(5, factory, body, parent, files)
    at_five = queries_of(client, url)
    add(45, factory, body, parent, files)
    assert queries_of(client, url) == at_five
    assert at_five <= 20


def test_twenty_whole_pages_of_all_types_take_at_most_25_queries(home, client, files):
    for label, (factory, body) in LISTED.items():
        parent = ToolkitPageFactory(parent=home) if "Chapter" in label else home
        add(1, factory, body, parent, files)
    url = "/api/v2/pages/?fields=*&limit=20"
    types = {item["meta"]["type"] for item in client.get(url).json()["items"]}
    assert types == {*LISTED, "home.HomePage"}
    assert queries_of(client, url) <= 25


@pytest.mark.parametrize("label", ["images", "documents", "redirects"])
def test_listings_of_files_and_redirects_do_not_grow_either(label, home, client):
    from wagtail.contrib.redirects.models import Redirect

    def more(number):
        for index in range(number):
            image, document = ImageFactory(), replaced_document()
            image.tags.add("pier", f"tag {image.pk}")
            document.tags.add("pier", f"tag {document.pk}")
            Redirect.add_redirect(f"/old-{image.pk}-{index}/", home)

    url = f"/api/v2/{label}/?fields=*&limit=100"
    more(5)
    at_five = queries_of(client, url)
    more(20)
    assert queries_of(client, url) == at_five


def test_a_listing_without_fields_reads_no_bodies(home, client, files):
    add(3, *LISTED["home.StandardPage"], home, files)
    assert queries_of(client, "/api/v2/pages/") <= 5
    assert StandardPage.objects.count() == 3


def test_the_tree_of_collections_does_not_grow_either(home, client):
    def more(number):
        parent = Collection.get_first_root_node()
        for index in range(number):
            parent = parent.add_child(name=f"Shelf {index}")
            DocumentFactory(collection=parent)

    more(5)
    at_five = queries_of(client, "/api/v2/collections/")
    more(45)
    assert queries_of(client, "/api/v2/collections/") == at_five <= 6
