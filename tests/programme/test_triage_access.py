"""Who may see that anybody signed up: sign-up managers and administrators, and nobody else."""

import importlib
import json

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import ModelLogEntry, Page

from home.roles import AUTHORS, EDITORS, PUBLISHERS, ROLES, SIGN_UP_MANAGERS, create_roles
from programme.models import SignUp, SignUpNote
from programme.sign_ups import handling, rights, taking
from programme.triage.modeladmin import PERMISSIONS, SignUpAdmin
from tests.factories import GetInvolvedPageFactory, SignUpFactory, StandardPageFactory, user_in

NOBODY = None
WITHOUT_A_GROUP = "an account and no group"
OTHERS = [NOBODY, WITHOUT_A_GROUP, AUTHORS, EDITORS, PUBLISHERS]
SECRETS = ("Zenobia", "zenobia@example.org", "Wheelchair", "Rang on Monday", "Sign-up ")


def sign_in(client, role, **values):
    if role is NOBODY:
        return None
    user = user_in(role if role in ROLES else None, **values)
    if role == WITHOUT_A_GROUP:
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    return user


@pytest.fixture
def form(home):
    return GetInvolvedPageFactory(parent=home)


@pytest.fixture
def sign_up(form):
    create_roles()
    manager = user_in(SIGN_UP_MANAGERS)
    sign_up = SignUpFactory(
        page=form,
        name="Zenobia",
        email="zenobia@example.org",
        said={"Needs": "Wheelchair"},
        owner=manager,
    )
    taking.move(sign_up, SignUp.Status.CONTACTED, manager)
    handling.note(sign_up, "Rang on Monday", manager)
    return sign_up


def screens(sign_up) -> list[tuple[str, str, dict]]:
    """(method, address, data) of every screen and act, from the addresses that are registered."""
    key = {"sign_ups": [sign_up.pk]}
    data = {
        "sign_up_move": {"status": "closed"},
        "sign_up_owner": {"owner": ""},
        "sign_ups_change": {**key, "which": "ticked", "change": "status:closed"},
        "sign_ups_export": {"format": "csv"},
        "sign_ups_find": {"email": sign_up.email},
        "sign_ups_download": key,
        "sign_ups_erase": {**key, "confirmed": "yes", "because": rights.BY_STAFF},
        "programme_signup_modeladmin_inspect": {"text": "A note"},
    }
    found = []
    for pattern in SignUpAdmin().get_admin_urls_for_registration():
        arguments = dict.fromkeys(pattern.pattern.converters, sign_up.pk)
        address = reverse(pattern.name, kwargs=arguments)
        found += [("get", address, {}), ("post", address, data.get(pattern.name, {}))]
    return found


def text_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


@pytest.mark.parametrize("role", OTHERS)
def test_no_screen_and_no_act_is_for_others(role, sign_up, client):
    sign_in(client, role)
    before = ModelLogEntry.objects.count()
    tried = screens(sign_up)
    assert len(tried) == 24
    for method, address, data in tried:
        response = getattr(client, method)(address, data)
        # Away from here: to sign in, or to the first screen with a refusal.
        assert response.status_code in (302, 405), (method, address)
        if response.status_code == 302:
            assert response.url.split("?")[0] in ("/admin/login/", "/admin/"), address
    sign_up.refresh_from_db()
    assert (sign_up.status, sign_up.notes.count()) == ("contacted", 1)
    assert ModelLogEntry.objects.count() == before


@pytest.mark.parametrize("role", [SIGN_UP_MANAGERS, "administrator"])
def test_every_screen_is_for_managers_and_administrators(role, sign_up, client):
    sign_in(client, role, is_superuser=role not in ROLES)
    ours = "/admin/programme/signup/"
    answers = {}
    for method, address, data in screens(sign_up):
        response = getattr(client, method)(address, data)
        answers[f"{method} {address.replace(str(sign_up.pk), '1')}"] = response.status_code
        assert response.status_code != 302 or response.url.startswith(ours), address
        sign_up.refresh_from_db()
    assert answers[f"get {ours}"] == answers[f"post {ours}export/"] == 200
    assert not sign_up.is_held  # erased, as the last but one


@pytest.mark.parametrize(
    ("missing", "address", "data"),
    [
        ("change_signup", "{pk}/move/", {"status": "closed"}),
        ("change_signup", "inspect/{pk}/", {"text": "A note"}),
        ("change_signup", "change/", {"which": "all", "change": "status:closed"}),
        ("export_signup", "export/", {"format": "csv"}),
        ("export_signup", "download/", {}),
        ("delete_signup", "erase/", {"confirmed": "yes", "because": rights.BY_STAFF}),
    ],
)
def test_each_permission_can_be_kept_from_a_manager(missing, address, data, sign_up, client):
    Group.objects.get(name=SIGN_UP_MANAGERS).permissions.remove(
        Permission.objects.get(codename=missing)
    )
    sign_in(client, SIGN_UP_MANAGERS)
    url = f"/admin/programme/signup/{address.format(pk=sign_up.pk)}"
    response = client.post(url, {"sign_ups": sign_up.pk, **data})
    assert (response.status_code, response.url) == (302, "/admin/")
    sign_up.refresh_from_db()
    assert (sign_up.status, sign_up.notes.count()) == ("contacted", 1)
    shown = client.get(f"/admin/programme/signup/inspect/{sign_up.pk}/").content.decode()
    offered = {
        "change_signup": "Add the note",
        "export_signup": "Download as JSON",
        "delete_signup": "Erase…",
    }
    for permission, button in offered.items():
        assert (button in shown) == (permission != missing)


