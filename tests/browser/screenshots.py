"""The README's pictures, made from the site with its starter content: `make screenshots`."""

import sys
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from . import tools
from .editor import SAVING_MS, Editor
from .live_site import REPOSITORY, LiveSite

FOLDER = REPOSITORY / "docs" / "images"
COLOURS = 128
MOST_BYTES = 200_000


def main():
    try:
        tools.chromium()
    except tools.MissingToolError as missing:
        sys.exit(str(missing))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LiveSite() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.chromium(), args=tools.CHROMIUM_ARGUMENTS
        )
        save("site.png", home(browser, site.address, width=1280, height=900))
        save(
            "site-dark-narrow.png",
            home(browser, site.address, width=390, height=844, color_scheme="dark"),
        )
        save("editor.png", editor(browser, site.address))
        browser.close()


def home(browser: Browser, address: str, width: int, height: int, **options) -> bytes:
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.goto(address, wait_until="networkidle")
    return page.screenshot()


def editor(browser: Browser, address: str) -> bytes:
    """The benefits page at work: its blocks on the left, what readers will see on the right."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    someone = Editor(page, address).sign_in("publisher@example.org")
    someone.edit(someone.page_key("/benefits/"))
    preview = someone.preview()
    preview.get_by_role("heading", level=1).wait_for(timeout=SAVING_MS)
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def save(name: str, picture: bytes) -> None:
    path = FOLDER / name
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{name} has {size} bytes; {MOST_BYTES} are the most.")
    print(f"{path.relative_to(REPOSITORY)}: {size} bytes")


if __name__ == "__main__":
    main()
