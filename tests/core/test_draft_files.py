"""Pictures and documents in a draft that is shown outside the editor: their addresses have keys."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cms.api.models import Scope
from cms.core import draft_files
from cms.core.models import KeptDraft
from tests.api.content.tokens import key_for
from tests.factories import UserFactory
from tests.library import (
    a_document,
    addresses,
    an_image,
    files_on,
    link_to,
    made_public,
    page_with,
    status,
    statuses,
)


@pytest.fixture
def image(home):
    return an_image()


@pytest.fixture
def document(home):
    return a_document()


@pytest.fixture
def page(image, document, home):
    page = page_with(home, image, document, live=False)
    page.save_revision()
    return page


def seen(link) -> set[str]:
    """The addresses of files that someone without an account finds in a draft."""
    return {path for path in files_on(Client().get(link.url).text) if draft_files.PARAMETER in path}


def given(paths) -> set[int]:
    return {status(Client(), path) for path in paths}


def test_every_picture_document_version_and_first_page_is_given(page, image, document):
    paths = seen(link_to(page))
    whole = {path.partition("?")[0] for path in paths}
    assert whole >= {addresses(image)[0], *addresses(document)}
    assert given(paths) == {200}
    for path in paths:
        assert Client().get(path).headers["Cache-Control"] == "private, no-store"


def test_nothing_is_given_without_the_key(page, image, document):
    seen(link_to(page))
    assert statuses(Client(), image) == statuses(Client(), document) == {404}


def test_a_key_opens_its_own_file_and_no_other(page, image):
    other = an_image()
    (path,) = (path for path in seen(link_to(page)) if path.startswith(addresses(image)[0]))
    key = path.partition("?")[2]
    assert status(Client(), f"{addresses(other)[0]}?{key}") == 404
    assert status(Client(), path[:-1] + ("a" if path[-1] != "a" else "b")) == 404
    assert status(Client(), f"{addresses(image)[0]}?draft=99999999999.{key[-43:]}") == 404


def test_no_key_opens_anything_when_its_link_is_withdrawn(page):
    link = link_to(page)
    paths = seen(link)
    link.delete()
    assert given(paths) == {404}


def test_no_key_opens_anything_when_its_link_has_ended(page):
    link = link_to(page)
    paths = seen(link)
    link.ends_at = timezone.now() - timedelta(seconds=1)
    link.save()
    assert given(paths) == {404}


def test_no_key_opens_anything_when_its_maker_has_left(page):
    link = link_to(page)
    paths = seen(link)
    link.created_by.is_active = False
    link.created_by.save()
    assert given(paths) == {404}


def test_a_key_says_nothing_of_the_token_that_opens_the_draft(page):
    link = link_to(page)
    token = link.token.partition(":")[2]
    assert all(token not in path for path in seen(link))


def test_a_preview_in_the_front_end_shows_its_files_for_fifteen_minutes(page, monkeypatch):
    token = KeptDraft.keep(page, UserFactory(is_superuser=True), editing=False).token()
    paths = files_on(Client().get(f"/api/content/v1/preview/{token}/").text)
    assert {draft_files.PARAMETER in path for path in paths} == {True}
    assert given(paths) == {200}
    later = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr(draft_files.timezone, "now", lambda: later)
    assert given(paths) == {404}


def test_a_draft_that_a_token_reads_shows_its_files(page):
    headers = {"Authorization": f"Bearer {key_for(Scope.DRAFTS_READ)}"}
    answer = Client().get(f"/api/content/v1/drafts/{page.pk}/", headers=headers)
    paths = files_on(answer.text)
    assert paths
    assert given(paths) == {200}


def test_no_reader_gets_an_address_with_a_key(image, home):
    page = page_with(home, made_public(image))
    link = link_to(page)
    for _ in range(2):
        assert seen(link)
        for address in (page.url, f"/api/content/v1/pages/{page.pk}/", "/api/v2/images/?fields=*"):
            assert "draft=" not in Client().get(address).text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_of_a_draft_is_kept_for_readers(home):
    """What is kept between requests is kept outside of transactions only."""
    image = an_image()
    page = page_with(home, image)
    link = link_to(page)
    for _ in range(2):
        assert seen(link)
        assert "draft=" not in Client().get(page.url).text
        assert "draft=" not in Client().get(f"/api/content/v1/pages/{page.pk}/").text
