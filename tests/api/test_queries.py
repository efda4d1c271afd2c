"""The number of queries of a listing does not grow with rows or blocks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, Page

from home.models import StandardPage
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


def linking_body(number, target):
    """A body whose blocks point at an image, a document and a page of their own."""
    image = ImageFactory()
    document = replaced_document()
    return [
        {"type": "image", "value": {"image": image.pk, "caption": f"Caption {number}"}},
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


def partner_body(number, target):
    return [
        {"type": "partner", "value": {"partner": PartnerFactory().pk, "role": "Helps."}},
        *linking_body(number, target),
    ]


def collection_body(number, target):
    collection = Collection.get_first_root_node().add_child(name=f"Shelf {number}-{target.pk}")
    replaced_document(collection=collection)
    return [
        {"type": "collection", "value": {"heading": "Shelf", "collection": collection.pk}},
        *linking_body(number, target),
    ]


def toolkit(parent, **values):
    page = ToolkitPageFactory(parent=parent, **values)
    ToolkitChapterPageFactory(parent=page)
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


def add(number, factory, body, parent):
    for _ in range(number):
        count = Page.objects.count()
        target = Page.objects.order_by("pk").last()  # another for each page
        factory(parent=parent, slug=f"page-{count}", body=body(count, target))


def queries_of(client, url) -> int:
    client.get(url)  # what a process reads once (content types, site roots) is read
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, response.content
    return len(captured)


@pytest.mark.parametrize("label", LISTED)
def test_a_listing_of_fifty_pages_takes_the_queries_of_five(label, home, client):
    factory, body = LISTED[label]
    url = f"/api/v2/pages/?type={label}&fields=*&limit=100"
    parent = ToolkitPageFactory(parent=home) if "Chapter" in label else home
    add(5, factory, body, parent)
    at_five = queries_of(client, url)
    add(45, factory, body, parent)
    assert queries_of(client, url) == at_five
    assert at_five <= 20


def test_twenty_whole_pages_of_all_types_take_at_most_25_queries(home, client):
    for label, (factory, body) in LISTED.items():
        parent = ToolkitPageFactory(parent=home) if "Chapter" in label else home
        add(1, factory, body, parent)
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


def test_a_listing_without_fields_reads_no_bodies(home, client):
    add(3, *LISTED["home.StandardPage"], home)
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
