"""A page is made once, given many times, and never again when it has changed."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError, connection
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.models import Site as WagtailSite

from cms.api.content.api import PREFIX
from cms.delivery import keeping
from cms.delivery.page_cache import answers, layer
from cms.delivery.page_cache.answers import Holds
from cms.delivery.page_cache.requests import encoding_for, has
from cms.events import generation
from tests.factories import (
    GetInvolvedPageFactory,
    MaterialsPageFactory,
    StandardPageFactory,
    UserFactory,
)

from .cached import Site, ask

BY_PATH = f"{PREFIX}pages/by-path/?path=/about/"


@pytest.fixture
def about(transactional_db, django_db_serialized_rollback, home):
    """A page of a site whose changes are committed, as they are when it runs."""
    page = StandardPageFactory(parent=home, title="About", slug="about")
    page.save_revision().publish()
    return page


@pytest.fixture
def site(about):
    site = Site()
    # Settings that nobody has saved, and sizes of pictures, are made when first asked for.
    for address in ("/about/", "/", "/api/v2/images/", "/search/"):
        site.made(address)
    return site


@pytest.fixture
def alone(monkeypatch):
    """The page cache around applications of the test's own, which have no content."""
    monkeypatch.setattr(Holds, "now", lambda: Holds(None, float("inf")))


def content(body=b"x", before=lambda: None):
    """An application whose answer is the same for all readers."""

    def application(environ, start_response):
        before()
        environ[keeping.MARK] = True
        start_response("200 OK", [("Cache-Control", "public, s-maxage=60")])
        return [body(environ) if callable(body) else body]

    return application


@pytest.fixture
def clock(monkeypatch):
    """How far the clock of the page cache is put forward; seconds, in a list."""
    ahead = [0]
    clock = SimpleNamespace(time=lambda: time.time() + ahead[0], monotonic=time.monotonic)
    for module in (layer, answers):
        monkeypatch.setattr(module, "time", clock)
    return ahead


def refuse(*args, **kwargs):
    raise DatabaseError("The database is away.")


def publish(page, title):
    page.title = title
    page.save_revision().publish()


