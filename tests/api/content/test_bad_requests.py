"""What can't be understood is said, and named; what is not public can't be told from nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from cms.api.content.api import PREFIX
from cms.core.models import Alert
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    StandardPageFactory,
    UserFactory,
)

from .contract import document, read


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("/pages/", {"nope": "1"}, "nope"),
        ("/pages/", {"type": "home.Nothing"}, "type"),
        ("/pages/", {"limit": "101"}, "limit"),
        ("/pages/", {"limit": "x"}, "limit"),
        ("/pages/", {"order": "body"}, "order"),
        ("/pages/", {"child_of": "999999"}, "child_of"),
        ("/pages/", {"cursor": "x"}, "cursor"),
        ("/pages/", {"fields": "nothing"}, "fields"),
        ("/pages/", {"fields": "edition", "type": "home.StandardPage"}, "fields"),
        ("/pages/", {"fields": "listing_image(nothing)"}, "fields"),
        ("/pages/", {"fields": "body(nothing)"}, "fields"),
        ("/pages/", {"fields": "_,body"}, "fields"),
        ("/pages/", {"fields": "a(b"}, "fields"),
        ("/pages/", {"fields": "listing_image" + "(a" * 400 + ")" * 400}, "fields"),
        ("/pages/", {"fields": "x" * 10_000}, "fields"),
        ("/pages/", {"title": "x" * 10_000}, "title"),
        ("/pages/", {"title": "a\x00b"}, "title"),
        ("/pages/", {"first_published_at__gt": "yesterday"}, "first_published_at__gt"),
        ("/pages/", {"first_published_at__gt": "0"}, "first_published_at__gt"),
        ("/pages/", {"first_published_at__gt": "0001-01-01T00:00:00+14:00"},
         "first_published_at__gt"),
        ("/pages/", {"rich_text_format": "docx"}, "rich_text_format"),
        ("/pages/by-path/", {}, "path"),
        ("/pages/by-path/", {"path": "about/"}, "path"),
        ("/pages/by-path/", {"path": "/", "include": "menus,nothing"}, "include"),
        ("/menus/", {"x" * 5000: "1"}, "x" * 100 + "…"),
        ("/images/", {"tags": "x"}, "tags"),
        ("/documents/", {"kind": "x"}, "kind"),
        ("/collections/", {"page": "2"}, "page"),
        ("/search/", {}, "q"),
        ("/search/", {"q": "x" * 201}, "q"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_and_named(path, query, named, home, client):
    body = read(client, path, 400, **query)
    assert [error["parameter"].partition(".")[0] for error in body["errors"]] == [named]
    assert body["detail"]
    assert body["status"] == 400


def test_a_cursor_of_another_list_is_refused(home, client):
    for number in range(3):
        StandardPageFactory(parent=home, title=f"Page {number}")
    cursor = read(client, "/pages/", limit=1)["next_cursor"]
    assert read(client, "/pages/", limit=2, cursor=cursor)["items"]
    for query in ({"order": "title"}, {"type": "home.StandardPage"}):
        read(client, "/pages/", 400, cursor=cursor, **query)
    read(client, "/images/", 400, cursor=cursor)
    for damaged in (cursor[:-1], cursor[1:], cursor[:10] + "x" + cursor[11:], ""):
        body = read(client, "/pages/", 400, cursor=damaged)
        assert "cursor" in body["detail"]


def test_a_cursor_of_another_site_is_refused(home, client):
    StandardPageFactory(parent=home)
    cursor = read(client, "/pages/", limit=1)["next_cursor"]
    query = {"limit": 1, "cursor": cursor}
    answer = client.get(f"{PREFIX}pages/", query, headers={"Host": "www.example.org"})
    assert answer.status_code == 400


@pytest.fixture
def hidden(home):
    """A page that nobody may see, of each kind."""
    draft = StandardPageFactory(parent=home, title="Hidden draft", live=False)
    private = StandardPageFactory(parent=home, title="Hidden private", show_in_menus=True)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    below = StandardPageFactory(parent=private, title="Hidden below")
    expired = StandardPageFactory(
        parent=home, title="Hidden expired", expire_at=timezone.now() - timedelta(minutes=1)
    )
    unrouted = StandardPageFactory(parent=Page.get_first_root_node(), title="Hidden elsewhere")
    return [draft, private, below, expired, unrouted]


@pytest.fixture
def anywhere(home, hidden):
    """A page, and other things, that point at each of them in every way there is."""
    links = [
        {
            "type": "call_to_action",
            "value": {"heading": "Go", "link": {"text": "Go", "page": page.pk}},
        }
        for page in hidden
    ]
    texts = [
        {"type": "rich_text", "value": f'<p><a linktype="page" id="{page.pk}">x</a></p>'}
        for page in hidden
    ]
    StandardPageFactory(parent=home, title="Public", body=links + texts)
    for number, page in enumerate(hidden):
        Redirect.add_redirect(f"/old-{number}/", redirect_to=page)
        Alert.objects.create(title=f"Alert {number}", page=page)


def everything(client):
    """The text of every list there is, with all that can be in it."""
    paths = [path for path in document()["paths"] if "{" not in path]
    queries = {"/pages/": {"fields": "*"}, "/search/": {"q": "hidden"},
               "/pages/by-path/": {"path": "/", "include": "menus,settings"}}  # fmt: skip
    return {path: str(read(client, path, **queries.get(path, {}))) for path in paths}


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_is_not_public_is_in_no_answer(signed_in, hidden, anywhere, client):
    if signed_in:
        client.force_login(UserFactory(is_superuser=True))
    for path, text in everything(client).items():
        for page in hidden:
            assert page.title not in text, path
            assert f"/{page.slug}/" not in text, path
    assert "Public" in everything(client)["/pages/"]


@pytest.mark.parametrize("signed_in", [False, True])
def test_that_it_exists_cannot_be_told(signed_in, hidden, anywhere, client):
    if signed_in:
        client.force_login(UserFactory(is_superuser=True))
    nothing = read(client, "/pages/999999/", 404)
    for number, page in enumerate(hidden):
        assert read(client, f"/pages/{page.pk}/", 404) == nothing
        path = f"/{page.slug}/"
        assert read(client, "/pages/by-path/", 404, path=path) == nothing
        assert read(client, "/pages/by-path/", 404, path=f"/old-{number}/") == nothing
        for place in ("child_of", "descendant_of", "ancestor_of"):
            refused = read(client, "/pages/", 400, **{place: page.pk})
            unknown = read(client, "/pages/", 400, **{place: 999999})
            asked, other = f"page {page.pk}.", "page 999999."
            assert str(refused).replace(asked, other) == str(unknown)


def test_private_collections_are_in_no_answer(home, client):
    private = Collection.get_first_root_node().add_child(name="Hidden")
    CollectionViewRestriction.objects.create(
        collection=private, restriction_type="password", password="x"
    )
    inside = private.add_child(name="Hidden inside")
    image = ImageFactory(title="Hidden picture", collection=inside)
    poster = DocumentFactory(title="Hidden poster", collection=inside)
    DocumentFactory(title="Shown", form_of=poster)
    for path, text in everything(client).items():
        assert "Hidden" not in text, path
    nothing = read(client, "/pages/999999/", 404)
    for path in (f"/images/{image.pk}/", f"/documents/{poster.pk}/", f"/collections/{inside.pk}/"):
        assert read(client, path, 404) == nothing


def test_an_address_that_is_not_there_is_said_as_a_problem(home, client):
    for path in ("", "nothing/", "pages/x/", "pages/99999999999999999999/"):
        answer = client.get(PREFIX + path)
        assert answer.status_code in (400, 404)
        assert answer["Content-Type"] == "application/problem+json"


def test_head_and_options_are_answered_and_the_rest_refused(home, client):
    address = f"{PREFIX}pages/"
    get, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    assert head["Content-Length"] == str(len(get.content))
    assert head["ETag"] == get["ETag"]
    options = client.options(address)
    assert options.status_code == 204
    assert options["Allow"] == "GET, HEAD, OPTIONS"
    for method in ("post", "put", "patch", "delete"):
        refused = getattr(client, method)(address)
        assert refused.status_code == 405
        assert refused["Allow"] == "GET, HEAD, OPTIONS"
        assert refused.json()["title"] == "Method Not Allowed"
