"""What is not public, by every way that leads to it: told and opened exactly as objects.md says."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from cms.api.models import Scope
from cms.core.library import is_public_file
from cms.core.models import PreviewLink
from cms.delivery import queue
from cms.delivery.models import Delivery, Endpoint
from tests.addresses import whole_sitemap
from tests.api.content.tokens import key_for
from tests.factories import UserFactory, user_in
from tests.library import addresses, files_on, link_to, status

from . import table
from .objects import OTHER_HOST, PASSWORD, READERS_GROUP, WORD, make, point_at

TOLD, OPENED, LINKS = "What is told of it", "Who opens it", "By a link to its draft"
ROWS = table.read("objects.md", named=1)
V2, CONTENT = "/api/v2", "/api/content/v1"


def rows(section):
    return [
        pytest.param(row.named[0], row.said, id=row.named[0])
        for row in ROWS
        if row.section == section
    ]


# Who asks ------------------------------------------------------------------------------


def anyone(hidden) -> Client:
    return Client()


def signed_in(hidden) -> Client:
    return _as(UserFactory())


def let_in(hidden) -> Client:
    """Whoever the page is for: has typed its password, or is of its group."""
    user = UserFactory()
    user.groups.add(Group.objects.get_or_create(name=READERS_GROUP)[0])
    client = _as(user)
    if hidden.restriction and hidden.restriction.restriction_type == "password":
        client.post(
            f"/_util/authenticate_with_password/{hidden.restriction.pk}/{hidden.page.pk}/",
            {"password": PASSWORD, "return_url": "/"},
        )
    return client


def author(hidden) -> Client:
    """Somebody who writes, but not this page."""
    return _as(user_in("Authors"))


def sign_up_manager(hidden) -> Client:
    return _as(user_in("Sign-up managers"))


def administrator(hidden) -> Client:
    return _as(user_in(None, is_superuser=True))


def token(hidden) -> Client:
    return Client(headers={"Authorization": f"Bearer {key_for(*Scope.values)}"})


def _as(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


MOST_POWERFUL = "an administrator"
PEOPLE = {
    "anyone": anyone,
    "signed in": signed_in,
    "let in": let_in,
    "a sign-up manager": sign_up_manager,
    "an author": author,
    "an administrator": administrator,
    "a token": token,
}


# What is told of it --------------------------------------------------------------------


@pytest.mark.parametrize(("name", "said"), rows(TOLD))
def test_what_is_told_of_a_page(name, said, home):
    hidden = make(name, home)
    clients = {who: PEOPLE[who](hidden) for who in ("anyone", "a token", "let in", MOST_POWERFUL)}
    told = {who: ways(hidden, client) for who, client in clients.items()}
    point_at(hidden.page, home)
    for who, client in clients.items():
        told[who] |= what_leads_to(hidden, client)
    expected = {way for way in said if said[way] == "yes"}
    assert {who: {way for way in found if found[way]} for who, found in told.items()} == (
        dict.fromkeys(clients, expected)
    )


@pytest.mark.parametrize(("name", "said"), rows(TOLD))
def test_what_webhooks_are_told(name, said, home):
    """When somebody saves it once more, or publishes what is public or private."""
    hidden = make(name, home)
    queue.collect()
    Endpoint.objects.create(name="App", url="https://www.example.org/")
    revision = hidden.page.get_latest_revision_as_object().save_revision()
    if hidden.page.live and WORD in hidden.page.title:
        revision.publish()
    queue.collect()
    told = Delivery.objects.filter(subject__endswith=f" {hidden.page.pk}")
    assert list(told.values_list("what", flat=True)) == [
        what for what in [said["webhooks"]] if what != "no"
    ]


def ways(hidden, client) -> dict[str, bool]:
    """{column: whether that way tells of the page, by its title or its address}."""
    page = hidden.page
    path = urlsplit(page.url).path

    def tells(*places) -> bool:
        return any(is_named(client.get(place), page) for place in places)

    return {
        "API v2": tells(
            f"{V2}/pages/?fields=*&limit=20",
            f"{V2}/pages/{page.pk}/?fields=*",
            f"{V2}/pages/?search={WORD}",
            f"{V2}/pages/?child_of={page.get_parent().pk}",
            f"{V2}/pages/find/?html_path={path}",
            f"{V2}/pages/find/?id={page.pk}",
        ),
        "content API": tells(
            f"{CONTENT}/pages/?fields=*&limit=100",
            f"{CONTENT}/pages/{page.pk}/",
            f"{CONTENT}/pages/?search={WORD}",
            f"{CONTENT}/pages/by-path/?path={path}",
        ),
        # The page says what was asked for, as it was written.
        "search": tells(f"/search/?q={WORD.lower()}", f"{CONTENT}/search/?q={WORD.lower()}"),
        "sitemap": (WORD in page.title and path in whole_sitemap(client))
        or tells(f"{CONTENT}/sitemap/?limit=100"),
        "menus": tells("/", f"{CONTENT}/menus/", "/nothing-here/"),
        "sync": tells(f"{CONTENT}/sync/?kind=page&limit=100"),
    }


def what_leads_to(hidden, client) -> dict[str, bool]:
    """The same for what points at the page: words stay, an address goes."""

    def leads(*places) -> bool:
        path = urlsplit(hidden.page.url).path
        answers = [client.get(place) for place in places]
        return any(
            f'{path}"' in response.text + response.headers.get("Location", "") + '"'
            for response in answers
        )

    return {
        "links": leads(
            "/pointing/", f"{CONTENT}/pages/by-path/?path=/pointing/", f"{CONTENT}/alerts/"
        ),
        "redirects": leads(
            f"{CONTENT}/redirects/",
            f"{CONTENT}/pages/by-path/?path=/old-address",
            f"{V2}/redirects/?fields=*",
        ),
        "old address": leads("/old-address"),
    }


def is_named(response, page) -> bool:
    """Whether an answer names the page, or leads to it. A public title is no secret."""
    text = response.text.replace("<mark>", "").replace("</mark>", "")
    text += response.headers.get("Location", "") + '"'
    path = urlsplit(page.url).path
    return WORD in text or (WORD in page.title and f'{path}"' in text)


# Who opens it --------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "said"), rows(OPENED))
def test_who_opens_a_page_and_its_files(name, said, home):
    hidden = make(name, home)
    clients = {who: as_(hidden) for who, as_ in PEOPLE.items()}
    assert {who: what_opens(client, hidden) for who, client in clients.items()} == said


def what_opens(client, hidden) -> str:
    places = [place for file in (hidden.image, hidden.document) for place in addresses(file)]
    files = {status(client, place) for place in places}
    assert files in ({200}, {404})  # all that there is of them, or nothing
    found = [opens(client, hidden.page), "files" if files == {200} else ""]
    return " and ".join(filter(None, found)) or "nothing"


def opens(client, page) -> str:
    """Whether the address of a page gives it, or asks who it is."""
    parts = urlsplit(page.url)
    response = client.get(parts.path, headers={"host": parts.netloc or "testserver"})
    if response.status_code == 302 and response.headers["Location"].startswith("/_util/login/"):
        return "sign-in"
    if response.status_code == 200 and "authenticate_with_password" in response.text:
        return "password"
    return "page" if response.status_code == 200 else ""


# By a link to its draft ----------------------------------------------------------------


def is_left_alone(link, hidden):
    pass


def has_ended(link, hidden):
    PreviewLink.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def was_withdrawn(link, hidden):
    link.delete()


def of_one_who_left(link, hidden):
    link.created_by.is_active = False
    link.created_by.save()


LINK = {
    "works": is_left_alone,
    "has ended": has_ended,
    "was withdrawn": was_withdrawn,
    "its maker left": of_one_who_left,
}


@pytest.mark.parametrize(("name", "said"), rows(LINKS))
def test_what_a_link_opens(name, said, home):
    hidden = make(name, home)
    host = host_of(hidden)
    for state, act in LINK.items():
        link = link_to(hidden.page)
        places = [f"/preview/{link.token}/", f"{CONTENT}/preview/{link.token}/"]
        answers = [Client().get(place, headers=host).text for place in places]
        files = set().union(*map(files_on, answers))
        assert files
        act(link, hidden)
        answers = [Client().get(place, headers=host) for place in places]
        works = {answer.status_code == 200 and WORD in answer.text for answer in answers}
        if not is_public_file(hidden.image):  # else its files need no link
            works |= {status(Client(), address) == 200 for address in files}
        assert works == {said[state] == "yes"}, state
        away = {Client().get(place, headers=elsewhere(host)).status_code for place in places}
        assert away == {404}


@pytest.mark.parametrize(("name", "said"), rows(LINKS))
def test_what_a_token_reads_of_drafts(name, said, home):
    hidden = make(name, home)
    place = f"{CONTENT}/drafts/{hidden.page.pk}/"
    for scope in Scope.values:
        headers = {**host_of(hidden), "Authorization": f"Bearer {key_for(scope)}"}
        answer = Client().get(place, headers=headers)
        assert (WORD in answer.text) == (said[scope] == "yes"), scope
        assert Client().get(place, headers=elsewhere(headers)).status_code in (403, 404)


def host_of(hidden) -> dict:
    return {"host": urlsplit(hidden.page.url).netloc or "testserver"}


def elsewhere(headers) -> dict:
    """The same request at the other site's host."""
    return {
        **headers,
        "host": {OTHER_HOST: "testserver", "testserver": OTHER_HOST}[headers["host"]],
    }
