"""What a page asks of a reader: no third party, no cookie, no noise, little weight."""

import gzip

import pytest

from .conftest import WIDE
from .views import VIEWS, open_view

pytestmark = pytest.mark.browser

KILOBYTE = 1000
HOME_PAGE = 150 * KILOBYTE
STYLE_SHEETS = 25 * KILOBYTE
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_asks_no_third_party_and_leaves_no_cookie_and_no_error(view, new_context, address):
    context = new_context(viewport=WIDE)
    page = context.new_page()
    requests, failed, said = [], [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("requestfailed", lambda request: failed.append(f"{request.url}: {request.failure}"))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    answers = []
    page.on("response", lambda answer: answers.append(answer))

    wanted = open_view(view, page, address)
    # Pictures further down load as they come into view.
    page.evaluate(
        """async () => {
            for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
                scrollTo(0, y);
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    page.wait_for_load_state("networkidle")

    third_parties = {url for url in requests if not url.startswith((address, "data:"))}
    assert not third_parties
    assert failed == []
    bad = [
        f"{answer.status} {answer.url}"
        for answer in answers
        if answer.status >= 400 and answer.url != wanted.url
    ]
    assert bad == []
    # Chromium itself reports the page's own 404 or 422.
    own = f"the server responded with a status of {wanted.status}"
    assert [line for line in said if own not in line] == []
    assert [answer.url for answer in answers if answer.header_value("set-cookie")] == []
    assert context.cookies() == []
    storage = page.evaluate("[localStorage.length, sessionStorage.length]")
    assert storage == [0, 0]


@pytest.mark.parametrize(
    "screen",
    [{"viewport": WIDE}, {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True}],
    ids=["wide", "phone"],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_home_page_weighs_little_on_first_view(screen, scheme, new_page, address):
    page = new_page(color_scheme=scheme, **screen)
    weights = _weigh(page)
    page.goto(address, wait_until="networkidle")
    listed = "\n".join(f"{weight:>7} {url}" for url, weight in weights.values())
    assert sum(weight for _, weight in weights.values()) <= HOME_PAGE, listed


def _weigh(page) -> dict[str, list]:
    """Fills with [url, bytes on the wire, headers included], by request."""
    weights = {}
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.requestWillBeSent",
        lambda event: weights.setdefault(event["requestId"], [event["request"]["url"], 0]),
    )
    devtools.on(
        "Network.loadingFinished",
        lambda event: weights[event["requestId"]].__setitem__(1, int(event["encodedDataLength"])),
    )
    return weights


@pytest.mark.parametrize("view", ["/", "/benefits/", "/toolkit/meetings/", "/get-involved/"])
def test_the_style_sheets_are_small(view, page, address):
    sheets = []
    page.on(
        "response",
        lambda answer: answer.request.resource_type == "stylesheet" and sheets.append(answer),
    )
    open_view(view, page, address)
    page.wait_for_load_state("networkidle")
    weights = {sheet.url: len(gzip.compress(sheet.body())) for sheet in sheets}
    assert weights, "No style sheet was loaded."
    assert sum(weights.values()) <= STYLE_SHEETS, weights
