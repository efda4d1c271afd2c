"""People at work in the editor: they change, see, publish, take back, plan, and check."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from .editor import SAVING_MS, Editor

pytestmark = pytest.mark.browser

SENTENCE = "You learn what no course teaches, from people who have been there."


@pytest.fixture
def sign_in(new_page, address):
    broken = []

    def as_(email):
        page = new_page(viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
        return Editor(page, address).sign_in(email)

    yield as_
    assert broken == []


@pytest.fixture
def publisher(sign_in):
    return sign_in("publisher@example.org")


def benefits_in_the_api(page, address) -> str:
    asked = f"{address}/api/v2/pages/?type=programme.BenefitsPage&fields=body"
    return page.request.get(asked).text()


def test_a_publisher_changes_a_benefit_sees_it_publishes_it_and_takes_it_back(
    publisher, page, address
):
    key = publisher.page_key("/benefits/")
    publisher.edit(key)
    summary = publisher.field("Summary")
    before = summary.input_value()
    assert before
    preview = publisher.preview()
    expect(preview.get_by_role("main")).to_contain_text(before, timeout=SAVING_MS)

    # Seen by the editor alone, until it is published.
    publisher.fill("Summary", SENTENCE)
    expect(preview.get_by_role("main")).to_contain_text(SENTENCE, timeout=SAVING_MS)
    publisher.wait_until_saved()
    page.goto(f"{address}/benefits/")
    expect(page.get_by_role("main")).not_to_contain_text(SENTENCE)
    assert SENTENCE not in benefits_in_the_api(page, address)

    publisher.act("Publish")
    for path in ("/benefits/", "/"):
        page.goto(address + path)
        expect(page.get_by_role("main")).to_contain_text(SENTENCE)
    assert SENTENCE in benefits_in_the_api(page, address)

    # Back to the version before, from the history.
    publisher.review_first_version(key)
    expect(publisher.field("Summary")).to_have_value(before)
    publisher.act("Publish this version")
    page.goto(f"{address}/benefits/")
    expect(page.get_by_role("main")).to_contain_text(before)
    expect(page.get_by_role("main")).not_to_contain_text(SENTENCE)
    assert SENTENCE not in benefits_in_the_api(page, address)


def test_a_new_page_is_written_planned_published_and_taken_down_by_clicking(
    publisher, page, address
):
    publisher.add("Standard page", parent=publisher.page_key("/"))
    publisher.fill("Title", "A summer of listening")
    publisher.write("Come and tell us what this summer was like.")
    publisher.tab("Listing")
    publisher.fill("Summary", "What people told us over the summer.")
    publisher.tab("Ownership")
    publisher.fill("Content owner", "The co-production team")
    publisher.fill("Content owner's email", "coproduction@example.org")
    publisher.wait_until_saved()
    key = publisher.key_in_address()

    # Planned for tomorrow: nobody outside sees it today.
    tomorrow = date.today() + timedelta(days=1)
    publisher.plan(f"{tomorrow} 09:00")
    publisher.act("Schedule to publish")
    public = f"{address}/a-summer-of-listening/"
    assert page.goto(public).status == 404

    # Published after all.
    publisher.cancel_plan(key)
    publisher.edit(key)
    publisher.plan("")
    publisher.act("Publish")
    assert page.goto(public).status == 200
    expect(page.get_by_role("main")).to_contain_text("Come and tell us")

    # And taken down.
    publisher.edit(key)
    publisher.actions().get_by_role("link", name="Unpublish").click()
    publisher.page.get_by_role("button", name="Yes, unpublish it").click()
    publisher.wait_for_success()
    assert page.goto(public).status == 404
    assert page.request.get(f"{address}/api/v2/pages/{key}/").status == 404


def test_an_author_writes_drafts_and_cannot_publish(sign_in):
    author = sign_in("author@example.org")
    author.add("Standard page", parent=author.page_key("/"))
    menu = author.actions()
    expect(menu.get_by_role("button", name="Save draft")).to_be_visible()
    expect(menu.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    expect(menu.get_by_role("button", name=re.compile("^Submit"))).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/about/",
        "/benefits/",
        "/partners/",
        "/toolkit/",
        "/materials/",
        "/get-involved/",
        "/toolkit/meetings/",
    ],
)
def test_the_editors_own_checks_find_nothing(path, publisher):
    publisher.edit(publisher.page_key(path))
    checks = publisher.panel("checks")
    expect(checks.locator("[data-content-word-count]")).not_to_have_text("-", timeout=SAVING_MS)
    found = checks.locator("[data-content-checker-row]").all_inner_texts()
    assert found == []
    expect(checks.locator("[data-content-checker-count]")).to_have_text("0")
