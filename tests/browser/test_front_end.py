"""The front end of docs/front-end, built with types from the API's own document, shows the site.

It draws every page type and every block from the API alone. What it shows must be
what the site shows: the same headings, and the same words.
"""

import difflib
import json
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.content.contract import document

from . import letters
from .views import FORM, PAGES, SEND, fill_in

pytestmark = pytest.mark.browser

BUILT = Path(__file__).resolve().parents[2] / "var" / "front-end"

#: What the site adds around its content: ways through it, its filters, what only a script
#: or a screen reader is shown, and the controls of the form.
AROUND = (
    "nav, .filters, [hidden], [aria-hidden=true], .visually-hidden, .field__optional, .choice__help"
)
READ = """(around) => {
    const main = document.querySelector("main").cloneNode(true);
    main.querySelectorAll(around).forEach((element) => element.remove());
    const headings = [...main.querySelectorAll("h1,h2,h3,h4,h5,h6")];
    const words = [];
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) words.push(...walker.currentNode.data.split(/\\s+/));
    return {
        headings: headings.map((heading) => [heading.tagName, heading.textContent.trim()]),
        words: words.filter(Boolean),
    };
}"""


@pytest.fixture(scope="module")
def front_end(site):
    """The address of the front end, which shows `site`."""
    main = BUILT / "built" / "main.js"
    assert main.is_file(), "The front end is not built: run `make front-end`."
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _running([shutil.which("node"), main, site.address, str(port)]):
        yield _answering(f"http://127.0.0.1:{port}")


@contextmanager
def _running(command):
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _answering(address):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/no-such-page/", timeout=5)
        except urllib.error.HTTPError:
            return address
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The front end does not answer.")


def test_the_front_end_is_built_from_the_contract_of_today():
    assert json.loads((BUILT / "openapi.json").read_text()) == document()


@pytest.mark.parametrize("path", PAGES)
def test_a_front_end_shows_the_headings_and_the_words_of_the_site(
    path, new_page, address, front_end
):
    page = new_page(java_script_enabled=False)
    page.goto(address + path)
    ours = page.evaluate(READ, AROUND)
    answer = page.goto(front_end + path)
    theirs = page.evaluate(READ, AROUND)
    assert answer.status == 200
    assert theirs["headings"] == ours["headings"]
    assert "".join(theirs["words"]) == "".join(ours["words"]), _difference(ours, theirs)


def test_an_address_that_leads_on_leads_on_there_too_and_nothing_is_not_found(page, front_end):
    assert page.goto(f"{front_end}/no-such-page/").status == 404


def test_a_form_is_sent_through_the_front_end_and_its_mistakes_come_back(page, front_end):
    page.goto(front_end + FORM)
    with page.expect_navigation() as answer:
        page.get_by_role("button", name=SEND).click()
    assert answer.value.status == 422
    assert "Answer this question: Your name" in page.get_by_role("alert").inner_text()
    to = f"front-end-{secrets.token_hex(4)}@example.org"
    fill_in(page, Email_address=to)
    with page.expect_navigation() as answer:
        page.get_by_role("button", name=SEND).click()
    assert answer.value.status == 200
    assert "follow the link to confirm" in page.locator("main").inner_text()
    assert letters.newest_link("confirm", to)


def _difference(ours, theirs):
    lines = difflib.unified_diff(
        ours["words"], theirs["words"], "site", "front end", n=3, lineterm=""
    )
    return "\n".join(list(lines)[:60])
