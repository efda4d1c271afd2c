"""Redis goes away, and comes back empty: readers read on, editors publish, nothing is started."""

import json

import pytest

from tests.core.limits.clients import ask, slowest

from .people import Editor
from .site import EDITOR, WholeSite, wait_for

BEGIN = """
import json
from tests.factories import GetInvolvedPageFactory, StandardPageFactory
page = StandardPageFactory(parent=home, slug="about", title="Before", listing_image=None)
GetInvolvedPageFactory(parent=home, slug="join", listing_image=None)
print(json.dumps(page.pk))
"""
SEEN = ("/about/", "/search/?q=before", "/api/content/v1/pages/", "/join/")


@pytest.fixture(scope="module")
def site(database, redis, tmp_path_factory):
    with WholeSite(
        tmp_path_factory.mktemp("redis"),
        database=database,
        CACHE_URL=redis.url,
        RATE_SEARCH="1000/minute",
        METRICS_TOKEN="a-token",
    ) as site:
        site.about = json.loads(site.make_home(BEGIN).splitlines()[-1])
        site.editor = Editor(site.address, site.run(EDITOR))
        site.serve()
        yield site
        site.stop()


def cache_is(site, status):
    def look():
        found = json.loads(ask(site.port, "/health/ready/")[2])
        return found["services"]["cache"]["status"] == status

    wait_for(look)


def title(site):
    return {ask(site.port, "/about/")[2].split("<h1")[1].split("</h1>")[0][-20:] for _ in range(6)}


def test_it_is_stopped_and_started_and_all_goes_on(site, redis):
    before = set(site.web_processes())
    for path in SEEN:
        assert ask(site.port, path)[0] == 200
    redis.kill()
    cache_is(site, "away")
    for path in SEEN:
        assert slowest(site.port, path, 5) < 2.5, path
    status, _ = site.editor.publish(site.about, "about", "While away")
    assert status == 302
    assert all("While away" in found for found in title(site))
    assert site.editor.ask("GET", "/admin/")[0] == 200
    assert site.editor.upload_document("While away", b"Words of a document.")[0] == 302
    assert ask(site.port, "/admin/login/", "POST", b"a=1")[0] == 403  # counted, and answered
    redis.start()
    cache_is(site, "ok")
    status, _ = site.editor.publish(site.about, "about", "Back again")
    assert status == 302
    assert all("Back again" in found for found in title(site))
    wait_for(lambda: ask(site.port, "/about/")[1]["X-Cache"] == "hit")
    assert set(site.web_processes()) == before