@pytest.mark.parametrize("role", [AUTHORS, EDITORS, PUBLISHERS])
def test_nothing_shows_anywhere_else_in_the_editor(role, sign_up, form, client):
    user = sign_in(client, role)
    page = Page.objects.get(pk=form.pk)
    page.owner = user
    page.save()
    form.save_revision(user=user)
    shown = 0
    for address in (
        "/admin/",
        "/admin/reports/site-history/",
        "/admin/reports/site-history/?export=csv",
        "/admin/reports/site-history/?label=Sign-up",
        "/admin/pages/search/?q=Zenobia",
        f"/admin/pages/{form.pk}/edit/",
        f"/admin/pages/{form.pk}/history/",
        f"/admin/pages/{form.pk}/usage/",
        f"/admin/pages/{form.pk}/revisions/{form.latest_revision_id}/view/",
        "/admin/forms/",
        f"/admin/forms/submissions/{form.pk}/",
        f"/admin/forms/submissions/{form.pk}/?export=csv",
        "/admin/api/main/pages/?fields=*",
        f"/admin/api/main/pages/{form.pk}/?fields=*",
        "/admin/reports/workflow/",
        "/admin/images/?q=Zenobia",
    ):
        response = client.get(address)
        shown += response.status_code == 200
        text = text_of(response)
        if "q=Zenobia" in address:
            text = text.replace("Zenobia", "")  # what was looked for stands there again
        for secret in SECRETS:
            assert secret not in text.replace("Sign-up managers", ""), (address, secret)
        assert "/admin/programme/signup/" not in text, address
    assert shown >= 8


@pytest.mark.parametrize("role", [SIGN_UP_MANAGERS, "administrator"])
def test_wagtails_own_list_of_answers_is_closed_to_everyone(role, sign_up, form, client):
    sign_in(client, role, is_superuser=role not in ROLES)
    for address in ("", "?export=csv"):
        response = client.get(f"/admin/forms/submissions/{form.pk}/{address}")
        assert (response.status_code, response.url) == (302, "/admin/")


def test_nothing_shows_to_readers_and_in_the_api(sign_up, form, client):
    for address in (
        form.get_url(),
        "/search/?q=Zenobia",
        "/search/?q=wheelchair",
        "/api/v2/pages/?type=programme.GetInvolvedPage&fields=*",
        f"/api/v2/pages/{form.pk}/?fields=*",
        "/api/v2/pages/?search=Wheelchair",
    ):
        response = client.get(address)
        assert response.status_code == 200
        text = response.content.decode().replace("q=Zenobia", "").replace('"Zenobia"', "")
        assert "zenobia@example.org" not in text
        assert "Rang on Monday" not in text
        assert "sign_ups" not in text


def test_neither_revisions_nor_the_audit_log_hold_what_people_wrote(sign_up, form, client):
    client.force_login(user_in(SIGN_UP_MANAGERS))
    client.post("/admin/programme/signup/download/", {"sign_ups": sign_up.pk})
    rights.erase(sign_up, rights.BY_STAFF)
    kept = [form.save_revision().content]
    kept += ModelLogEntry.objects.values_list("label", "data")
    text = json.dumps([str(one) for one in kept])
    for secret in SECRETS[:-1]:
        assert secret not in text


def test_administrators_get_from_the_site_history_to_the_sign_up(sign_up, client):
    sign_in(client, "administrator", is_superuser=True)
    text = client.get("/admin/reports/site-history/").content.decode()
    assert f"/admin/programme/signup/inspect/{sign_up.pk}/" in text
    assert "Zenobia" not in text