class TestWhatIsKept:
    @pytest.mark.parametrize("address", ["/about/", "/", "/sitemap.xml", f"{PREFIX}menus/"])
    def test_an_address_is_made_once_and_given_as_it_was(self, site, address):
        first, again = site.get(address), site.get(address)
        assert (first.how, again.how) == ("miss", "hit")
        assert first.body == again.body == site.made(address).body
        assert {**first.headers, "X-Cache": "hit"} == dict(again.headers)
        assert len(site.renders) == 1

    @pytest.mark.parametrize("address", [BY_PATH, "/api/v2/pages/?fields=*"])
    def test_one_with_a_query_is_kept_when_it_is_asked_for_again(self, site, address):
        answers = [site.get(address) for _ in range(3)]
        assert [answer.how for answer in answers] == ["miss", "miss", "hit"]
        assert len({answer.body for answer in answers}) == 1

    def test_its_age_is_said_and_it_is_made_anew_when_it_is_old(self, site, clock, settings):
        site.get("/about/")
        clock[0] = 42
        assert site.get("/about/")["Age"] == "42"
        clock[0] = settings.SHARED_MAX_AGE
        assert site.get("/about/").how == "miss"

    def test_what_is_kept_may_be_kept_by_caches_in_front(self, site):
        answer = site.get("/about/")
        assert answer["Cache-Control"] == (
            "public, max-age=0, s-maxage=60, stale-while-revalidate=60"
        )
        assert answer["Vary"] == "Accept-Encoding"
        assert answer["Last-Modified"]
        assert "Set-Cookie" not in answer.headers

    def test_a_page_that_is_not_there_is_not_made_again_for_ten_seconds(self, site, clock):
        assert [site.get("/nothing/").how for _ in range(2)] == ["miss", "hit"]
        assert site.get("/nothing/").status == 404
        clock[0] = 10
        assert site.get("/nothing/").how == "miss"

    @pytest.mark.parametrize("address", ["/search/?q=about", "/admin/login/", "/documents/9/x.pdf"])
    def test_what_is_not_marked_is_made_each_time(self, site, address):
        assert [site.get(address).how for _ in range(3)] == ["bypass"] * 3
        assert len(site.renders) == 3

    @pytest.mark.parametrize(
        "address",
        [f"{PREFIX}search/?q=about", "/api/v2/pages/?search=x", "/api/v2/pages/?order=random"],
    )
    def test_what_follows_the_search_index_or_chance_is_made_each_time(self, site, address):
        for _ in range(3):
            assert site.get(address).how in ("miss", "bypass")
        assert len(site.renders) == 3

    def test_a_page_with_a_form_is_made_for_each_reader(self, site, home):
        page = GetInvolvedPageFactory(parent=home, slug="join")
        page.save_revision().publish()
        answers = [site.get("/join/") for _ in range(2)]
        assert [answer.how for answer in answers] == ["bypass"] * 2
        assert "no-store" in answers[0]["Cache-Control"]

    def test_an_error_is_not_kept(self, site, monkeypatch):
        def broken(*args):
            raise RuntimeError("broken")

        monkeypatch.setattr("home.models.StandardPage.get_context", broken)
        assert [site.get("/about/").status for _ in range(2)] == [500, 500]
        assert len(site.renders) == 2
        assert site.get(f"{PREFIX}pages/?made-up=1").how == "bypass"

    def test_a_private_page_is_not_kept(self, site, about):
        PageViewRestriction.objects.create(page=about, restriction_type="password", password="x")
        answers = [site.get("/about/") for _ in range(2)]
        assert [answer.how for answer in answers] == ["bypass"] * 2
        assert b"password" in answers[0].body

    def test_an_answer_that_sets_a_cookie_is_not_kept(self, site, monkeypatch):
        from home.models import StandardPage

        serve = StandardPage.serve

        def with_cookie(self, request):
            response = serve(self, request)
            response.set_cookie("who", "me")
            return response

        monkeypatch.setattr(StandardPage, "serve", with_cookie)
        assert [site.get("/about/").how for _ in range(2)] == ["bypass"] * 2


class TestEditors:
    @pytest.mark.parametrize("headers", [{"Cookie": "sessionid=x"}, {"Authorization": "Bearer x"}])
    @pytest.mark.parametrize("address", ["/about/", "/api/v2/pages/", f"{PREFIX}menus/"])
    def test_are_answered_for_themselves(self, site, headers, address):
        site.get(address)
        answer = site.get(address, **headers)
        assert answer.how == "bypass"
        assert answer["Cache-Control"] == "private, no-store"
        assert len(site.renders) == 2

    def test_see_their_bar_and_nobody_else_does(self, site, client):
        client.force_login(UserFactory(is_superuser=True))
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        assert b"wagtail-userbar" in site.get("/about/", Cookie=cookie).body
        assert b"wagtail-userbar" not in site.get("/about/").body


class TestPacking:
    def test_each_encoding_is_made_once_and_has_its_own_etag(self, site, monkeypatch):
        plain = site.get("/about/")
        packed = [site.get("/about/", Accept_Encoding="gzip") for _ in range(2)]
        best = site.get("/about/", Accept_Encoding="gzip, deflate, br, zstd")
        assert gzip.decompress(packed[0].body) == brotli.decompress(best.body) == plain.body
        assert packed[0].body is packed[1].body
        assert (packed[0]["Content-Encoding"], best["Content-Encoding"]) == ("gzip", "br")
        assert len({plain["ETag"], packed[0]["ETag"], best["ETag"]}) == 3
        assert int(packed[0]["Content-Length"]) == len(packed[0].body) < len(plain.body)
        assert len(site.renders) == 1

    def test_the_content_api_is_packed_too_and_so_is_what_is_not_kept(self, site):
        for address in (BY_PATH, f"{PREFIX}search/?q=about"):
            packed = site.get(address, Accept_Encoding="gzip")
            assert gzip.decompress(packed.body) == site.made(address).body

    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [
            ("", ""),
            ("identity", ""),
            ("gzip", "gzip"),
            ("GZIP", "gzip"),
            ("br", "br"),
            ("gzip;q=1.0, br;q=0.5", "gzip"),
            ("gzip;q=0.5, br;q=0.5", "br"),
            ("gzip;q=0", ""),
            ("br;q=0, gzip", "gzip"),
            ("br;q=0.000, *", "gzip"),
            ("*", "br"),
            ("*;q=0", ""),
            ("gzip;q=x", ""),
            ("deflate;;,,;q=", ""),
            ("gzip," * 100, ""),
        ],
    )
    def test_the_client_says_what_it_likes_best(self, accepted, encoding):
        assert encoding_for(accepted) == encoding


