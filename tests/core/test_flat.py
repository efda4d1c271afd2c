"""A site of many pages asks its database no more often than one of few."""

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sized import Sized, later

FEW, MANY = 70, 170  # with few, the screens that list pages are full already


def queries_of(pages) -> dict[str, int]:
    """{what is asked: how many queries it takes}, where it has been asked before."""
    site, found = Sized(pages), {}
    for name, ask in site.asks.items():
        ask()
        with CaptureQueriesContext(connection) as queries:
            response = ask()
        assert response.status_code in (200, 302), name
        found[name] = len(queries)
    call_command("make_pages", remove=True, verbosity=0)
    return found


def test_everything_takes_the_same_queries_at_every_size(
    transactional_db, django_db_serialized_rollback
):
    with later:
        few, many = queries_of(FEW), queries_of(MANY)
    assert few == many