class TestSomeoneWhoTelephones:
    @pytest.fixture(autouse=True)
    def manager(self, sign_up, client):
        return sign_in(client, SIGN_UP_MANAGERS)

    def test_everything_of_an_address_is_found_and_no_address_is_in_an_address(
        self, sign_up, form, client
    ):
        SignUpFactory(page=form, email="other@example.org", name="Otto")
        waiting = SignUpFactory(page=form, email="old@example.org", name="Wanda")
        waiting.new_email = "zenobia@example.org"
        waiting.save()
        response = client.post("/admin/programme/signup/find/", {"email": " ZENOBIA@example.org"})
        text = response.content.decode()
        assert "Zenobia" in text
        assert "Wanda" in text
        assert "Otto" not in text
        assert "email=" not in text

    @pytest.mark.parametrize("email", ["", "nonsense", "a@b\r\nBcc: c@example.org"])
    def test_an_address_that_is_none_is_asked_for_again(self, email, client):
        response = client.post("/admin/programme/signup/find/", {"email": email})
        assert response.status_code == 422

    def test_nothing_held_is_said(self, client):
        response = client.post("/admin/programme/signup/find/", {"email": "no@example.org"})
        assert "Nothing is held of this address." in response.content.decode()

    def test_takes_a_copy_with_the_notes_and_the_log_says_so(self, manager, sign_up, client):
        response = client.post("/admin/programme/signup/download/", {"sign_ups": sign_up.pk})
        assert response["Content-Disposition"] == 'attachment; filename="sign-ups.json"'
        (copy,) = response.json()
        assert copy["email"] == "zenobia@example.org"
        assert copy["notes"][0]["text"] == "Rang on Monday"
        assert ModelLogEntry.objects.get(action="programme.sign_up.downloaded").user == manager

    def test_erasing_says_what_goes_asks_why_and_then_does_it(self, manager, sign_up, client):
        ask = {"sign_ups": [sign_up.pk]}
        shown = client.post("/admin/programme/signup/erase/", ask).content.decode()
        for words in ("Zenobia", "3 answers", "1 note", "Erase for good"):
            assert words in shown
        refused = client.post("/admin/programme/signup/erase/", {**ask, "confirmed": "yes"})
        assert refused.status_code == 422
        sign_up.refresh_from_db()
        assert sign_up.is_held
        client.post(
            "/admin/programme/signup/erase/",
            {**ask, "confirmed": "yes", "because": "The person asked by telephone."},
        )
        sign_up.refresh_from_db()
        assert not sign_up.is_held
        assert not SignUpNote.objects.exists()
        entry = ModelLogEntry.objects.get(action="programme.sign_up.erased")
        assert entry.data == {"because": "The person asked by telephone."}
        assert entry.user == manager

    def test_all_of_an_address_are_erased_at_once(self, sign_up, form, client):
        second = SignUpFactory(page=form, email=sign_up.email)
        client.post(
            "/admin/programme/signup/erase/",
            {
                "sign_ups": [sign_up.pk, second.pk],
                "confirmed": "yes",
                "because": rights.BY_STAFF,
            },
        )
        assert not SignUp.objects.held().exists()

    @pytest.mark.parametrize("name", ["erase", "download"])
    def test_what_is_gone_can_not_be_asked_for(self, name, sign_up, client):
        rights.erase(sign_up, rights.BY_STAFF)
        for keys in ([sign_up.pk], [], ["x"], ["9" * 40]):
            response = client.post(f"/admin/programme/signup/{name}/", {"sign_ups": keys})
            assert response.status_code == 400


class TestAFormInUse:
    @pytest.fixture(autouse=True)
    def publisher(self, sign_up, client):
        return sign_in(client, PUBLISHERS)

    def test_is_not_deleted_and_neither_is_a_page_above_it(self, form, home, client):
        for page in (form, home):
            response = client.post(f"/admin/pages/{page.pk}/delete/", follow=True)
            text = response.content.decode()
            assert "there are sign-ups that came by its form" in text
            assert "Zenobia" not in text
            assert Page.objects.filter(pk=page.pk).exists()

    def test_is_not_deleted_among_others(self, form, home, client):
        other = StandardPageFactory(parent=home)
        address = f"/admin/bulk/wagtailcore/page/delete/?id={other.pk}&id={form.pk}"
        response = client.post(address, follow=True)
        assert "there are sign-ups that came by its form" in response.content.decode()
        assert Page.objects.filter(pk__in=[form.pk, other.pk]).count() == 2

    def test_a_form_that_nobody_used_is_deleted(self, home, client):
        unused = GetInvolvedPageFactory(parent=home, slug="unused")
        other = StandardPageFactory(parent=home)
        client.post(f"/admin/pages/{unused.pk}/delete/")
        client.post(f"/admin/bulk/wagtailcore/page/delete/?id={other.pk}")
        assert not Page.objects.filter(pk__in=[unused.pk, other.pk]).exists()


class TestTheGroup:
    def test_can_be_given_what_the_screens_ask_for_and_nothing_else(self, db):
        registered = SignUpAdmin().get_permissions_for_registration()
        assert set(registered.values_list("codename", flat=True)) == set(PERMISSIONS)

    def test_of_a_site_in_use_gets_it_when_the_site_is_brought_up_to_date(self, db):
        group = Group.objects.create(name=SIGN_UP_MANAGERS)
        migration = importlib.import_module("programme.migrations.0003_sign_up_managers")
        migration.allow(apps, None)
        assert set(group.permissions.values_list("codename", flat=True)) == set(PERMISSIONS)
        Group.objects.all().delete()
        migration.allow(apps, None)  # a new site: `create_roles` sees to it
        assert not Group.objects.exists()