class TestConditional:
    def test_what_the_client_has_is_said_to_be_right(self, site):
        first = site.get("/about/", Accept_Encoding="br")
        again = site.get("/about/", Accept_Encoding="br", If_None_Match=first["ETag"])
        assert (again.status, again.body, again.how) == (304, b"", "hit")
        for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
            assert again[name] == first[name]
        assert "Content-Length" not in again.headers

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ('"a"', True),
            ('W/"a"', True),
            ('"b", "a"', True),
            ('"b",W/"a" , "c"', True),
            ("*", True),
            ('"b"', False),
            ("a", False),
            ('"a-gzip"', False),
            ("", False),
        ],
    )
    def test_etags_are_compared_as_rfc_9110_says(self, asked, found):
        assert has('"a"', asked) is found

    def test_a_cold_page_that_is_as_it_was_is_304_too(self, site):
        etag = site.get("/about/")["ETag"]
        assert Site().get("/about/", If_None_Match=etag).status == 304

    def test_a_page_that_has_changed_is_given_whole(self, site, about):
        first = site.get("/about/")
        publish(about, "About us")
        again = site.get("/about/", If_None_Match=first["ETag"])
        assert again.status == 200
        assert b"About us" in again.body


class TestHead:
    @pytest.mark.parametrize("warm", [True, False])
    def test_has_the_headers_of_get_and_no_body(self, site, warm):
        if warm:
            site.get("/about/", Accept_Encoding="gzip")
        head = site.get("/about/", method="HEAD", Accept_Encoding="gzip")
        whole = site.get("/about/", Accept_Encoding="gzip")
        assert head.body == b""
        for name in ("ETag", "Content-Length", "Content-Encoding", "Content-Type"):
            assert head[name] == whole[name]
        assert whole.how == "hit"

    def test_of_what_is_not_kept_stays_head(self, site):
        methods = []

        def application(environ, start_response):
            methods.append(environ["REQUEST_METHOD"])
            start_response("200 OK", [("Content-Length", "50000000")])
            return []

        assert Site(application).get("/file", method="HEAD").how == "bypass"
        assert methods == ["HEAD"]


