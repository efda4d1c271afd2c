"""A sign-up manager at work: finds, notes, moves on, changes several, exports, erases."""

import json
import re

import pytest
from playwright.sync_api import expect

from . import axe
from .conftest import WIDE
from .editor import Editor

pytestmark = pytest.mark.browser

LIST = "/admin/programme/signup/"
PEOPLE = {"Amina Okafor": "new", "Łucja Żółć": "new", "Bo Svensson": "closed"}
PHONE = {"width": 360, "height": 740}
LOOKS = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": PHONE, "color_scheme": "light"},
}

_MAKE = """
import secrets
from programme.models import GetInvolvedPage, SignUp
page = GetInvolvedPage.objects.get()
for name, status in {people}.items():
    email = name.split()[0].lower() + "@example.org"
    SignUp.objects.create(
        page=page, key=secrets.token_hex(8), status=status, name=name, email=email,
        answers=[
            {{"name": "name", "question": "Your name", "kind": "singleline", "answer": name}},
            {{"name": "email", "question": "Email address", "kind": "email", "answer": email}},
        ],
    )
"""
_CLEAR = "from programme.models import SignUp; SignUp.objects.all().delete()"


@pytest.fixture
def people(site):
    site.ask(_CLEAR + "\n" + _MAKE.format(people=PEOPLE))
    yield PEOPLE
    site.ask(_CLEAR)


@pytest.fixture
def sign_in(new_page, address, people):
    broken = []

    def as_manager(**look):
        page = new_page(**look)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
        Editor(page, address).sign_in("sign-ups@example.org")
        return page

    yield as_manager
    assert broken == []


def test_a_manager_finds_notes_moves_on_exports_and_erases(sign_in, address):
    page = sign_in()

    # From the first screen to the person.
    page.get_by_role("region", name="Sign-ups", exact=True).get_by_role(
        "link", name="New", exact=True
    ).click()
    expect(page.get_by_role("link", name="Łucja Żółć")).to_be_visible()
    expect(page.get_by_role("link", name="Bo Svensson")).to_have_count(0)
    page.get_by_role("textbox", name="Search term").fill("okafor")
    expect(page.get_by_text("1 found")).to_be_visible()
    page.get_by_role("link", name="Amina Okafor").click()

    # Hers, a note, and on.
    page.get_by_role("button", name="Give it to me").click()
    expect(page.locator(".messages")).to_contain_text("has a new owner")
    page.get_by_label("New note").fill("Rang: call back after six.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("article")).to_contain_text("Rang: call back after six.")
    page.get_by_role("button", name="Contacted").click()
    expect(page.get_by_role("region", name="History")).to_contain_text(
        "Moved from “New” to “Contacted”"
    )

    # What was found, as a spreadsheet.
    page.goto(f"{address}{LIST}?owner=mine")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert '"Amina Okafor"' in text
    assert "Bo Svensson" not in text

    # She telephones: what we hold of her, and an end to it.
    page.goto(f"{address}{LIST}")
    page.get_by_role("link", name="Find by email").click()
    page.get_by_label("Email address").fill("AMINA@example.org")
    page.get_by_role("button", name="Find", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download those ticked as JSON").click()
    (held,) = json.loads(download.value.path().read_text())
    assert held["notes"][0]["text"] == "Rang: call back after six."
    page.get_by_role("button", name=re.compile("^Erase those ticked")).click()
    expect(page.get_by_role("main")).to_contain_text("amina@example.org")
    page.get_by_role("radio", name="The person asked by telephone.").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator(".messages")).to_contain_text("1 sign-up erased.")
    expect(page.get_by_role("link", name="Amina Okafor")).to_have_count(0)
    page.goto(f"{address}{LIST}records/")
    expect(page.get_by_role("region", name="Exports", exact=True)).to_contain_text("Exported 1")


@pytest.mark.parametrize("javascript", [True, False])
def test_several_are_changed_at_once_with_and_without_javascript(
    javascript, sign_in, new_context, address
):
    page = sign_in()
    if not javascript:
        state = page.context.storage_state()
        page = new_context(java_script_enabled=False, storage_state=state).new_page()
    page.goto(f"{address}{LIST}")
    if javascript:
        page.get_by_role("checkbox", name="Choose all on this page").check()
        expect(page.get_by_role("checkbox", name=re.compile("^Choose Bo"))).to_be_checked()
    else:
        expect(page.get_by_role("checkbox", name="Choose all on this page")).to_be_hidden()
        page.get_by_role("radio", name="All that were found").check()
    page.get_by_label("Change to").select_option(label="Closed")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("2 sign-ups changed.")
    expect(page.locator(".messages")).to_contain_text(re.compile(r"Sign-up \d+ is closed already"))
    expect(page.get_by_role("cell", name="Closed", exact=True)).to_have_count(3)


def _one(page, address):
    page.goto(f"{address}{LIST}?q=okafor")
    page.get_by_role("link", name="Amina Okafor").click()
    expect(page.get_by_role("button", name="Add the note")).to_be_visible()


def _find(page, address):
    page.goto(f"{address}{LIST}find/")
    page.get_by_label("Email address").fill("amina@example.org")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("heading", name="What is held")).to_be_visible()


def _erase(page, address):
    _one(page, address)
    page.get_by_role("button", name=re.compile("^Erase")).click()
    expect(page.get_by_role("heading", name="This goes for good")).to_be_visible()


def _go(path):
    return lambda page, address: page.goto(address + path)


SCREENS = {
    "the first screen": _go("/admin/"),
    "the list": _go(LIST),
    "nothing found": _go(f"{LIST}?q=xyzzy"),
    "one": _one,
    "find by email": _find,
    "erase": _erase,
    "purges and exports": _go(f"{LIST}records/"),
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_is_cut_off(look, sign_in, address):
    page = sign_in(**LOOKS[look])
    found = {}
    for name, show in SCREENS.items():
        show(page, address)
        found[name] = axe.problems(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found[name].append(f"{wide} pixels wider than the screen")
    assert not any(found.values()), "\n".join(f"{name}: {list_}" for name, list_ in found.items())
