"""A lock that pip takes today must be one that it takes tomorrow."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def locked(name: str) -> dict[str, set[str]]:
    """The extras with which each package is pinned."""
    pins = re.findall(r"^([\w.-]+)(?:\[([^\]]*)\])?==", (ROOT / name).read_text(), re.M)
    return {
        canonicalize_name(package): {
            canonicalize_name(extra.strip()) for extra in extras.split(",")
        }
        for package, extras in pins
    }


def wanted(package: str, extras: set[str]) -> list[Requirement]:
    """What the package that is installed here asks for, with these extras."""
    asked = [Requirement(line) for line in metadata.requires(package) or ()]
    return [
        one
        for one in asked
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
    ]


# pip takes a package with an extra for another package. Without a pin of its own, it looks
# for the newest, and refuses that as soon as there is one that the lock does not know.
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_whatever_is_asked_for_with_extras_is_pinned_with_them(name):
    pins = locked(name)
    checked = 0
    for package, extras in pins.items():
        try:
            asked = wanted(package, extras)
        except metadata.PackageNotFoundError:
            continue  # for other systems
        for one in asked:
            missing = {canonicalize_name(extra) for extra in one.extras} - pins.get(
                canonicalize_name(one.name), set()
            )
            checked += bool(one.extras)
            assert not missing, f"{package} asks for {one}: lock it with --no-strip-extras."
    assert checked
