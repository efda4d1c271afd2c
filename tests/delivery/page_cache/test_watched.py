"""What an operator sees of the page cache, and what no reader does."""

from contextlib import contextmanager

from cms.delivery.page_cache.layer import given

from .cached import Site


@contextmanager
def counted():
    before, new = dict(given), {}
    yield new
    new.update({how: n - before[how] for how, n in given.items() if n != before[how]})


def test_answers_are_counted_by_where_they_come_from(site):
    with counted() as new:
        for _ in range(4):
            site.get("/about/")
        site.get("/search/?q=x")
        site.get("/about/", method="POST")
    assert new == {"miss": 1, "hit": 3, "bypass": 2}


def test_no_answer_that_is_kept_says_which_request_it_was_made_for(site):
    for path in ("/about/", "/nothing/", "/api/content/v1/pages/"):
        for _ in range(2):
            answer = site.get(path, X_Request_ID="from-a-proxy-1")
            assert not answer["X-Request-ID"], path
    assert site.get("/admin/login/")["X-Request-ID"]


def test_who_watches_is_no_reader(transactional_db, django_db_serialized_rollback, pretended):
    site = Site()
    site.cache.but_not = frozenset({"/health/live/", "/health/ready/"})
    site.cache.generation = None  # which is not asked
    with counted() as new:
        for path in ("/health/live/", "/health/ready/"):
            answer = site.get(path)
            assert (answer.status, answer.how) == (200, "")
    assert new == {}
