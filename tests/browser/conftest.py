"""A real server and a real browser, started once for all the tests of this folder."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests import migrated

from . import letters, tools
from .live_site import LiveSite

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="session", autouse=True)
def _tools():
    try:
        tools.check_all()
    except tools.MissingToolError as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def site(_tools):
    with LiveSite(migrated.copy_to) as running:
        letters.FOLDER = running.folder / "mail"
        yield running


@pytest.fixture(scope="session")
def address(site) -> str:
    return site.address


@pytest.fixture(scope="session")
def browser(_tools):
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=tools.chromium(), args=tools.CHROMIUM_ARGUMENTS
        )
        yield running
        running.close()


@pytest.fixture
def new_context(browser) -> Callable[..., BrowserContext]:
    """Makes a browser context, closed after the test; options as Playwright names them."""
    contexts, answers = [], []

    def make(**options):
        options = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", **options}
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(15_000)
        contexts[-1].on("response", lambda answer: answers.append(answer))
        return contexts[-1]

    yield make
    # Shown by pytest where a test has failed.
    print("The last answers, and what stood on the pages:")
    for answer in answers[-20:]:
        print(" ", answer.status, answer.request.method, answer.url)
    for context in contexts:
        for open_page in context.pages:
            print(f"--- {open_page.url}\n{_text_of(open_page)}")
        context.close()


def _text_of(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=2_000)[:2_000]
    except PlaywrightError as error:
        return f"({error.message.splitlines()[0]})"


@pytest.fixture
def new_page(new_context) -> Callable[..., Page]:
    """Makes a page in a context of its own."""
    return lambda **options: new_context(**options).new_page()


@pytest.fixture
def page(new_page) -> Page:
    return new_page()
