"""The source of every page, as the Nu HTML checker reads it."""

import re

import pytest
from django.test import RequestFactory
from django.views.defaults import server_error

from . import nu
from .accounts import PRIVATE_PAGE
from .live_site import REPOSITORY
from .views import VIEWS, open_view

pytestmark = pytest.mark.browser


def test_every_page_is_valid_html(page, address, tmp_path):
    for view in VIEWS:
        answer = open_view(view, page, address)
        name = re.sub(r"[^a-z0-9-]+", "_", view).strip("_") or "home"
        (tmp_path / f"{name}.html").write_bytes(answer.body())
    (tmp_path / "private.html").write_bytes(page.goto(address + PRIVATE_PAGE).body())
    found = nu.errors(tmp_path)
    assert not found, "\n".join(found)


def test_the_page_for_a_server_error_is_valid_html_and_needs_no_database(page, tmp_path):
    # pytest-django lets nothing here near a database.
    (tmp_path / "500.html").write_text(server_error(RequestFactory().get("/")).content.decode())
    found = nu.errors(tmp_path)
    assert not found, "\n".join(found)


def test_every_drawing_is_valid(tmp_path):
    # Style sheets are left out: the checker does not know container queries.
    for file in (REPOSITORY / "static").rglob("*.svg"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert any(tmp_path.iterdir())
    found = nu.errors(tmp_path, "--also-check-svg")
    assert not found, "\n".join(found)