class TestQueries:
    def test_parameters_that_a_page_does_not_look_at_change_nothing(self, site):
        site.get("/about/")
        for query in ("utm_source=news", "gclid=1&fbclid=2", "made-up", "%00=&;a=b", "a=1&a=2"):
            assert site.get(f"/about/?{query}").how == "hit"
        assert len(site.renders) == 1

    def test_made_up_ones_fill_nothing(self, site):
        """Of the first the page says that it does not look at it; the second makes the page."""
        answers = {site.get(f"/about/?x{number}={number}").body for number in range(300)}
        assert answers == {site.made("/about/").body}
        assert site.renders == ["/about/?x0=0", "/about/"]
        assert [len(shelf.entries) for shelf in site.cache.store.shelves] == [1, 0, 0]

    def test_those_that_a_page_looks_at_do(self, site, home):
        page = MaterialsPageFactory(parent=home, slug="materials")
        page.save_revision().publish()
        chosen, others = "/materials/?kind=poster", "/materials/?utm_x=1&kind=leaflet&y=2"
        for address in [chosen, others, "/materials/"] * 3:
            assert site.get(address).body == site.made(address).body
        assert site.get(chosen).how == site.get(others).how == "hit"
        assert site.get(chosen).body != site.get(others).body

    def test_a_page_of_another_type_at_the_address_is_asked_anew(self, site, home, about):
        site.get("/about/?kind=poster")
        about.delete()
        page = MaterialsPageFactory(parent=home, slug="about")
        page.save_revision().publish()
        for _ in range(3):
            for address in ("/about/?kind=poster", "/about/"):
                assert site.get(address).body == site.made(address).body

    def test_values_that_nobody_asks_for_twice_push_nothing_out(self, site):
        warm = [f"{PREFIX}menus/", "/about/", BY_PATH]
        for address in warm * 2:
            site.get(address)
        for number in range(500):
            site.get(f"{PREFIX}pages/?limit=1&child_of={number + 1}")
            site.get(f"/nothing-{number}/")
        site.renders.clear()
        assert [site.get(address).how for address in warm] == ["hit"] * 3

    def test_the_apis_refuse_what_they_do_not_know_as_before(self, site):
        for address in (f"{PREFIX}menus/", "/api/v2/pages/"):
            site.get(address)
            assert site.get(f"{address}?utm_source=x").status == 400


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


class TestChanges:
    def test_what_is_published_is_seen_at_once(self, site, about):
        for number in range(3):
            publish(about, f"About, {number}")
            assert f"About, {number}".encode() in site.get("/about/").body
            assert site.get(BY_PATH).body == site.made(BY_PATH).body

    def test_what_was_made_while_it_changed_is_not_kept(self, site, about):
        def slowly(environ, start_response):
            answer = WSGIHandler()(environ, start_response)
            publish(about, "About us")  # by another, when the page has been read
            return answer

        site.django = slowly
        assert b"About us" not in site.get("/about/").body
        site.django = WSGIHandler()
        answer = site.get("/about/")
        assert answer.how == "miss"
        assert b"About us" in answer.body

    def test_what_expires_is_gone_from_its_second(self, site, about, monkeypatch, clock):
        soon = timezone.now() + timedelta(seconds=30)
        about.expire_at = soon
        about.save_revision().publish()
        assert site.get("/about/").status == 200
        assert site.get("/about/").how == "hit"
        clock[0] = 31
        now = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=31))
        assert site.get("/about/").status == 404

    def test_where_a_site_begins_is_read_anew_in_each_process(self, site, home, about):
        """Wagtail keeps it for an hour, in a cache that other processes can't empty."""
        site.get("/about/")
        WagtailSite.objects.update(hostname="www.example.org")  # as another process does
        generation.current().move()
        assert b"http://www.example.org/about/" in site.get("/about/").body


