"""The server that goes live, with two processes: what it gives is what Django would make now."""

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.served import Served

from .live import Editor, Live, edit_at_random


@pytest.fixture(params=["file", "redis"])
def live(request, tmp_path):
    environment = {}
    if request.param == "redis":
        environment["CACHE_URL"] = request.getfixturevalue("redis_url")
    with Served(tmp_path, **environment) as site:
        live = Live(site)
        try:
            yield live
        finally:
            live.stop()


def test_whatever_is_done_the_answer_is_what_django_makes_now(live):
    assert edit_at_random(live, tries=3) > 100  # it was the cache that was compared


def test_a_thousand_at_once_for_a_cold_page_make_one_render_in_each_process(tmp_path):
    noted = """
MIDDLEWARE = [*MIDDLEWARE, "served_settings.note_middleware"]
def note_middleware(get_response):
    import os
    def middleware(request):
        if request.path == "/page-0/":
            with open(os.environ["NOTES"], "a") as notes:
                notes.write(f"{os.getpid()}\\n")
        return get_response(request)
    return middleware
"""
    notes = tmp_path / "notes"
    with Served(tmp_path, settings=noted, NOTES=str(notes)) as site:
        editor = Editor(site)
        editor.do("begin", site.port)
        editor.do("make", ["/page-0/"], f"127.0.0.1:{site.port}")  # makes sizes of pictures
        editor.stop()
        site.start("/partners/")
        notes.write_text("")

        def read(_):
            with closing(
                http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
            ) as connection:
                connection.request("GET", "/page-0/")
                answer = connection.getresponse()
                return answer.status, re.search(rb"<h1.*?</h1>", answer.read(), re.S)[0]

        with ThreadPoolExecutor(200) as readers:
            assert len(set(readers.map(read, range(1000)))) == 1
        renders = notes.read_text().split()
    assert 1 <= len(renders) <= 2
    assert len(renders) == len(set(renders))
