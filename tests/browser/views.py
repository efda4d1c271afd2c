"""Everything that a reader can come to: each starter page, and each state of search and form.

A view is a name and a way to get there; `VIEWS[name](page, address)` opens it
in a browser's page and returns the answer.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, Response

STARTER_PAGES = Path(__file__).resolve().parents[2] / "home" / "starter_content" / "pages"
FORM = "/get-involved/"

#: Answers by the words of their questions, as the starter content asks them.
ANSWERS = {"Your name": "Amina Okafor", "Email address": "amina@example.org"}
CONTACT = "Email"
CONSENT = re.compile("^I agree that")
SEND = "Send my details"


def starter_addresses() -> list[str]:
    """The path of each starter page: `toolkit/05-meetings.toml` is at `/toolkit/meetings/`."""
    addresses = []
    for file in STARTER_PAGES.rglob("*.toml"):
        parts = [re.sub(r"^\d+-", "", part) for part in file.relative_to(STARTER_PAGES).parts]
        parts[-1] = parts[-1].removesuffix(".toml")
        if parts[-1] == "index":
            parts.pop()
        addresses.append("/" + "".join(f"{part}/" for part in parts))
    return sorted(addresses)


def _go(path: str, page: Page, address: str) -> Response:
    return page.goto(address + path)


def fill_in(page: Page, **changes: str) -> None:
    """Answer the questions that need an answer; `changes` by question, spaces as underscores."""
    given = {name.replace("_", " "): answer for name, answer in changes.items()}
    for question, answer in {**ANSWERS, **given}.items():
        page.get_by_label(question, exact=True).fill(answer)
    page.get_by_role("radio", name=CONTACT, exact=True).check()
    page.get_by_role("checkbox", name=CONSENT).check()


def _form_with_mistakes(page: Page, address: str) -> Response:
    page.goto(address + FORM)
    with page.expect_navigation() as answer:
        page.get_by_role("button", name=SEND).click()
    return answer.value


def _form_sent(page: Page, address: str) -> Response:
    page.goto(address + FORM)
    fill_in(page)
    with page.expect_navigation() as answer:
        page.get_by_role("button", name=SEND).click()
    return answer.value


PAGES = starter_addresses()
#: name: (what opens it, the status it answers with)
VIEWS: dict[str, tuple[Callable[[Page, str], Response], int]] = {
    **{path: (partial(_go, path), 200) for path in PAGES},
    "every chapter of the toolkit": (partial(_go, "/toolkit/all/"), 200),
    "materials in Polish": (partial(_go, "/materials/?language=pl"), 200),
    "materials, nothing found": (partial(_go, "/materials/?kind=poster&format=epub"), 200),
    "search, not asked yet": (partial(_go, "/search/"), 200),
    "search with results": (partial(_go, "/search/?q=toolkit"), 200),
    "search, second page": (partial(_go, "/search/?q=people&page=2"), 200),
    "search without results": (partial(_go, "/search/?q=xylophone"), 200),
    "missing page": (partial(_go, "/no-such-page/"), 404),
    "form with mistakes": (_form_with_mistakes, 422),
    "form sent": (_form_sent, 200),
}


def open_view(name: str, page: Page, address: str) -> Response:
    """Open a view, and make sure that it is the one we wanted."""
    opener, status = VIEWS[name]
    answer = opener(page, address)
    assert answer.status == status, f"{name} answers {answer.status}"
    return answer
