"""Who may do what, tried through the editor's own addresses."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Workflow

from cms.api.models import Token
from cms.core.models import Alert
from cms.delivery.models import Delivery, Endpoint
from home.roles import (
    AUTHORS,
    EDITORS,
    PUBLISHERS,
    ROLES,
    SIGN_UP_MANAGERS,
    create_roles,
)
from tests.factories import (
    DocumentFactory,
    GetInvolvedPageFactory,
    ImageFactory,
    PartnerFactory,
    StandardPageFactory,
    user_in,
)

NOBODY = None
ADMINISTRATOR = "administrator"
EVERYONE = (NOBODY, *ROLES, ADMINISTRATOR)

YES, NO = True, False
# What each may open in the editor. One row an address.
#                                          author editor publisher sign-ups
MAY_OPEN = {
    "/admin/": (YES, YES, YES, YES),
    "/admin/pages/": (YES, YES, YES, NO),
    "/admin/pages/{home}/add_subpage/": (YES, YES, YES, NO),
    "/admin/pages/add/home/standardpage/{home}/": (YES, YES, YES, NO),
    "/admin/pages/{other}/edit/": (NO, YES, YES, NO),
    "/admin/pages/{own}/edit/": (YES, YES, YES, NO),
    "/admin/pages/{other}/unpublish/": (NO, NO, YES, NO),
    "/admin/pages/{other}/delete/": (NO, NO, YES, NO),
    "/admin/pages/{other}/move/": (NO, NO, YES, NO),
    "/admin/pages/{other}/history/": (NO, YES, YES, NO),
    "/admin/pages/{other}/privacy/": (NO, NO, YES, NO),
    "/admin/images/": (YES, YES, YES, NO),
    "/admin/images/add/": (YES, YES, YES, NO),
    "/admin/images/{image}/": (NO, YES, YES, NO),
    "/admin/images/{image}/delete/": (NO, YES, YES, NO),
    "/admin/documents/": (YES, YES, YES, NO),
    "/admin/documents/edit/{document}/": (NO, YES, YES, NO),
    "/admin/documents/delete/{document}/": (NO, YES, YES, NO),
    "/admin/snippets/programme/partner/": (NO, YES, YES, NO),
    "/admin/snippets/programme/partner/edit/{partner}/": (NO, YES, YES, NO),
    "/admin/snippets/programme/partner/delete/{partner}/": (NO, NO, YES, NO),
    "/admin/snippets/core/alert/": (NO, NO, YES, NO),
    "/admin/snippets/core/alert/edit/{alert}/": (NO, NO, YES, NO),
    "/admin/settings/core/sitesettings/{site}/": (NO, NO, YES, NO),
    "/admin/redirects/": (NO, NO, YES, NO),
    # Wagtail's own list of what forms took: empty for everyone. Ours follows.
    "/admin/forms/": (YES, YES, YES, NO),
    "/admin/programme/signup/": (NO, NO, NO, YES),
    "/admin/programme/signup/find/": (NO, NO, NO, YES),
    "/admin/users/": (NO, NO, NO, NO),
    "/admin/groups/": (NO, NO, NO, NO),
    "/admin/collections/": (NO, NO, NO, NO),
    "/admin/sites/": (NO, NO, NO, NO),
    "/admin/workflows/list/": (NO, NO, NO, NO),
    "/admin/delivery/endpoint/": (NO, NO, NO, NO),
    "/admin/delivery/endpoint/create/": (NO, NO, NO, NO),
    "/admin/delivery/endpoint/inspect/{endpoint}/": (NO, NO, NO, NO),
    "/admin/delivery/endpoint/edit/{endpoint}/": (NO, NO, NO, NO),
    "/admin/delivery/endpoint/delete/{endpoint}/": (NO, NO, NO, NO),
    "/admin/delivery/endpoint/history/{endpoint}/": (NO, NO, NO, NO),
    "/admin/delivery/delivery/": (NO, NO, NO, NO),
    "/admin/delivery/delivery/inspect/{delivery}/": (NO, NO, NO, NO),
    "/admin/api/token/": (NO, NO, NO, NO),
    "/admin/api/token/create/": (NO, NO, NO, NO),
    "/admin/api/token/edit/{token}/": (NO, NO, NO, NO),
    "/admin/api/token/history/{token}/": (NO, NO, NO, NO),
    "/admin/api/token/delete/{token}/": (NO, NO, NO, NO),
    "/admin/account/second-factor/": (YES, YES, YES, YES),
    "/admin/reports/audit-log/": (NO, NO, NO, NO),
    "/admin/reports/sign-in-locks/": (NO, NO, NO, NO),
    # Shows each of them what was done to what they may see.
    "/admin/reports/site-history/": (YES, YES, YES, YES),
}


def person(role):
    if role == ADMINISTRATOR:
        return user_in(None, is_superuser=True)
    return user_in(role)


@pytest.fixture
def things(home):
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    return {
        "endpoint": endpoint.pk,
        "delivery": Delivery.objects.create(endpoint=endpoint, what="test").pk,
        "token": Token.objects.create(name="App", digest="").pk,
        "home": home.pk,
        "site": home.get_site().pk,
        "other": StandardPageFactory(parent=home, title="Other").pk,
        "form": GetInvolvedPageFactory(parent=home).pk,
        "image": ImageFactory().pk,
        "document": DocumentFactory().pk,
        "partner": PartnerFactory().pk,
        "alert": Alert.objects.create(title="News").pk,
        "parent": home,
    }


@pytest.mark.parametrize("role", EVERYONE)
def test_every_address_of_the_editor_opens_for_those_it_is_for(role, things, client):
    user = None
    if role is not NOBODY:
        user = person(role)
        client.force_login(user)
    own = StandardPageFactory(parent=things["parent"], title="Own", owner=user, live=False)
    wrong = []
    for address, allowed in MAY_OPEN.items():
        expected = role == ADMINISTRATOR
        if role in ROLES:
            expected = allowed[list(ROLES).index(role)]
        status = client.get(address.format(**things, own=own.pk)).status_code
        if (status == 200) != expected:
            wrong.append((address, status))
    assert wrong == []


def actions(client, page) -> str:
    return client.get(f"/admin/pages/{page.pk}/edit/").content.decode()


class TestTheWayOfADraft:
    @pytest.fixture
    def page(self, home):
        create_roles()
        return StandardPageFactory(parent=home, title="Draft", live=False)

    def post(self, client, page, action):
        return client.post(f"/admin/pages/{page.pk}/edit/", {**self.form(page), action: "1"})

    def form(self, page):
        return {
            "title": "Changed",
            "slug": page.slug,
            "summary": page.summary,
            "content_owner_name": "Robin",
            "content_owner_email": "robin@example.org",
            "body-count": "1",
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "rich_text",
            "body-0-id": "",
            "body-0-value": '{"entityMap":{},"blocks":[{"key":"a","text":"New words",'
            '"type":"unstyled","depth":0,"inlineStyleRanges":[],"entityRanges":[]}]}',
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0",
            "comments-MAX_NUM_FORMS": "",
        }

    def test_an_author_saves_it_and_can_neither_submit_nor_publish_it(self, page, client):
        author = user_in(AUTHORS)
        page.owner = author
        page.save()
        client.force_login(author)
        assert "action-submit" not in actions(client, page)
        assert "action-publish" not in actions(client, page)
        for action in ("action-submit", "action-publish"):
            self.post(client, page, action)
        page.refresh_from_db()
        assert page.latest_revision.object_str == "Changed"
        assert not page.live
        assert page.current_workflow_state is None

    def test_an_author_can_not_submit_a_new_page_either(self, home, client):
        create_roles()
        client.force_login(user_in(AUTHORS))
        address = f"/admin/pages/add/home/standardpage/{home.pk}/"
        assert "action-submit" not in client.get(address).content.decode()
        response = client.post(address, {"action-submit": "1"})
        assert response.status_code == 302
        assert response.url == "/admin/"
        client.force_login(user_in(EDITORS))
        assert "action-submit" in client.get(address).content.decode()

    def test_an_editor_submits_it_and_a_publisher_approves_it(self, page, client):
        client.force_login(user_in(EDITORS))
        assert "action-publish" not in actions(client, page)
        self.post(client, page, "action-submit")
        page.refresh_from_db()
        assert page.current_workflow_state is not None
        assert not page.live
        client.force_login(user_in(PUBLISHERS))
        state = page.current_workflow_task_state
        client.post(
            f"/admin/pages/workflow/action/{page.pk}/approve/{state.pk}/", {"comment": "Good."}
        )
        page.refresh_from_db()
        assert page.live
        assert "New words" in client.get(page.get_url()).content.decode()

    def test_a_publisher_publishes_it(self, page, client):
        client.force_login(user_in(PUBLISHERS))
        self.post(client, page, "action-publish")
        page.refresh_from_db()
        assert page.live

    def test_a_publisher_takes_it_down_again(self, page, client):
        client.force_login(user_in(PUBLISHERS))
        self.post(client, page, "action-publish")
        client.post(f"/admin/pages/{page.pk}/unpublish/")
        page.refresh_from_db()
        assert not page.live


class TestCreatingTheRoles:
    def test_replaces_wagtails_own_while_nobody_uses_them(self, db):
        create_roles()
        assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
        assert Workflow.objects.filter(active=True).count() == 1

    def test_leaves_what_an_administrator_has_changed(self, db):
        create_roles()
        group = Group.objects.get(name=SIGN_UP_MANAGERS)
        group.permissions.clear()
        create_roles()
        assert not group.permissions.exists()
