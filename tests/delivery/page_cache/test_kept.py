"""A page is made once, given many times, and never again when it has changed."""

import gzip
import re
from datetime import timedelta

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.models import Site as WagtailSite

from cms.api.content.api import PREFIX
from cms.delivery.page_cache.requests import encoding_for, has
from cms.events import generation
from tests.factories import (
    GetInvolvedPageFactory,
    MaterialsPageFactory,
    UserFactory,
)

from .cached import BY_PATH, Site, publish


def seconds_of(answer, name):
    return int(re.search(rf"{name}=(\d+)", answer["Cache-Control"])[1])


class TestWhatIsKept:
    @pytest.mark.parametrize("address", ["/about/", "/", "/sitemap.xml", f"{PREFIX}menus/"])
    def test_an_address_is_made_once_and_given_as_it_was(self, site, address):
        first, again = site.get(address), site.get(address)
        assert (first.how, again.how) == ("miss", "hit")
        assert first.body == again.body == site.made(address).body
        varying = {"Age", "X-Cache"}
        assert {**first.headers}.keys() == {**again.headers}.keys()
        assert all(first[name] == again[name] for name in {*first.headers.keys()} - varying)
        assert len(site.renders) == 1

    @pytest.mark.parametrize("address", [BY_PATH, "/api/v2/pages/?fields=*"])
    def test_one_with_a_query_is_kept_when_it_is_asked_for_again(self, site, address):
        answers = [site.get(address) for _ in range(3)]
        assert [answer.how for answer in answers] == ["miss", "miss", "hit"]
        assert len({answer.body for answer in answers}) == 1

    def test_its_age_is_said_and_it_is_made_anew_when_it_is_old(self, site, clock, settings):
        site.get("/about/")
        clock[0] = 42
        assert 42 <= int(site.get("/about/")["Age"]) < 52
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
        answer = site.get("/about/")
        assert b"About us" not in answer.body
        assert answer["Cache-Control"] == "no-store"  # nor by a cache in front
        site.django = WSGIHandler()
        answer = site.get("/about/")
        assert answer.how == "miss"
        assert b"About us" in answer.body

    def test_what_expires_is_gone_from_its_second(self, site, about, monkeypatch, clock):
        soon = timezone.now() + timedelta(seconds=30)
        about.expire_at = soon
        about.save_revision().publish()
        assert site.get("/about/").status == 200
        answer = site.get("/about/")
        assert answer.how == "hit"
        assert 25 < seconds_of(answer, "s-maxage") <= 30
        assert seconds_of(answer, "stale-while-revalidate") == 0  # in front it goes then, too
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
