"""Every address, for everyone: let in or refused exactly as addresses.md says."""

import pytest

from cms.core.watching.requests import watched
from home.roles import create_roles

from . import table
from .addresses import V3, WATCHED, addresses, operations
from .people import COLUMNS
from .things import DRAFT, TITLE, Things
from .trying import ask

#: {section of the table: the kind of its columns}
KINDS = {
    "Public addresses": "people",
    "The editor": "people",
    "Content API": "programs",
    "Content API, where CONTENT_API_OPEN is off": "programs",
    "API v2": "programs",
    "API v3, where WAGTAIL_API_V3_PREVIEW is on": "scripts",
}
CLOSED = "Content API, where CONTENT_API_OPEN is off"
OF_AN_AUTHOR = "What its author began"
ROWS = table.read("addresses.md", named=2)


def of(section) -> list[tuple[str, str, dict]]:
    """(method, address, what is said) of the rows of a section."""
    return [
        (method, address, row.said)
        for row in ROWS
        if row.section == section
        for address, methods in [row.named]
        for method in methods.split()
    ]


@pytest.fixture
def site(home, settings):
    create_roles()
    settings.METRICS_TOKEN = "a-token-that-nobody-here-has"
    settings.WAGTAIL_REDIRECTS_FILE_STORAGE = "cache"
    return home


@pytest.mark.parametrize(
    ("section", "column", "who"),
    [
        pytest.param(section, column, who, id=f"{section}: {who}")
        for section, kind in KINDS.items()
        for column, everyone in COLUMNS[kind].items()
        for who in everyone
    ],
)
def test_who_is_let_in(section, column, who, site, settings):
    settings.CONTENT_API_OPEN = section != CLOSED
    settings.WAGTAIL_API_V3_PREVIEW = KINDS[section] == "scripts"
    things = Things(site)
    person = COLUMNS[KINDS[section]][column][who]()
    assert differences(things, person, column, section) == []


def differences(things, person, column, section) -> list[str]:
    found = []
    for method, address, said in of(section):
        outcome = ask(person, method, things.at(address), things.sent(method, address))
        if outcome.word != said[column]:
            found.append(f"{method} {address}: {outcome.word}, not {said[column]}")
    return found
