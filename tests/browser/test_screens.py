"""Each screen that an administrator can come to by the editor's menus."""

import re
from urllib.parse import urlsplit

import pytest

from .accounts import PASSWORD
from .editor import Editor

pytestmark = pytest.mark.browser

LEAVES = re.compile(r"/(logout|export)/|[?&]export=")  # what ends the visit, or is a file
EMAIL = "every-screen@example.org"
_MAKE = f"""
from cms.core.models import User
User.objects.create_superuser("{EMAIL}", "{PASSWORD}", first_name="Alex", last_name="Admin")
"""
_REMOVE = f"""
from cms.core.models import User
User.objects.get(email="{EMAIL}").delete()
"""
_LINKS = "links => links.map(link => new URL(link.getAttribute('href'), location).href)"


def paths(page, address, within) -> set[str]:
    """What the links in a part of the screen lead to, in the editor."""
    links = page.locator(f"{within} a[href]:not(svg a)").evaluate_all(_LINKS)
    return {
        urlsplit(link).path
        for link in links
        if link.startswith(f"{address}/admin/") and not LEAVES.search(link)
    }


@pytest.fixture
def administrator(site, page, address):
    site.ask(_MAKE)
    broken = []
    page.on("pageerror", lambda error: broken.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda line: broken.append(f"{page.url}: {line.text}") if line.type == "error" else None,
    )
    Editor(page, address).sign_in(EMAIL)
    yield page
    site.ask(_REMOVE)
    assert broken == []


def test_every_screen_of_the_menus_opens_without_a_fault(administrator, address):
    page = administrator
    for menu in page.locator("#wagtail-sidebar button[aria-haspopup]").all():
        menu.click()  # their links are there when they were opened
    waiting = paths(page, address, "#wagtail-sidebar") | {"/admin/account/"}
    seen = set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = page.goto(address + path)
        assert answer.ok, f"{path} answers {answer.status}"
        # What one can begin from there.
        waiting |= paths(page, address, "main header, main .w-slim-header") - seen
    assert len(seen) > 40, sorted(seen)
