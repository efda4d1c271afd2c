"""Pictures and documents come into a copy with what shows them, and leave it with that."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Collection, Page, PageViewRestriction

from cms.api.models import FeedItem
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    StandardPageFactory,
)
from tests.library import blocks_of, page_with

from .contract import read


class Copy:
    """Somebody's copy of the pictures and documents: their ids, kept in step."""

    def __init__(self, client):
        self.client, self.token = client, None
        self.has = set()
        self.heard = []

    def catch_up(self):
        self.heard = []
        more = True
        while more:
            asked = {"token": self.token} if self.token else {}
            answer = read(self.client, "/sync/", kind="image,document", limit=100, **asked)
            self.token, more = answer["next_token"], answer["has_more"]
            self.heard += answer["items"]
        for item in self.heard:
            if item["kind"] == "removed":
                self.has.discard((item["of"], item["id"]))
            else:
                self.has.add((item["kind"], item["id"]))
        return self.has


@pytest.fixture(params=[ImageFactory, DocumentFactory], ids=["image", "document"])
def file(request, home):
    return request.param()


@pytest.fixture
def name(file):
    return type(file)._meta.model_name, file.pk


@pytest.fixture
def copy(file, client):
    copy = Copy(client)
    copy.catch_up()
    return copy


def test_a_file_comes_and_goes_with_its_page(file, name, copy, home):
    page = StandardPageFactory(parent=home, slug="page", listing_image=None)
    assert name not in copy.catch_up()
    page.body = blocks_of(file)
    page.save_revision().publish()
    assert name in copy.catch_up()
    page.unpublish()
    assert name not in copy.catch_up()
    page.save_revision().publish()
    assert name in copy.catch_up()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert name not in copy.catch_up()
    restriction.delete()
    assert name in copy.catch_up()
    page.body = []
    page.save_revision().publish()
    assert name not in copy.catch_up()
    page.body = blocks_of(file)
    page.save_revision().publish()
    assert name in copy.catch_up()
    page.delete()
    assert name not in copy.catch_up()


def test_a_file_goes_with_a_page_that_expires_or_moves_below_a_private_one(file, name, copy, home):
    page = page_with(home)
    page.body = blocks_of(file)
    page.save_revision().publish()
    assert name in copy.catch_up()
    private = StandardPageFactory(parent=home, slug="staff")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    page.move(private, pos="last-child")
    assert name not in copy.catch_up()
    Page.objects.get(pk=page.pk).move(home, pos="last-child")
    assert name in copy.catch_up()
    page = Page.objects.get(pk=page.pk).specific
    page.expire_at = timezone.now() + timedelta(seconds=60)
    page.save_revision().publish()
    assert name in copy.catch_up()
    past = timezone.now() - timedelta(seconds=1)
    Page.objects.filter(pk=page.pk).update(expire_at=past)
    FeedItem.objects.filter(kind="page", key=page.pk).update(until=past)
    assert name not in copy.catch_up()


def test_a_file_of_two_pages_stays_while_one_shows_it_and_nobody_hears_of_it(
    file, name, copy, home
):
    first, second = page_with(home, file), page_with(home, file)
    for page in (first, second):
        page.save_revision().publish()
    assert name in copy.catch_up()
    first.unpublish()
    assert name in copy.catch_up()
    assert copy.heard == []
    second.unpublish()
    assert name not in copy.catch_up()


def test_a_logo_comes_and_goes_with_its_partner(home, client):
    image = ImageFactory()
    copy = Copy(client)
    others = set(copy.catch_up())
    partner = PartnerFactory(logo=image)
    assert copy.catch_up() - others == {("image", image.pk)}
    partner.logo = None
    partner.save()
    assert copy.catch_up() == others
    partner.logo = image
    partner.save()
    assert copy.catch_up() - others == {("image", image.pk)}
    partner.delete()
    assert copy.catch_up() == others


def test_all_of_a_shelf_comes_and_goes_with_its_page(home, client):
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    on_it = DocumentFactory(collection=shelf)
    beside = DocumentFactory(form_of=on_it, language="pl")
    copy = Copy(client)
    others = set(copy.catch_up())
    body = [{"type": "collection", "value": {"heading": "Shelf", "collection": shelf.pk}}]
    page = MaterialsPageFactory(parent=home, listing_image=None, body=body)
    page.save_revision().publish()
    assert copy.catch_up() - others == {("document", on_it.pk), ("document", beside.pk)}
    page.body = []
    page.save_revision().publish()
    assert copy.catch_up() == others
    page.body = body
    page.save_revision().publish()
    page.unpublish()
    assert copy.catch_up() == others
