"""What caches are told of pictures, which may go with their page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from cms.delivery.edge.touched import tags_of
from cms.events import version
from cms.events.log import newest
from cms.events.models import Event
from tests.factories import PartnerFactory, StandardPageFactory
from tests.library import addresses, an_image, blocks_of, page_with, status

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def image(home):
    return an_image()


def control(address):
    response = Client().get(address)
    b"".join(response)
    return response.headers["Cache-Control"]


def published(home, *files, **values):
    page = StandardPageFactory(parent=home, slug="shows", **values)
    page.body = blocks_of(*files)
    page.save_revision().publish()
    return page


def queries(address) -> int:
    with CaptureQueriesContext(connection) as found:
        assert status(Client(), address) == 200
    return len(found)


def test_browsers_keep_a_public_picture_and_others_for_as_long_as_a_page(image, home):
    published(home, image)
    version.current()
    assert control(addresses(image)[0]) == "public, max-age=31536000, immutable, s-maxage=60"


def test_no_cache_keeps_it_longer_than_anything_is_public(image, home):
    published(home, image, expire_at=timezone.now() + timedelta(seconds=20))
    version.current()
    seconds = int(control(addresses(image)[0]).rpartition("s-maxage=")[2])
    assert 0 < seconds <= 20


def test_it_is_marked_with_its_picture(image, home, settings):
    published(home, image)
    settings.EDGE_PURGE_URL = ["http://127.0.0.1:9"]
    for _ in range(2):  # also when nothing is read for it
        response = Client().get(addresses(image)[0])
        b"".join(response)
        assert f",image-{image.pk}," in response.headers["Edge-Tags"]
    assert "Edge-Tags" not in Client().get("/media/images/none.png").headers


class TestWhatTheEdgeForgets:
    def tags(self, since):
        return tags_of(list(Event.objects.filter(number__gt=since)))

    def test_a_picture_that_a_page_no_longer_shows(self, image, home):
        page = published(home, image)
        since = newest()
        page.body = []
        page.save_revision().publish()
        assert self.tags(since) & {f"image-{image.pk}", "all"}

    def test_a_logo_that_a_partner_no_longer_has(self, image, home):
        partner = PartnerFactory(logo=image)
        since = newest()
        partner.logo = None
        partner.save()
        assert self.tags(since) & {f"image-{image.pk}", "all"}

    def test_not_everything_when_a_picture_is_uploaded_that_nobody_sees(self, home):
        since = newest()
        image = an_image()
        assert "all" not in self.tags(since)
        assert f"image-{image.pk}" in self.tags(since)


class TestWhatIsRemembered:
    def test_a_public_picture_asks_nothing_while_nothing_changes(self, image, home):
        published(home, image)
        version.current()
        assert queries(addresses(image)[0]) == 1
        assert queries(addresses(image)[0]) == 0

    def test_it_asks_once_where_it_is_not_known_whether_anything_changed(self, image, home):
        published(home, image)
        status(Client(), addresses(image)[0])
        version.touch()
        assert queries(addresses(image)[0]) == 1
        assert queries(addresses(image)[0]) == 1

    @pytest.mark.parametrize(
        "close",
        [
            lambda page: page.unpublish(),
            lambda page: page.delete(),
            lambda page: PageViewRestriction.objects.create(page=page, restriction_type="login"),
            lambda page: PageViewRestriction.objects.create(
                page=page.get_parent(), restriction_type="login"
            ),
        ],
        ids=["unpublished", "deleted", "made private", "below what was made private"],
    )
    def test_the_next_request_is_refused_when_its_page_goes(self, close, image, home):
        page = published(home, image)
        version.current()
        assert {status(Client(), addresses(image)[0]) for _ in range(2)} == {200}
        close(page)
        assert status(Client(), addresses(image)[0]) == 404

    def test_and_in_the_second_in_which_it_expires(self, image, home):
        page = page_with(home, image, expire_at=timezone.now() + timedelta(hours=1))
        version.current()
        assert {status(Client(), addresses(image)[0]) for _ in range(2)} == {200}
        Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
        version.touch()
        assert status(Client(), addresses(image)[0]) == 404

    def test_a_refusal_is_not_remembered(self, image, home):
        version.current()
        assert status(Client(), addresses(image)[0]) == 404
        page_with(home, image)  # which no event tells of
        assert status(Client(), addresses(image)[0]) == 200
