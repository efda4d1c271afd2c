"""Many who ask at once, and times when nothing can be made."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms.delivery.page_cache import layer
from cms.events import generation

from .cached import Site, content, publish, refuse


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
        assert (old.status, old.how) == (200, "stale")
        assert 100 <= int(old["Age"]) < 110
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
