"""Pages fit: a narrow screen, a magnified one, wider spacing, paper, a very wide one."""

import pytest

from .conftest import NARROW
from .views import VIEWS, open_view

pytestmark = pytest.mark.browser

# What sticks out sideways, except inside a region that scrolls by itself (a wide table may).
_STICKS_OUT = """
() => {
    const width = document.documentElement.clientWidth;
    const scrolls = element => {
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
            if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
        }
        return false;
    };
    const found = [...document.body.querySelectorAll("*")].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && (box.right > width + 1 || box.left < -1) && !scrolls(element);
    });
    return {
        sideways: document.scrollingElement.scrollWidth - width,
        elements: found.slice(0, 5).map(element => element.outerHTML.slice(0, 160)),
    };
}
"""
# As a reader's own tool does it, which the page's policy does not keep out.
_WITH_STYLE = """
style => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
"""
# https://www.w3.org/TR/WCAG22/#text-spacing
_SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }
"""  # noqa: E501
_CUT_OFF = """
() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const parent = text.parentElement;
        if (!text.data.trim() || parent.closest("svg, .visually-hidden, script, style")) continue;
        if (!parent.checkVisibility({ visibilityProperty: true })) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const words = range.getBoundingClientRect();
        for (let box = parent; box && box !== document.body; box = box.parentElement) {
            const style = getComputedStyle(box);
            if (!/hidden|clip/.test(style.overflowX + style.overflowY)) continue;
            const room = box.getBoundingClientRect();
            if (words.right > room.right + 1 || words.bottom > room.bottom + 1
                || words.left < room.left - 1 || words.top < room.top - 1) {
                found.push(text.data.trim().slice(0, 80));
            }
        }
    }
    return found;
}
"""


def _fits(page):
    found = page.evaluate(_STICKS_OUT)
    assert found["sideways"] <= 0, found
    assert not found["elements"], found


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_scrolls_sideways_on_a_narrow_screen_magnified_or_widely_spaced(
    view, new_page, address
):
    page = new_page(viewport=NARROW)
    open_view(view, page, address)
    _fits(page)
    # 1280 by 1024 at 400%: https://www.w3.org/TR/WCAG22/#reflow
    page.set_viewport_size({"width": 320, "height": 256})
    _fits(page)
    page.evaluate(_WITH_STYLE, _SPACING)
    _fits(page)
    assert page.evaluate(_CUT_OFF) == []


@pytest.mark.parametrize("view", VIEWS)
def test_lines_stay_readable_on_a_very_wide_screen(view, new_page, address):
    page = new_page(viewport={"width": 1920, "height": 1080})
    open_view(view, page, address)
    _fits(page)
    longest = page.evaluate(
        """() => Math.max(0, ...[...document.querySelectorAll("main p, main li")]
            .filter(block => block.checkVisibility() && block.textContent.trim().length > 90)
            .map(block => {
                const style = getComputedStyle(block);
                return block.clientWidth / (parseFloat(style.fontSize) * 0.5);
            }))"""
    )
    assert longest <= 85, f"A line holds about {longest:.0f} characters."


@pytest.mark.parametrize("view", ["/", "/about/", "/toolkit/meetings/", "/benefits/"])
def test_paper_shows_the_words_and_leaves_out_what_one_can_only_click(view, page, address):
    open_view(view, page, address)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert not page.locator(".skip-link").is_visible()


@pytest.mark.parametrize("view", ["/", "/benefits/", "/toolkit/meetings/", "form with mistakes"])
def test_pages_read_in_order_with_the_style_sheets_off(view, new_page, address):
    page = new_page()
    page.route("**/*.css", lambda route: route.abort())
    open_view(view, page, address)
    order = page.evaluate(
        """() => ["header", "h1", "main h2", "footer"]
            .map(selector => document.querySelector(selector))
            .filter(Boolean)
            .map(element => element.getBoundingClientRect().top)"""
    )
    assert order == sorted(order)
    drawings = page.evaluate(
        """() => [...document.querySelectorAll("svg")]
            .filter(drawing => drawing.getBoundingClientRect().height > 400)
            .map(drawing => drawing.outerHTML.slice(0, 120))"""
    )
    assert drawings == []  # a drawing that needs CSS to be small fills the page without it