@pytest.mark.usefixtures("alone")
class TestOneRender:
    def test_a_thousand_at_once_make_one(self):
        site = Site(content(before=lambda: time.sleep(0.3)))
        together = threading.Barrier(1000)

        def read(number):
            together.wait()
            return site.get("/").body

        with ThreadPoolExecutor(1000) as readers:
            assert set(readers.map(read, range(1000))) == {b"x"}
        assert len(site.renders) == 1

    def test_those_who_wait_do_not_get_what_was_made_before_a_change(self):
        number, started = [1], threading.Event()

        def read(environ):
            found = str(number[0]).encode()
            started.set()
            time.sleep(0.3)
            return found

        site = Site(content(read))
        with ThreadPoolExecutor(2) as readers:
            first = readers.submit(site.get, "/")
            started.wait()
            number[0] = 2
            generation.current().move()
            second = readers.submit(site.get, "/")
            assert (first.result().body, second.result().body) == (b"1", b"2")

    def test_nobody_waits_for_ever(self, monkeypatch):
        monkeypatch.setattr(layer, "PATIENCE", 0.2)
        stuck = threading.Event()

        def wait():
            if len(site.renders) == 1:
                stuck.wait(10)

        site = Site(content(before=wait))
        with ThreadPoolExecutor(1) as other:
            first = other.submit(site.get, "/")
            while not site.renders:
                time.sleep(0.01)
            assert site.get("/").body == b"x"
            stuck.set()
            assert first.result().body == b"x"

    def test_answers_that_differ_are_not_waited_for_twice(self):
        """Once it is known that an address has another answer for each, all are made at a time."""
        together = threading.Barrier(5, timeout=5)

        def application(environ, start_response):
            if len(site.renders) > 1:
                together.wait()
            start_response("200 OK", [])
            return [b"x"]

        site = Site(application)
        site.get("/")
        with ThreadPoolExecutor(5) as readers:
            assert [answer.how for answer in readers.map(site.get, ["/"] * 5)] == ["bypass"] * 5

    def test_a_render_that_fails_sets_those_who_wait_free(self):
        def application(environ, start_response):
            time.sleep(0.1)
            raise RuntimeError("broken")

        site = Site(application)
        with ThreadPoolExecutor(5) as readers:
            found = [readers.submit(site.get, "/") for _ in range(5)]
            assert {type(one.exception()) for one in found} == {RuntimeError}
        assert not site.cache._flights


class TestWhenRenderingFails:
    @pytest.fixture
    def away(self):
        """Call it, and the database does not answer until the test ends."""

        with ExitStack() as until_the_end:
            yield lambda: until_the_end.enter_context(connection.execute_wrapper(refuse))

    def test_an_older_copy_is_given_and_marked_so(self, site, about, clock, away):
        fresh = site.get("/about/")
        clock[0] = 100
        away()
        old = site.get("/about/", Accept_Encoding="gzip", If_None_Match=fresh["ETag"])
        assert (old.status, old.how, old["Age"]) == (200, "stale", "100")
        assert gzip.decompress(old.body) == fresh.body
        assert old["Cache-Control"] == "no-store"
        assert "ETag" not in old.headers

    def test_it_is_not_given_any_longer_when_it_works_again(self, site, about, clock, monkeypatch):
        site.get("/about/")
        publish(about, "About us")
        with monkeypatch.context() as broken:
            broken.setattr("home.models.StandardPage.get_context", lambda *args: 1 / 0)
            assert site.get("/about/").how == "stale"
        answer = site.get("/about/")
        assert answer.how == "miss"
        assert b"About us" in answer.body

    def test_what_was_never_kept_is_an_error(self, site, away):
        away()
        assert site.get("/about/").status == 500

    @pytest.mark.parametrize(
        "take",
        [
            lambda page: page.unpublish(),
            lambda page: page.delete(),
            lambda page: PageViewRestriction.objects.create(page=page, restriction_type="login"),
        ],
        ids=["unpublished", "deleted", "private"],
    )
    def test_what_was_taken_from_readers_is_not_given_again(self, site, about, away, take):
        site.get("/about/")
        take(about.specific)
        away()
        assert site.get("/about/").status == 500

    def test_what_has_expired_is_not_given_again(self, site, about, away, clock):
        about.expire_at = timezone.now() + timedelta(seconds=30)
        about.save_revision().publish()
        site.get("/about/")
        clock[0] = 31
        away()
        assert site.get("/about/").status == 500

    def test_after_a_day_it_is_an_error(self, site, away, clock):
        site.get("/about/")
        clock[0] = 24 * 60 * 60 + 1
        away()
        assert site.get("/about/").status == 500


class NobodyKnows:
    """A generation whose Redis is away."""

    def mark(self):
        return None

    taken = mark


def test_while_the_generation_is_unknown_all_is_made_anew(about):
    site = Site()
    site.get("/about/")
    site.cache.generation = NobodyKnows()
    assert [site.get("/about/").how for _ in range(2)] == ["bypass"] * 2
    assert len(site.renders) == 3
    with connection.execute_wrapper(refuse):
        assert site.get("/about/").status == 500


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
