"""Pictures and documents are public with what shows them, and before that seen by nobody else."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from tests import stores
from tests.factories import (
    DocumentFactory,
    MaterialsPageFactory,
    PartnerFactory,
    StandardPageFactory,
    UserFactory,
    user_in,
)
from tests.library import (
    NAME,
    a_document,
    addresses,
    an_image,
    blocks_of,
    files_on,
    in_the_apis,
    link_to,
    page_with,
    status,
    statuses,
)

# Who gets the file, its sizes, its older versions and its first page. “Signed in” has an
# account, and no role. The link is one to the draft of the page that shows the file.
#
# where it is used                     anyone  APIs  signed in  link  editor
MATRIX = """
nowhere                                no      no    no         -     yes
on a draft                             no      no    no         yes   yes
in the draft of a public page          no      no    no         yes   yes
on a page that waits for its day       no      no    no         yes   yes
on a public page                       yes     yes   yes        yes   yes
on a draft, and on a public page       yes     yes   yes        yes   yes
on a page that was unpublished         no      no    no         yes   yes
on a page that has expired             no      no    no         yes   yes
on a page that was deleted             no      no    no         -     yes
on a page that no longer shows it      no      no    no         no    yes
on a page with a password              no      no    no         yes   yes
on a page for who has signed in        no      no    yes        yes   yes
below a page for who has signed in     no      no    yes        yes   yes
a draft below such a page              no      no    no         yes   yes
in a list as a page's picture          yes     yes   yes        -     yes
in a list as a draft's picture         no      no    no         -     yes
as a partner's logo                    yes     yes   yes        -     yes
linked to from a text                  yes     yes   yes        yes   yes
linked to from a draft's text          no      no    no         yes   yes
on a public shelf                      yes     yes   yes        -     yes
on the shelf of a draft                no      no    no         -     yes
beside another form on a public page   yes     yes   yes        -     yes
beside another form on a draft         no      no    no         yes   yes
in a private collection, used          no      no    yes        no    yes
"""
PICTURES_ONLY = {
    "in a list as a page's picture",
    "in a list as a draft's picture",
    "as a partner's logo",
}
DOCUMENTS_ONLY = {
    "linked to from a text",
    "linked to from a draft's text",
    "on a public shelf",
    "on the shelf of a draft",
    "beside another form on a public page",
    "beside another form on a draft",
}


# How each comes about: a function of the home page and the file; it gives the page. ------


def nowhere(home, file):
    return None


def on_a_draft(home, file):
    return page_with(home, file, live=False)


def in_the_draft_of_a_public_page(home, file):
    page = page_with(home)
    page.body = blocks_of(file)
    page.save_revision()
    return page


def on_a_page_that_waits_for_its_day(home, file):
    page = page_with(home, file, live=False)
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision().publish()
    return page


def on_a_public_page(home, file):
    page = page_with(home)
    page.body = blocks_of(file)
    page.save_revision().publish()
    return page


def on_a_draft_and_on_a_public_page(home, file):
    on_a_public_page(home, file)
    return on_a_draft(home, file)


def on_a_page_that_was_unpublished(home, file):
    page = on_a_public_page(home, file)
    page.unpublish()
    return page


def on_a_page_that_has_expired(home, file):
    return page_with(home, file, expire_at=timezone.now() - timedelta(seconds=1))


def on_a_page_that_was_deleted(home, file):
    on_a_public_page(home, file).delete()


def on_a_page_that_no_longer_shows_it(home, file):
    page = on_a_public_page(home, file)
    page.body = []
    page.save_revision().publish()
    return page


def restricted(page, kind="login", **values):
    PageViewRestriction.objects.create(page=page, restriction_type=kind, **values)
    return page


def on_a_page_with_a_password(home, file):
    return restricted(on_a_public_page(home, file), "password", password="tide")


def on_a_page_for_who_has_signed_in(home, file):
    return restricted(on_a_public_page(home, file))


def below_a_page_for_who_has_signed_in(home, file):
    return page_with(restricted(StandardPageFactory(parent=home, slug="staff")), file)


def a_draft_below_such_a_page(home, file):
    return page_with(restricted(StandardPageFactory(parent=home, slug="staff")), file, live=False)


def in_a_list_as_a_page_s_picture(home, file):
    page_with(home, listing_image=file)


def in_a_list_as_a_draft_s_picture(home, file):
    page_with(home, listing_image=file, live=False)


def as_a_partner_s_logo(home, file):
    PartnerFactory(logo=file)


def linked_to_from_a_text(home, file, live=True):
    text = f'<p><a linktype="document" id="{file.pk}">Read it</a></p>'
    return StandardPageFactory(parent=home, body=[{"type": "rich_text", "value": text}], live=live)


def linked_to_from_a_draft_s_text(home, file):
    return linked_to_from_a_text(home, file, live=False)


def on_a_public_shelf(home, file, live=True):
    outer = Collection.get_first_root_node().add_child(name="Shelf")
    file.collection = outer.add_child(name="Inside")
    file.save()
    shelf = {"heading": "Shelf", "collection": outer.pk}
    MaterialsPageFactory(parent=home, body=[{"type": "collection", "value": shelf}], live=live)


def on_the_shelf_of_a_draft(home, file):
    on_a_public_shelf(home, file, live=False)


def beside_another_form_on_a_public_page(home, file):
    file.form_of = DocumentFactory(title="In English")
    file.save()
    page_with(home, file.form_of)


def beside_another_form_on_a_draft(home, file):
    file.form_of = DocumentFactory(title="In English")
    file.save()
    return page_with(home, file.form_of, live=False)


def in_a_private_collection_used(home, file):
    file.collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=file.collection, restriction_type="login")
    file.save()
    return page_with(home, file)


def rows():
    """(where, {column: said}, the function that makes it so, whether it is a picture)"""
    columns = ("anyone", "APIs", "signed in", "link", "editor")
    for line in MATRIX.strip().splitlines():
        where, _, said = line.partition("  ")
        name = where.replace("'s", "_s").replace(",", "").replace(" ", "_")
        for is_picture in (True, False):
            if where not in (DOCUMENTS_ONLY if is_picture else PICTURES_ONLY):
                kind = "picture" if is_picture else "document"
                row = where, dict(zip(columns, said.split(), strict=True)), globals()[name]
                yield pytest.param(*row, is_picture, id=f"{kind} {where}")


@pytest.fixture(scope="module")
def server():
    with stores.working() as (address, _):
        yield address


@pytest.fixture(
    params=["disk", pytest.param("bucket", marks=pytest.mark.xdist_group("bucket"))],
)
def store(request, settings):
    """Where the files are."""
    if request.param == "bucket":
        settings.STORAGES = stores.bucket_settings(request.getfixturevalue("server"))


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(("where", "said", "use", "is_picture"), list(rows()))
def test_who_sees_a_file_that_is_used(where, said, use, is_picture, store, home):
    file = an_image() if is_picture else a_document()
    page = use(home, file)
    file.refresh_from_db()

    assert gets_it(Client(), file) == said["anyone"]
    assert gets_it(signed_in(UserFactory()), file) == said["signed in"]
    assert gets_it(signed_in(user_in("Authors")), file) == said["editor"]
    assert told_by_the_apis(file) == said["APIs"]
    if said["link"] != "-":
        assert shows_it(page, file) == said["link"]


def told_by_the_apis(file) -> str:
    """Whether every API and the search tells of a file, or none."""
    told = in_the_apis(Client(), file)
    assert set(told.values()) in ({True}, {False}), told
    return "yes" if all(told.values()) else "no"


def gets_it(client, file) -> str:
    """Whether all that there is of a file is given, or nothing."""
    found = statuses(client, file)
    if found == {200}:
        return "yes"
    # A private collection asks to sign in, but not for its pictures.
    assert found <= {404, 302}, found
    return "no"


def shows_it(page, file) -> str:
    """Whether a draft that is opened by a link shows a file, and all that it shows is given."""
    opened = Client().get(link_to(page).url)
    assert opened.status_code == 200
    on_it = files_on(opened.text)
    assert {status(Client(), address) for address in on_it} <= {200}
    of_it = {path.partition("?")[0] for path in on_it} & set(addresses(file))
    return "yes" if of_it else "no"


# From one request to the next ----------------------------------------------------------


@pytest.fixture(params=[an_image, a_document], ids=["picture", "document"])
def file(request, home):
    return request.param()


def is_given(file) -> bool:
    found = statuses(Client(), file)
    assert found in ({200}, {404})
    return found == {200}


def test_a_file_comes_with_its_page_and_goes_with_it(file, home):
    page = page_with(home, file, live=False)
    page.save_revision()
    assert not is_given(file)
    page.get_latest_revision().publish()
    assert is_given(file)
    page.refresh_from_db()
    page.unpublish()
    assert not is_given(file)
    page.save_revision().publish()
    assert is_given(file)
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert not is_given(file)
    restriction.delete()
    assert is_given(file)
    page.delete()
    assert not is_given(file)


def test_a_file_comes_on_the_day_that_its_page_is_scheduled_for(file, home):
    page = page_with(home, file, live=False)
    page.go_live_at = timezone.now() - timedelta(seconds=1)
    page.save_revision(approved_go_live_at=page.go_live_at)
    assert not is_given(file)
    call_command("publish_scheduled")
    assert is_given(file)


def test_a_file_goes_in_the_minute_that_its_page_expires(file, home):
    page = page_with(home, file, expire_at=timezone.now() + timedelta(hours=1))
    assert is_given(file)
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    assert not is_given(file)


def test_a_file_goes_when_its_page_moves_below_a_private_one(file, home):
    page = page_with(home, file)
    private = restricted(StandardPageFactory(parent=home, slug="staff"))
    assert is_given(file)
    page.move(private, pos="last-child")
    assert not is_given(file)


def test_a_file_that_two_pages_show_stays_until_both_have_gone(file, home):
    first, second = page_with(home, file), page_with(home, file)
    first.unpublish()
    assert is_given(file)
    second.unpublish()
    assert not is_given(file)


def test_a_password_opens_the_pictures_and_documents_of_its_page(file, home, client):
    page = on_a_page_with_a_password(home, file)
    restriction = page.view_restrictions.get()
    assert statuses(client, file) == {404}
    client.post(
        f"/_util/authenticate_with_password/{restriction.pk}/{page.pk}/",
        {"password": "tide", "return_url": page.url},
    )
    assert statuses(client, file) == {200}
    for address in addresses(file):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"


def test_what_only_some_may_see_is_kept_by_no_cache(file, home):
    client = signed_in(user_in("Authors"))
    for address in addresses(file):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"


def test_what_is_refused_says_nothing_to_those_who_know_an_old_answer(file, home):
    for address in addresses(file):
        response = Client().get(address, headers={"If-None-Match": "*", "Range": "bytes=0-"})
        assert response.status_code == 404
        assert "ETag" not in response.headers


def test_a_document_of_a_draft_is_not_found_by_another_name(home):
    document = a_document()
    assert Client().get(f"/documents/{document.pk}/another.pdf").status_code == 404


def test_a_file_that_lies_in_the_store_and_is_no_size_of_a_picture_is_not_given(home):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from tests.factories.files import picture

    name = default_storage.save("images/left.png", ContentFile(picture()))
    assert Client().get(f"/media/{name}").status_code == 404


def test_editors_see_each_others_portraits_and_nobody_else_does(home):
    from django.core.files.base import ContentFile
    from wagtail.users.models import UserProfile

    from tests.factories.files import picture

    author = user_in("Authors")
    profile = UserProfile.get_for_user(author)
    profile.avatar.save("me.png", ContentFile(picture()))
    assert status(signed_in(user_in("Editors")), profile.avatar.url) == 200
    assert status(signed_in(UserFactory()), profile.avatar.url) == 404
    assert status(Client(), profile.avatar.url) == 404


def test_a_zip_is_given_only_while_its_shelf_is_public(home, django_capture_on_commit_callbacks):
    shelf = Collection.get_first_root_node().add_child(name="Shelf")
    DocumentFactory(collection=shelf, title=NAME)
    body = [{"type": "collection", "value": {"heading": "Shelf", "collection": shelf.pk}}]
    with django_capture_on_commit_callbacks(execute=True):
        page = MaterialsPageFactory(parent=home, body=body)
        page.save_revision().publish()
    address = f"/collections/{shelf.pk}/download/"
    assert status(Client(), address) == 200
    page.unpublish()  # before any worker has heard of it
    assert status(Client(), address) == 503


class TestWhatItCosts:
    def test_a_public_picture_is_one_query_however_many_show_it(
        self, home, client, django_assert_num_queries
    ):
        image = an_image()
        address = addresses(image)[0]
        page_with(home, image)
        status(client, address)
        for count in (1, 20):
            for _ in range(count):
                page_with(home, image)
                page_with(home, image, live=False)
            with django_assert_num_queries(1):
                assert status(client, address) == 200

    def test_it_is_one_where_pages_and_collections_are_private(
        self, home, client, django_assert_num_queries
    ):
        image = an_image()
        page_with(home, image)
        in_a_private_collection_used(home, a_document())
        restricted(StandardPageFactory(parent=home, slug="staff"))
        status(client, addresses(image)[0])
        with django_assert_num_queries(1):
            assert status(client, addresses(image)[0]) == 200

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_public_document_is_one_query_with_its_version_two(
        self, place, home, client, django_assert_num_queries
    ):
        document = a_document()
        page_with(home, document)
        address = addresses(document)[place]
        status(client, address)
        with django_assert_num_queries([2, 1, 3][place]):
            assert status(client, address) == 200
