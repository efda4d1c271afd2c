"""Varnish in front of the server that goes live: what it gives is what Django would make now."""

import pytest

from tests.delivery.page_cache.live import Live, edit_at_random
from tests.served import Served
from tests.varnish import Varnish

pytestmark = pytest.mark.edge


def test_whatever_is_done_varnish_gives_what_django_makes_now(tmp_path):
    with Varnish(tmp_path) as varnish, Served(tmp_path, EDGE_PURGE_URL=varnish.address) as site:
        varnish.start(site.port)
        # What was on its way as it changed is forgotten by the second purge.
        live = Live(site, varnish.port, hit="edge", patience=1, more=True)
        try:
            assert edit_at_random(live, tries=1) > 50
        finally:
            live.stop()
