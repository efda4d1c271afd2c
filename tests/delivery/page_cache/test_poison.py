"""Nobody can fill the page cache with rubbish, nor have others get what was made for them."""

import pytest
from wagtail.models import Site as WagtailSite

from cms.api.content.api import PREFIX
from cms.core.models import SiteSettings

from .cached import BY_PATH, Site, ask, content

POISON = {
    "another host": {"Host": "evil.example.org"},
    "another port": {"Host": "testserver:8443"},
    "capitals": {"Host": "TESTSERVER"},
    "forwarded host": {"X_Forwarded_Host": "evil.example.org", "X_Host": "evil.example.org"},
    "forwarded": {"Forwarded": "host=evil.example.org;proto=https"},
    "forwarded scheme": {"X_Forwarded_Proto": "https", "X_Forwarded_Scheme": "https"},
    "forwarded port": {"X_Forwarded_Port": "8443", "X_Forwarded_Prefix": "/evil"},
    "rewritten address": {"X_Original_Url": "/search/", "X_Rewrite_Url": "/search/"},
    "method by override": {"X_Http_Method_Override": "DELETE", "X_Method_Override": "HEAD"},
    "range": {"Range": "bytes=0-10"},
    "range if": {"Range": "bytes=0-10", "If_Range": '"x"'},
    "encoding": {"Accept_Encoding": "x" * 100, "Te": "trailers"},
    "language": {"Accept_Language": "cy", "Accept": "application/xml"},
    "cookie": {"Cookie": "django_language=cy; csrftoken=evil; messages=evil"},
    "origin": {"Origin": "https://evil.example.org"},
    "null origin": {"Origin": "null", "Referer": "https://evil.example.org/"},
    "agent": {"User_Agent": "evil<script>", "Save_Data": "on", "Dnt": "1"},
    "date": {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT", "If_Match": '"x"'},
    "ajax": {"X_Requested_With": "XMLHttpRequest", "X_Csrftoken": "evil"},
    "upgrade": {"Upgrade_Insecure_Requests": "1", "Connection": "X-Cache"},
}
ADDRESSES = ["/about/", "/nothing/", BY_PATH, "/api/v2/pages/?fields=*", "/sitemap.xml"]


@pytest.mark.parametrize("headers", POISON.values(), ids=POISON)
@pytest.mark.parametrize("cors", [[], ["https://www.example.com"]], ids=["no CORS", "CORS"])
def test_no_header_changes_what_the_next_reader_gets(site, settings, headers, cors):
    settings.CORS_ALLOWED_ORIGINS = cors
    for address in ADDRESSES:
        for _ in range(3):
            site.get(address, **headers)
        for _ in range(2):
            clean, right = site.get(address), site.made(address)
            assert (clean.status, clean.body) == (right.status, right.body)
            assert clean["Access-Control-Allow-Origin"] == ""


def test_a_front_end_elsewhere_has_its_own_answers(site, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.com"]
    for _ in range(3):
        allowed = site.get(BY_PATH, Origin="https://www.example.com")
        assert allowed["Access-Control-Allow-Origin"] == "https://www.example.com"
        assert "Access-Control-Allow-Origin" not in site.get(BY_PATH).headers
    assert allowed.how == "hit"
    assert allowed["Vary"] == "origin, Accept-Encoding"


def test_the_front_end_that_shows_drafts_is_known_by_its_origin(site):
    place = WagtailSite.objects.get(is_default_site=True)
    address = "https://front.example.org/preview?token={token}"
    SiteSettings.objects.update_or_create(site=place, defaults={"preview_address": address})
    for origin in ("https://front.example.org", "https://evil.example.org"):
        answer = site.get(f"{PREFIX}preview/1:2/", Origin=origin)
        right = origin if "front" in origin else ""
        assert answer["Access-Control-Allow-Origin"] == right


@pytest.mark.parametrize(
    "address",
    [
        "//about/", "/about//", "/about;x/", "/about/;x", "/about", "/%61bout/", "/about%2F",
        "/about/%00", "/about/..", "/./about/", "/about/%2e%2e/", "/caf%C3%A9/", "/%ff/",
        "http://evil.example.org/about/", "/about/?", "/about/?a=1&a=2", "/about/?%00",
        "/about/?" + "a=1&" * 500, "/ABOUT/", "/about/%0d%0aX-Evil:1",
    ],
)  # fmt: skip
def test_each_way_to_write_an_address_is_answered_as_django_does(site, address):
    for _ in range(3):
        for one in (address, "/about/"):
            answer, right = site.get(one), site.made(one)
            assert (answer.status, answer.body) == (right.status, right.body)
            assert answer["Location"] == right["Location"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PURGE", "get"])
def test_other_methods_are_handed_on_and_change_nothing(site, method):
    site.get("/about/")
    assert site.get("/about/", method=method).how == "bypass"
    assert site.get("/about/").how == "hit"


def test_hosts_that_anyone_can_make_up_push_nothing_out(about, settings):
    settings.ALLOWED_HOSTS = ["testserver", ".example.org"]
    site = Site(entries=8)
    site.made("/about/")
    site.get("/about/")
    for number in range(10):
        for _ in range(2):
            site.get("/about/", Host=f"x{number}.example.org")
            site.get("/about/", Host=f"testserver:{number + 1000}")
    assert site.get("/about/").how == "hit"
    assert site.get("/about/", Host="evil.example.com").status == 400


def test_behind_a_proxy_http_and_https_are_told_apart(about, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    site = Site()
    for _ in range(2):
        assert site.get("/about/").status == 301
        assert site.get("/about/", X_Forwarded_Proto="https").status == 200
        assert site.get("/about/", X_Forwarded_Proto="http, https").status == 301


def test_the_interactive_documentation_is_not_kept(site):
    assert ask(site.cache, f"{PREFIX}docs/").how == "bypass"


@pytest.mark.usefixtures("alone")
class TestBounds:
    def test_number_and_size_are_bounded(self):
        application = content(lambda environ: environ["PATH_INFO"].encode() * 100)
        few, small = Site(application, entries=20), Site(application, size=100_000)
        for number in range(200):
            for site in (few, small):
                site.get(f"/{number:04}/", Accept_Encoding="gzip")
        assert len(few.cache.store.pages.entries) == 10
        pages = small.cache.store.pages
        assert 0 < pages.size <= 50_000
        assert pages.size == sum(entry.size for entry in pages.entries.values())
        # The newest are there.
        assert few.get("/0199/").how == "hit"
        assert few.get("/0000/").how == "miss"

    def test_one_that_is_too_large_is_given_and_not_kept(self):
        site = Site(content(b"x" * 100_000), size=200_000)
        assert [site.get("/").how for _ in range(2)] == ["miss"] * 2

    def test_what_made_up_addresses_bring_pushes_out_no_page(self):
        site = Site(content(), entries=40)
        site.get("/")
        for number in range(500):
            for _ in range(2):
                site.get(f"/list/?number={number}")
        assert site.get("/").how == "hit"


def test_an_address_that_is_too_long_is_not_kept(site):
    address = f"/about/{'x' * 1000}/"
    assert [site.get(address).how for _ in range(2)] == ["bypass"] * 2
    assert site.get(address).status == 404
