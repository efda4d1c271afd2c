"""The keyboard alone: through every page, the menu and the form."""

import pytest
from playwright.sync_api import expect

from . import keyboard, letters
from .conftest import NARROW
from .keyboard import tab_to, type_into
from .views import CONSENT, CONTACT, FORM, SEND, VIEWS, open_view, send_form

pytestmark = pytest.mark.browser

COUNT_SIGN_UPS = """
from programme.models import SignUp
print(SignUp.objects.count())
"""


@pytest.mark.parametrize("view", VIEWS)
def test_tab_comes_to_everything_in_the_pages_order_and_shows_where_it_is(view, page, address):
    open_view(view, page, address)
    _walk_all(page)


@pytest.mark.parametrize("view", ["/", "/benefits/", "/toolkit/meetings/", FORM])
def test_tab_does_so_on_a_narrow_screen(view, new_page, address):
    page = new_page(viewport=NARROW)
    open_view(view, page, address)
    _walk_all(page)


def _walk_all(page):
    keyboard.start_at_the_top(page)
    expected = keyboard.reachable(page)
    stops = keyboard.walk(page)
    assert stops[0].name == "Skip to the main content"
    assert [stop for stop in stops if not stop.forward] == []
    assert [stop for stop in stops if not stop.shown] == []
    assert [stop for stop in stops if not stop.seen] == []
    assert [stop for stop in stops if not stop.name] == []
    assert len(stops) == expected


def test_the_skip_link_leads_past_the_menu(page, address):
    page.goto(f"{address}/benefits/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the main content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert page.evaluate(inside)


def test_the_narrow_menu_opens_and_leads_on(new_page, address):
    page = new_page(viewport=NARROW)
    page.goto(address)
    menu = page.get_by_role("navigation", name="Main")
    benefits = menu.get_by_role("link", name="Benefits")
    expect(benefits).to_be_hidden()
    tab_to(page, menu.locator("summary"))
    page.keyboard.press("Enter")
    expect(benefits).to_be_visible()
    tab_to(page, benefits)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/benefits/")
    marked = page.locator("nav[aria-label='Main'] a[aria-current='page']")
    expect(marked).to_have_count(1)
    assert marked.inner_text().strip() == "Benefits" or marked.is_hidden()


def test_the_form_can_be_filled_in_mended_and_sent_once(site, page, address):
    before = int(site.ask(COUNT_SIGN_UPS))
    page.goto(address + FORM)
    name = page.get_by_label("Your name", exact=True)
    email = page.get_by_label("Email address", exact=True)
    contact = page.get_by_role("radio", name=CONTACT, exact=True)
    consent = page.get_by_role("checkbox", name=CONSENT)
    talk = page.get_by_role("checkbox", name="Talk to someone about a service I use")
    need = page.get_by_label("Is there anything you need, to take part?")
    send = page.get_by_role("button", name=SEND)

    type_into(page, name, "Amina Okafor")
    type_into(page, email, "amina at example")
    tab_to(page, talk)
    page.keyboard.press("Space")
    type_into(page, need, "A quiet room")
    tab_to(page, contact)
    page.keyboard.press("Space")
    tab_to(page, consent)
    page.keyboard.press("Space")
    tab_to(page, send)
    page.keyboard.press("Enter")

    # One mistake: said first, in words, with the way to it; nothing else is lost.
    page.wait_for_url("**/sign-up/*/")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error:")
    links = summary.get_by_role("link")
    expect(links).to_have_count(1)
    expect(links).to_contain_text("email address")
    expect(email).to_have_value("amina at example")
    expect(email).to_have_attribute("aria-invalid", "true")
    described_by = email.get_attribute("aria-describedby").split()
    said = " ".join(page.locator(f"[id='{key}']").inner_text() for key in described_by)
    assert links.inner_text().strip() in said
    expect(name).to_have_value("Amina Okafor")
    expect(need).to_have_value("A quiet room")
    for ticked in (talk, contact, consent):
        expect(ticked).to_be_checked()
    assert int(site.ask(COUNT_SIGN_UPS)) == before

    # Mend it.
    tab_to(page, links)
    page.keyboard.press("Enter")
    expect(email).to_be_focused()
    type_into(page, email, "keys@example.org")
    tab_to(page, send)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-up/sent/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("look in your email")
    assert int(site.ask(COUNT_SIGN_UPS)) == before + 1

    # By the links in the emails: confirm, see what is held, and withdraw.
    page.goto(address + letters.newest_link("confirm", "keys@example.org"))
    tab_to(page, page.get_by_role("button", name="Yes, this was me"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/thank-you/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    expect(page.get_by_role("main")).to_contain_text("A quiet room")
    tab_to(page, page.get_by_role("link", name="see, change, download or withdraw"))
    page.keyboard.press("Enter")
    withdraw = page.get_by_role("link", name="Withdraw, and be erased")
    expect(withdraw).to_be_visible()
    tab_to(page, withdraw)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Erase what I sent"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everything is erased")


def test_going_back_and_forth_and_reloading_sends_nothing_again(site, page, address):
    before = int(site.ask(COUNT_SIGN_UPS))
    send_form(page, address)
    page.wait_for_url("**/sign-up/sent/**")
    page.reload()
    page.go_back()
    page.wait_for_url(f"**{FORM}")
    page.reload()
    page.go_forward()
    page.wait_for_url("**/sign-up/sent/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("look in your email")
    assert int(site.ask(COUNT_SIGN_UPS)) == before + 1


def test_every_mistake_is_listed_and_leads_to_its_question(page, address):
    page.goto(address + FORM)
    tab_to(page, page.get_by_role("button", name=SEND))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-up/*/")
    links = page.get_by_role("alert").get_by_role("link")
    expect(links).to_have_count(4)  # name, email, how to contact, agreement
    for link in links.all():
        field = page.locator(f"[id='{link.get_attribute('href').removeprefix('#')}']")
        link.press("Enter")
        expect(field).to_be_focused()
        expect(field).to_be_in_viewport()


def test_search_works_from_the_menu(page, address):
    page.goto(address)
    menu = page.get_by_role("navigation", name="Main")
    tab_to(page, menu.get_by_role("link", name="Search"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/")
    type_into(page, page.get_by_role("main").get_by_role("searchbox"), "meetings")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=meetings")
    result = page.get_by_role("main").get_by_role("link", name="Meetings").first
    tab_to(page, result)
