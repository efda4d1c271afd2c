"""The content API's documentation, as a developer opens it."""

from urllib.parse import urlsplit

import pytest

from .conftest import WIDE

pytestmark = pytest.mark.browser


def test_it_lists_what_can_be_asked_and_loads_from_this_site_alone(new_context, address):
    page = new_context(viewport=WIDE).new_page()
    requests, said = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.goto(f"{address}/api/content/v1/docs/")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() > 10
    hosts = {urlsplit(url).netloc for url in requests if url.startswith("http")}
    assert hosts == {urlsplit(address).netloc}
    assert [line for line in said if line.startswith("error")] == []
