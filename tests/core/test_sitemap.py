"""The sitemap in parts."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from cms.core import sitemap
from tests.addresses import whole_sitemap
from tests.factories import StandardPageFactory


@pytest.fixture
def pages(home, monkeypatch):
    """Enough for several parts."""
    monkeypatch.setattr(sitemap, "KEYS", 3)
    return [StandardPageFactory(parent=home, slug=f"page-{number}") for number in range(7)]


def parts(client):
    found = re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").text)
    return [urlsplit(part).path for part in found]


def addresses(text):
    return re.findall("<loc>(.*?)</loc>", text)


def test_has_each_public_page_once_in_parts_that_are_small(pages, home, client):
    found = [addresses(client.get(part).text) for part in parts(client)]
    assert len(found) >= 3
    assert all(1 <= len(part) <= 3 for part in found)
    expected = [page.full_url for page in (home, *pages)]
    assert sorted(address for part in found for address in part) == sorted(expected)


def test_says_when_each_page_and_each_part_last_changed(pages, client):
    last = timezone.now() + timedelta(days=1)
    Page.objects.filter(pk=pages[0].pk).update(last_published_at=last)
    day = f"<lastmod>{last:%Y-%m-%d}"
    assert client.get("/sitemap.xml").text.count(day) == 1
    assert whole_sitemap(client).count(day) == 1


def test_has_no_private_and_no_expired_page_and_none_of_another_site(pages, home, client):
    PageViewRestriction.objects.create(page=pages[0], restriction_type="login")
    Page.objects.filter(pk=pages[1].pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    other = StandardPageFactory(parent=home.get_root(), slug="elsewhere")
    Site.objects.create(hostname="other.example.org", port=80, root_page=other)
    expected = [page.full_url for page in (home, *pages[2:])]
    assert sorted(addresses(whole_sitemap(client))) == sorted(expected)


def test_a_part_without_pages_is_not_there(pages, client):
    assert client.get("/sitemap-99999.xml").status_code == 404
    Page.objects.filter(depth__gt=2).delete()
    assert len(parts(client)) == 1


def test_is_not_itself_a_search_result(pages, client):
    for address in ("/sitemap.xml", parts(client)[0]):
        assert "noindex" in client.get(address)["X-Robots-Tag"]
