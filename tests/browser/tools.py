"""The programs that the browser tests need, and a sentence for each that is not there."""

import os
import shutil
from functools import cache
from pathlib import Path

NODE_MODULES = Path(__file__).resolve().parents[2] / "var" / "browser" / "node_modules"

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class MissingToolError(Exception):
    """A program is not on this machine; the message says how to get it."""


def chromium() -> str:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    if not Path(path).is_file():
        raise MissingToolError(
            "The browser tests need Chromium: install it (on Debian, `apt-get install chromium`), "
            "or set CHROMIUM to where it is."
        )
    return path


def java() -> str:
    path = shutil.which("java")
    if path is None:
        raise MissingToolError(
            "The HTML checker needs Java: install it "
            "(on Debian, `apt-get install default-jre-headless`)."
        )
    return path


def html_checker() -> Path:
    return _from_npm("vnu-jar/build/dist/vnu.jar")


@cache
def axe() -> str:
    """The source of axe-core."""
    return _from_npm("axe-core/axe.min.js").read_text()


def check_all() -> None:
    """Raises `MissingToolError` for the first that is not there."""
    for tool in (chromium, java, html_checker, axe):
        tool()


def _from_npm(name: str) -> Path:
    path = NODE_MODULES / name
    if not path.is_file():
        raise MissingToolError(
            f"The browser tests need {name.split('/')[0]}: run `make browser-tools`, "
            "which fetches it with npm."
        )
    return path
