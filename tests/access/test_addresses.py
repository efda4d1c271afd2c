"""Every address, for everyone: let in or refused exactly as addresses.md says."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as configured

from home.roles import create_roles
from tests.factories import user_in
from tests.library import NAME

from . import table
from .addresses import V3, addresses, operations
from .people import COLUMNS
from .things import DRAFT, TITLE, Things
from .trying import REFUSED, ask

CLOSED = "The content API, where CONTENT_API_OPEN is off"
SCREENS_OF_V3 = "The editor, where WAGTAIL_API_V3_PREVIEW is on"
OF_AN_AUTHOR = "A draft that an author began"
#: {section of the table: (whom its columns mean, what else is tried at each of its addresses)}
SECTIONS = {
    "Public addresses": ("people", {"GET", "POST"}),
    "The editor": ("people", {"GET", "POST"}),
    SCREENS_OF_V3: ("people", {"GET", "POST"}),
    "The content API": ("programs", {"GET", "POST", "PUT", "PATCH", "DELETE"}),
    CLOSED: ("programs", {"GET", "POST"}),
    "API v2": ("programs", {"GET", "POST", "PUT", "PATCH", "DELETE"}),
    "API v3, where WAGTAIL_API_V3_PREVIEW is on": ("scripts", {"GET", "POST", "PUT", "DELETE"}),
}
ROWS = table.read("addresses.md", named=2)
#: The screens for tokens of v3 are there only in a process that was started with it on.
SCREENS_ARE_THERE = configured.WAGTAIL_API_V3_PREVIEW


def rows_of(section) -> dict[str, dict[str, dict]]:
    """{address: {method: what is said}} of a section."""
    found = {}
    for row in ROWS:
        address, methods = row.named
        if row.section == section:
            for method in methods.split():
                assert method not in found.setdefault(address, {}), f"Two rows of {address}"
                found[address][method] = row.said
    return found


def everyone():
    for section, (kind, _) in SECTIONS.items():
        if section != SCREENS_OF_V3 or SCREENS_ARE_THERE:
            for column, people in COLUMNS[kind].items():
                for who in people:
                    name = "screens of API v3" if section == SCREENS_OF_V3 else section
                    yield pytest.param(section, column, who, id=f"{name}: {who}")


@pytest.fixture
def site(home, settings):
    create_roles()
    settings.METRICS_TOKEN = "a-token-that-nobody-here-has"
    settings.WAGTAIL_REDIRECTS_FILE_STORAGE = "cache"
    return home


@pytest.mark.parametrize(("section", "column", "who"), list(everyone()))
def test_everyone_is_let_in_or_refused_as_the_table_says(section, column, who, site, settings):
    kind, methods = SECTIONS[section]
    settings.CONTENT_API_OPEN = section != CLOSED
    settings.WAGTAIL_API_V3_PREVIEW = kind == "scripts" or SCREENS_ARE_THERE
    things = Things(site)
    person = COLUMNS[kind][column][who]()
    assert differences(things, person, section, column, methods) == []


@pytest.mark.parametrize("who", ["author", "editor", "publisher", "sign-ups", "administrator"])
def test_a_draft_is_its_authors_and_of_those_above(who, site):
    person = COLUMNS["people"][who][who]()
    owner = person.user if who == "author" else user_in("Authors")
    assert differences(Things(site, owner), person, OF_AN_AUTHOR, who, {"GET", "POST"}) == []


def differences(things, person, section, column, methods) -> list[str]:
    """What is not as the table says. A method without a row is refused, and changes nothing."""
    found = []
    for address, said in rows_of(section).items():
        for method in sorted(methods | said.keys()):
            word = ask(person, method, things.at(address), things.sent(method, address))
            if method not in said and word not in REFUSED:
                found.append(f"{method} {address}: {word}, and has no row")
            elif method in said and word != said[method][column]:
                found.append(f"{method} {address}: {word}, not {said[method][column]}")
    return found


def test_who_answers_sign_ups_reads_nothing_of_pages_and_files_in_the_editor(site):
    """Also where the table lets them in: lists and choosers are empty for them."""
    things = Things(site)
    person = COLUMNS["people"]["sign-ups"]["sign-ups"]()
    for address, said in rows_of("The editor").items():
        if "GET" in said:
            response = person.get(things.at(address))
            if response.status_code == 404:
                continue  # the site's own page, with what is public on it
            text = b"".join(response).decode(errors="replace")
            for title in (TITLE, DRAFT, NAME, "A partner of ours", "News of ours"):
                assert title not in text, address


def test_api_v3_is_not_there_where_it_is_off(site, settings):
    settings.WAGTAIL_API_V3_PREVIEW = False
    things = Things(site)
    for make in COLUMNS["scripts"]["administrator"].values():
        person = make()
        for address in addresses():
            if address.startswith(V3):
                assert person.get(things.at(address)).status_code == 404, address


def test_every_address_has_a_row_and_every_row_an_address():
    sections = [name for name in SECTIONS if name != SCREENS_OF_V3 or SCREENS_ARE_THERE]
    told = {address for section in sections for address in rows_of(section)}
    missing, gone = sorted(addresses() - told), sorted(told - addresses())
    assert missing == [], "Say in tests/access/addresses.md who is let in at these."
    assert gone == [], "Take these out of tests/access/addresses.md: they lead nowhere."


def test_every_operation_of_the_apis_has_a_row():
    told = {
        (method, address)
        for section in SECTIONS
        for address, methods in rows_of(section).items()
        for method in methods
    }
    assert sorted(operations() - told) == []


@pytest.mark.skipif(SCREENS_ARE_THERE, reason="this is that process")
def test_the_same_holds_where_api_v3_is_on_from_the_start():
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(__file__, "-k", "every_address or screens"),
        ],
        env={**os.environ, "WAGTAIL_API_V3_PREVIEW": "True"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
