"""The site with JavaScript off: everything can be read, found and sent."""

import pytest
from playwright.sync_api import expect

from . import letters
from .conftest import NARROW, WIDE
from .views import FORM, PAGES, SEND, VIEWS, fill_in, open_view, send_form

pytestmark = pytest.mark.browser


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request, new_page):
    return new_page(viewport=request.param, java_script_enabled=False)


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_reads(view, page, address):
    open_view(view, page, address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("main")).not_to_be_empty()


def test_the_menu_leads_to_every_part_of_the_site(page, address):
    page.goto(address)
    menu = page.get_by_role("navigation", name="Main")
    if not menu.get_by_role("link").first.is_visible():
        menu.locator("summary").click()
    links = menu.get_by_role("link")
    expect(links.first).to_be_visible()
    paths = [link.get_attribute("href") for link in links.all()]
    tops = {path for path in PAGES if path.count("/") <= 2 and path not in OUTSIDE_THE_MENU}
    assert tops <= {path.removeprefix(address) for path in paths}
    links.filter(has_text="Benefits").click()
    expect(page).to_have_url(f"{address}/benefits/")


# These are in the footer.
OUTSIDE_THE_MENU = {"/accessibility-statement/", "/privacy/", "/cookies/"}


def test_the_form_sends_and_everything_after_it_works(page, address):
    to = f"without-{page.viewport_size['width']}@example.org"
    send_form(page, address, Email_address=to)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("look in your email")
    page.goto(address + letters.newest_link("confirm", to))
    page.get_by_role("button", name="Yes, this was me").click()
    expect(heading).to_contain_text("Thank you")
    page.goto(address + letters.newest_link("yours", to))
    page.get_by_role("link", name="Change your answers").click()
    page.get_by_label("Your name", exact=True).fill("Amina O")
    page.get_by_role("button", name="Keep these answers").click()
    expect(page.get_by_role("status")).to_contain_text("kept your changes")
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Erase what I sent").click()
    expect(heading).to_contain_text("Everything is erased")


def test_more_help_stands_beside_a_choice_once_it_is_made(page, address):
    page.goto(address + FORM)
    more = page.get_by_text("Check that you have given a telephone number")
    expect(more).to_be_hidden()
    page.get_by_role("radio", name="Telephone call").check()
    expect(more).to_be_visible()


def test_a_form_with_mistakes_comes_back_with_what_was_typed(page, address):
    page.goto(address + FORM)
    fill_in(page, Email_address="amina at example")
    page.get_by_role("button", name=SEND).click()
    assert page.title().startswith("Error:")
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Amina Okafor")
    expect(page.get_by_label("Email address", exact=True)).to_have_value("amina at example")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Email address", exact=True)).to_be_in_viewport()


def test_search_finds(page, address):
    page.goto(f"{address}/search/")
    box = page.get_by_role("main").get_by_role("searchbox")
    box.fill("toolkit")
    box.press("Enter")
    expect(page).to_have_url(f"{address}/search/?q=toolkit")
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("toolkit")
    expect(page.get_by_role("main").get_by_role("link", name="Toolkit").first).to_be_visible()
    assert page.get_by_role("main").get_by_role("listitem").count() >= 5
