"""axe-core on every page and state, in light and dark, wide and narrow, and as people set it."""

import re

import pytest
from django.test import RequestFactory
from django.views.defaults import server_error
from playwright.sync_api import expect

from . import axe
from .accounts import PRIVATE_PAGE
from .conftest import NARROW, WIDE
from .views import PAGES, VIEWS, open_view

pytestmark = pytest.mark.browser

LOOKS = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "color_scheme": "light"},
}
# A page of each kind, for what needs no look at every page.
OF_EACH_KIND = [
    "/", "/about/", "/benefits/", "/partners/", "/toolkit/",
    next(page for page in PAGES if re.match("/toolkit/.", page)),
    "/materials/", "/get-involved/", "form with mistakes", "search with results", "missing page",
]  # fmt: skip

_KEEPS_ITS_OWN_COLOURS = """
() => [...document.body.querySelectorAll("*")]
    .filter(element => getComputedStyle(element).forcedColorAdjust !== "auto")
    .filter(element => !element.closest("svg") && element.textContent.trim())
    .map(element => element.outerHTML.slice(0, 160))
"""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(view, look, new_page, address):
    page = new_page(**LOOKS[look])
    open_view(view, page, address)
    found = axe.problems(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("view", OF_EACH_KIND)
def test_axe_finds_nothing_when_the_system_chooses_the_colours(view, new_page, address):
    page = new_page(forced_colors="active")
    open_view(view, page, address)
    # Here axe reads colours that the browser does not paint, so contrast is seen to
    # in another way: every text takes the system's colours.
    found = axe.problems(page, without="color-contrast")
    assert not found, "\n".join(found)
    assert page.evaluate(_KEEPS_ITS_OWN_COLOURS) == []


@pytest.mark.parametrize("view", OF_EACH_KIND)
def test_axe_finds_nothing_in_print(view, page, address):
    open_view(view, page, address)
    page.emulate_media(media="print")
    found = axe.problems(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("view", OF_EACH_KIND)
def test_everything_that_is_folded_is_as_good_when_it_is_open(view, new_page, address):
    page = new_page(viewport=NARROW, color_scheme="dark")
    open_view(view, page, address)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    found = axe.problems(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_the_page_for_a_server_error(look, new_page):
    page = new_page(**LOOKS[look])
    page.set_content(server_error(RequestFactory().get("/")).content.decode())
    found = axe.problems(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_where_a_page_asks_for_its_password(look, new_page, address):
    page = new_page(**LOOKS[look])
    page.goto(address + PRIVATE_PAGE)
    expect(page.get_by_label("Password")).to_be_visible()
    found = axe.problems(page)
    assert not found, "\n".join(found)
