"""Downloads from the server that goes live: many at once, and a stop in the middle."""

import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from resources import counting
from resources.models import DownloadCount
from tests.factories import DocumentFactory
from tests.library import made_public
from tests.served import Served

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def fetch(address, **headers):
    request = urllib.request.Request(address, headers={**BROWSER, **headers})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return response.status, response.read()


def total():
    return sum(DownloadCount.objects.values_list("count", flat=True))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_hundred_downloads_at_once_are_counted_as_a_hundred(live_server, home):
    address = live_server.url + made_public(DocumentFactory()).url
    with ThreadPoolExecutor(20) as readers:
        answers = list(readers.map(lambda _: fetch(address), range(100)))
    assert {status for status, _ in answers} == {200}
    with ThreadPoolExecutor(2) as writers:  # as two processes would
        list(writers.map(lambda _: counting.write(), range(2)))
    assert counting.write()
    assert total() == 100
    assert DownloadCount.objects.count() == 1


def test_nothing_is_lost_when_the_server_is_stopped(tmp_path):
    # So that what is written is written at the stop.
    with Served(tmp_path, settings="DOWNLOADS_COUNTED_EVERY = 600") as site:
        path = site.run(
            "from wagtail.models import Page\n"
            "from tests.factories import DocumentFactory\n"
            "from tests.library import page_with\n"
            "document = DocumentFactory()\n"
            "page = page_with(Page.objects.get(depth=2), document)\n"
            "page.save_revision().publish()\n"
            "print(document.url)"
        )
        site.start(path)  # by a HEAD request, which does not count
        with ThreadPoolExecutor(20) as readers:
            answers = list(readers.map(lambda _: fetch(site.address + path), range(100)))
        site.stop()
        assert {status for status, _ in answers} == {200}
        counts = site.run(
            "from resources.models import DownloadCount as D\n"
            "print(*D.objects.values_list('count'))"
        )
    assert counts == "(100,)"


def test_a_forked_process_counts_its_own_downloads_only(rf, home):
    counting.add(rf.get("/", headers=BROWSER), "document", 1, "1")
    child = os.fork()
    if not child:
        os._exit(0 if counting.nothing_is_pending() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not counting.nothing_is_pending()
