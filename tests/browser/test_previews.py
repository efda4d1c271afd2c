"""Drafts outside the editor: in a front end of another address, and by links that are withdrawn."""

import re

import pytest
from playwright.sync_api import expect

from . import axe
from .conftest import WIDE
from .editor import SAVING_MS, Editor
from .front_end import FrontEnd

pytestmark = pytest.mark.browser

LOOKS = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}
_SET = """
from cms.core.models import PreviewLink, SiteSettings
PreviewLink.objects.all().delete()
SiteSettings.objects.update(preview_address={address!r})
"""


@pytest.fixture
def sign_in(new_page, address):
    broken = []

    def as_(email, **look):
        page = new_page(**look)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
        return Editor(page, address).sign_in(email)

    yield as_
    assert broken == []


@pytest.fixture
def front_end(site):
    with FrontEnd(site.address) as running:
        site.ask(_SET.format(address=running.preview_address))
        yield running
        site.ask(_SET.format(address=""))


def test_a_front_end_shows_in_the_editors_panel_what_is_typed(sign_in, front_end, address):
    editor = sign_in("publisher@example.org", viewport={"width": 1440, "height": 900})
    key = editor.page_key("/benefits/")
    editor.edit(key)
    panel = editor.preview()
    title = panel.get_by_role("heading", level=1)
    before = editor.field("Title").input_value()
    expect(title).to_have_text(before, timeout=SAVING_MS)
    assert front_end.address in editor.page.frames[-1].url

    editor.fill("Title", "Typed a moment ago")
    expect(title).to_have_text("Typed a moment ago", timeout=SAVING_MS)
    editor.wait_until_saved()

    with editor.page.expect_popup() as popup:
        editor.page.get_by_role("link", name="Preview in new tab").click()
    expect(popup.value.get_by_role("heading", level=1)).to_have_text("Typed a moment ago")
    assert popup.value.url.startswith(front_end.address)
    popup.value.close()

    # The other mode is this site's own.
    editor.page.get_by_label("Preview mode").select_option(label="On this site")
    expect(panel.get_by_role("contentinfo")).to_contain_text("Find your way", timeout=SAVING_MS)
    expect(title).to_have_text("Typed a moment ago")
    # Where the page came from, with its token or without, was told to nobody.
    assert front_end.asked
    for _, headers in front_end.asked:
        assert "Referer" not in headers
        assert "Cookie" not in headers
    editor.fill("Title", before)
    editor.wait_until_saved()


def test_a_link_is_made_opened_by_someone_without_an_account_and_withdrawn(
    sign_in, new_page, site, address
):
    site.ask(_SET.format(address=""))
    editor = sign_in("editor@example.org")
    page = editor.page
    page.goto(f"{address}/admin/pages/{editor.page_key('/about/')}/edit/")
    page.get_by_role("button", name="Actions", exact=True).first.click()
    page.get_by_role("link", name="Share a draft").click()
    expect(page.get_by_text("There is no link to this page's draft.")).to_be_visible()

    page.get_by_label("Who it is for").fill("The ward councillors")
    page.get_by_label("A day").check()
    page.get_by_role("button", name="Make a link").click()
    editor.wait_for_success()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy The ward councillors").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}/preview/")

    reader = new_page()
    asked = []
    reader.on("request", lambda request: asked.append(request))
    assert reader.goto(link).status == 200
    banner = reader.get_by_role("region", name="About this draft")
    expect(banner).to_contain_text("This page is not finished.")
    assert reader.context.cookies() == []
    for request in asked:
        assert request.url.startswith(address)
        assert "preview/" not in request.headers.get("referer", "")

    page.reload()
    expect(page.get_by_text("1 time, last on")).to_be_visible()
    page.get_by_role("link", name="Withdraw The ward councillors").click()
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Withdraw The ward councillors").click()
    page.get_by_role("button", name="Withdraw the link").click()
    editor.wait_for_success()

    assert reader.goto(link).status == 404
    expect(reader.get_by_role("heading", level=1)).to_have_text(re.compile("find that page"))
    expect(banner).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
def test_the_screens_and_the_shared_page_can_be_used_by_everyone(
    look, sign_in, new_page, site, address
):
    site.ask(_SET.format(address=""))
    editor = sign_in("publisher@example.org", **LOOKS[look])
    page = editor.page
    screen = f"{address}/admin/pages/{editor.page_key('/about/')}/share/"
    page.goto(screen)
    page.get_by_label("Who it is for").fill("The ward councillors of Milton, and their assistants")
    page.get_by_role("button", name="Make a link").click()
    editor.wait_for_success()
    link = page.get_by_label("The ward councillors of Milton").first.input_value()
    page.goto(screen)  # without the message, which comes in slowly
    without = "region"  # Wagtail's own messages and side panels lie outside its landmarks
    assert axe.problems(page, without=without) == []
    assert not _is_too_wide(page)
    page.get_by_role("link", name=re.compile("^Withdraw")).click()
    expect(page.get_by_role("button", name="Withdraw the link")).to_be_visible()
    assert axe.problems(page, without=without) == []
    assert not _is_too_wide(page)

    reader = new_page(**LOOKS[look])
    reader.goto(link)
    assert axe.problems(reader) == []
    assert not _is_too_wide(reader)


def _is_too_wide(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")
