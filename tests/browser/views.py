"""Everything that a reader can come to: each starter page, and each state of search and form.

A view is a name and a way to get there; `VIEWS[name](page, address)` opens it
in a browser's page and returns the answer.
"""

import re
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, Response

from . import letters

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


def send_form(page: Page, address: str, **changes: str) -> Response:
    """Fill the form in as quickly as a person can who has it filled in by the browser."""
    page.goto(address + FORM)
    fill_in(page, **changes)
    page.wait_for_timeout(2_000)
    with page.expect_navigation() as answer:
        page.get_by_role("button", name=SEND).click()
    return answer.value


def _go_to_step(kind: str, rest: str, page: Page, address: str) -> Response:
    """To one of the pages after the form; tests see those of the same person while they can."""
    if address in _steps:
        answer = page.goto(address + _steps[address][kind] + rest)
        if answer.status != 404:  # a test of the manager's screens has erased the person
            return answer
    to = f"person-{secrets.token_hex(4)}@example.org"
    send_form(page, address, Email_address=to)
    sent = page.url.removeprefix(address)
    kinds = ("confirm", "yours")
    _steps[address] = {"sent": sent} | {k: letters.newest_link(k, to) for k in kinds}
    return page.goto(address + _steps[address][kind] + rest)


def _goodbye(page: Page, address: str) -> Response:
    page.goto(address + FORM)
    action = page.locator("#form").get_attribute("action")
    return page.goto(f"{address}{action}goodbye/")


_steps: dict[str, dict[str, str]] = {}


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
    "form sent": (partial(_go_to_step, "sent", ""), 200),
    "please confirm": (partial(_go_to_step, "confirm", ""), 200),
    "thank you": (partial(_go_to_step, "yours", "thank-you/"), 200),
    "what we hold": (partial(_go_to_step, "yours", ""), 200),
    "change your answers": (partial(_go_to_step, "yours", "change/"), 200),
    "withdraw": (partial(_go_to_step, "yours", "withdraw/"), 200),
    "goodbye": (_goodbye, 200),
    "link that does not work": (partial(_go, "/sign-up/yours/nonsense/"), 404),
}


def open_view(name: str, page: Page, address: str) -> Response:
    """Open a view, and make sure that it is the one we wanted."""
    opener, status = VIEWS[name]
    answer = opener(page, address)
    assert answer.status == status, f"{name} answers {answer.status}"
    return answer
