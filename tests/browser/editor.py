"""The editor's screen, by the words that people see on it."""

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

from .accounts import PASSWORD

SAVING_MS = 20_000  # at most, on a busy machine

_IS_LOOKING = """() => !!window.wagtail.app.getControllerForElementAndIdentifier(
    document.querySelector("[data-edit-form]"), "w-unsaved"
)?.initialFormData"""


class Editor:
    """Someone who has signed in, at the screens they work on."""

    def __init__(self, page: Page, address: str):
        self.page = page
        self.address = address

    def sign_in(self, email: str) -> "Editor":
        self.page.goto(f"{self.address}/admin/login/")
        self.page.get_by_label("Email address").fill(email)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.address}/admin/")
        return self

    def page_key(self, path: str) -> int:
        """The number of the public page at `path`."""
        found = self.page.request.get(f"{self.address}/api/v2/pages/find/?html_path={path}")
        assert found.ok
        return found.json()["id"]

    def key_in_address(self) -> int:
        """The number of the page that is being edited."""
        return int(re.search(r"/pages/(\d+)/edit/", self.page.url)[1])

    def edit(self, key: int) -> None:
        self.page.goto(f"{self.address}/admin/pages/{key}/edit/")
        self.wait_for_blocks()

    def wait_for_blocks(self) -> None:
        expect(self.page.get_by_role("button", name="Insert a block").first).to_be_visible()
        # Wagtail looks for changes from two seconds after the page has loaded.
        # Asked again and again from here: the editor's policy lets no page wait by itself.
        for _ in range(150):
            if self.page.evaluate(_IS_LOOKING):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("The editor does not look for changes.")

    def field(self, label: str, number: int = 0) -> Locator:
        """The field called `label`; the first, if several are."""
        return self.page.get_by_role("textbox", name=re.compile(rf"^{label}\*?$")).nth(number)

    def fill(self, label: str, text: str) -> None:
        """Write over what is in a field, and leave it."""
        self.field(label).fill(text)
        self.page.keyboard.press("Tab")

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=re.compile(f"^{name}")).click()

    def panel(self, name: str) -> Locator:
        """The side panel called `name`, opened."""
        toggle = self.page.locator(f"[data-side-panel-toggle='{name}']")
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        return self.page.locator(f"[data-side-panel='{name}']")

    def preview(self) -> FrameLocator:
        self.panel("preview")
        return self.page.frame_locator("#w-preview-iframe")

    def actions(self) -> Locator:
        """The menu beside “Save draft”, opened."""
        footer = self.page.get_by_role("navigation", name="Actions (footer)")
        more = footer.get_by_role("button", name="More actions")
        if more.count() and more.get_attribute("aria-expanded") != "true":
            more.click()
        return footer

    def act(self, name: str) -> None:
        """Choose an action such as “Publish”, and wait for the message that it is done."""
        self.actions().get_by_role("button", name=name, exact=True).click()
        self.wait_for_success()

    def wait_for_success(self) -> None:
        expect(self.page.locator(".messages .success").first).to_be_visible(timeout=SAVING_MS)

    def wait_until_saved(self) -> None:
        """Changes are kept by themselves, a moment after the last of them."""
        saved = self.page.locator("#w-autosave-indicator").get_by_text("Saved")
        expect(saved).to_be_visible(timeout=SAVING_MS)

    def add(self, kind: str, parent: int) -> None:
        """Begin a new page of a kind below another."""
        self.page.goto(f"{self.address}/admin/pages/{parent}/add_subpage/")
        self.page.get_by_role("link", name=re.compile(f"^{kind}")).first.click()
        self.wait_for_blocks()

    def write(self, text: str) -> None:
        """Put a block of text into an empty body, and `text` into it."""
        body = self.page.get_by_role("region", name=re.compile(r"^Body\*?$"))
        body.get_by_role("button", name="Insert a block").first.click()
        self.page.get_by_role("option", name="Text", exact=True).click()
        words = body.get_by_role("textbox").last
        words.click()
        self.page.keyboard.type(text)
        expect(words).to_have_text(text)

    def plan(self, go_live_at: str) -> None:
        """Set when the page is to be published; "" for no plan."""
        self.panel("status").get_by_role("button", name=re.compile("^(Set|Edit) schedule$")).click()
        dialog = self.page.get_by_role("dialog", name="Set publishing schedule")
        dialog.get_by_label("Go live date/time").fill(go_live_at)
        # The date picker may lie over the button.
        dialog.get_by_role("button", name="Save schedule").press("Enter")
        expect(dialog).to_be_hidden()
        publish = self.page.locator("button[name='action-publish']")
        name = "Schedule to publish" if go_live_at else "Publish"
        expect(publish).to_have_text(re.compile(rf"^\s*{name}\s*$"), timeout=SAVING_MS)

    def cancel_plan(self, key: int) -> None:
        """Call off a publication that is planned: until then the page is locked."""
        self.history(key).first.click()
        self.page.get_by_role("link", name="Cancel scheduled publish").click()
        self.page.get_by_role("button", name="Yes, unschedule").click()
        self.wait_for_success()

    def review_first_version(self, key: int) -> None:
        """Open the oldest version of a page from its history."""
        self.history(key).last.click()
        self.page.get_by_role("link", name="Review this version").click()
        self.wait_for_blocks()

    def history(self, key: int) -> Locator:
        """The menus of a page's versions, newest first."""
        self.page.goto(f"{self.address}/admin/pages/{key}/history/")
        return self.page.get_by_role("table").get_by_role("button", name="Actions")
