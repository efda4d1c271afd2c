"""Signing in with a second factor, and being asked once more, as people see it."""

import re
from base64 import b32decode

import pytest
from playwright.sync_api import expect

from tests.accounts.app import App

from . import axe
from .accounts import PASSWORD
from .conftest import NARROW, WIDE
from .editor import Editor

pytestmark = pytest.mark.browser

SECOND_FACTOR = "/admin/account/second-factor/"
LOOKS = {"light": {"viewport": WIDE}, "dark": {"viewport": WIDE, "color_scheme": "dark"}}
LOOKS["narrow"] = {"viewport": NARROW}

_MAKE = """
from cms.core.models import User
from wagtail.models import Collection
User.objects.create_superuser("{email}", "{password}", first_name="Alex", last_name="Admin")
print(Collection.get_first_root_node().add_child(name="Shelf of {email}").pk)
"""
_REMOVE = """
from cms.core.models import User
from django.contrib.auth.models import Group
from wagtail.models import Collection
Group.objects.filter(name__endswith=" of {email}").delete()
User.objects.filter(email="{email}").delete()
Collection.objects.filter(name="Shelf of {email}").delete()
"""
_LONG_AGO = """
from django.contrib.sessions.backends.db import SessionStore
session = SessionStore("{key}")
session["confirmed_at"] = 0
session.save()
"""


@pytest.fixture
def shelf(site, request):
    """The number of a collection; beside it there is an administrator, `email`."""
    email = f"{request.node.name.split('[')[0][:40]}@example.org".replace("_", "-")
    number = site.ask(_MAKE.format(email=email, password=PASSWORD))
    yield email, number
    site.ask(_REMOVE.format(email=email))


def long_ago(site, page):
    """It is long ago that the person of this page signed in."""
    [key] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    site.ask(_LONG_AGO.format(key=key))


def go_on(page):
    page.get_by_role("button", name="Go on").click()


def test_a_phone_is_set_up_and_asked_for_at_the_next_sign_in(page, address, shelf):
    email, _ = shelf
    Editor(page, address).sign_in(email)
    page.goto(f"{address}{SECOND_FACTOR}")
    page.get_by_role("link", name="Set it up").click()
    app = App()
    app.key = b32decode(page.locator(".accounts-key").inner_text().replace(" ", ""))
    code = page.get_by_role("textbox", name=re.compile("^Code"))
    code.fill(app.code())
    go_on(page)
    codes = page.locator(".accounts-codes code")
    expect(codes).to_have_count(10)
    recovery = codes.all_inner_texts()
    assert len(recovery) == 10
    assert axe.problems(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text().split() == recovery
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("You have 10 recovery codes left.")).to_be_visible()
    assert axe.problems(page) == []

    page.context.clear_cookies()
    page.goto(f"{address}/admin/login/")
    page.get_by_label("Email address").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/admin/login/code/")
    assert axe.problems(page) == []
    code.fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Codes left: 9.")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_the_screens_are_for_everyone(look, new_page, address, shelf):
    email, _ = shelf
    page = new_page(**LOOKS[look])
    page.goto(f"{address}/admin/login/")
    assert axe.problems(page) == []
    Editor(page, address).sign_in(email)
    for screen in (
        SECOND_FACTOR,
        f"{SECOND_FACTOR}set-up/",
        "/admin/reports/audit-log/",
        "/admin/reports/sign-in-locks/",
    ):
        page.goto(address + screen)
        # Wagtail's own head of a report has two searches without a name.
        assert axe.problems(page, without="landmark-unique") == [], screen
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), screen


def test_a_form_is_shown_when_the_password_was_typed_again(page, address, site, shelf):
    email, _ = shelf
    Editor(page, address).sign_in(email)
    long_ago(site, page)
    page.goto(f"{address}/admin/users/new/")
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert axe.problems(page) == []
    page.get_by_label("Your password").fill("not this one")
    go_on(page)
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    assert axe.problems(page) == []
    page.get_by_label("Your password").fill(PASSWORD)
    go_on(page)
    expect(page.get_by_label("First Name")).to_be_visible()


def test_what_was_typed_is_not_lost_when_the_question_comes_late(page, address, site, shelf):
    email, _ = shelf
    Editor(page, address).sign_in(email)
    page.goto(f"{address}/admin/groups/new/")
    page.locator("#id_name").fill(f"Night “shift” of {email}")
    long_ago(site, page)
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Your password").fill(PASSWORD)
    go_on(page)
    expect(page.locator(".messages")).to_contain_text(f"Night “shift” of {email}' created.")


def test_the_question_stands_in_the_modal_of_a_collections_privacy(page, address, site, shelf):
    email, number = shelf
    Editor(page, address).sign_in(email)
    page.goto(f"{address}/admin/collections/{number}/")
    long_ago(site, page)
    page.locator("button[data-a11y-dialog-show='set-privacy']").click()
    page.get_by_label("Your password").fill(PASSWORD)
    go_on(page)
    page.get_by_label("Private, accessible to any logged-in users").check()
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".privacy-indicator.private")).to_be_visible()
