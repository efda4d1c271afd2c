"""The audit log: what is in it, who reads it, for how long, and the lines for other programs."""

import csv
import io
import json
import logging
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Collection, CollectionViewRestriction, ModelLogEntry, Page

from cms.accounts import audit
from cms.api.models import Token
from cms.core.logs import JSONFormatter
from cms.core.models import User
from programme.sign_ups import rights
from tests.factories import GetInvolvedPageFactory, SignUpFactory, StandardPageFactory, user_in
from tests.served import ROOT

REPORT = "/admin/reports/audit-log/"
PASSWORD = "correct horse battery"


@pytest.fixture
def boss(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def lines(django_capture_on_commit_callbacks):
    """`with lines() as told:` what is written for other programs, as it is read there."""
    from contextlib import contextmanager

    @contextmanager
    def lines():
        records, told = [], []

        class Keep(logging.Handler):
            def emit(self, record):
                records.append(JSONFormatter().format(record))

        keep = Keep()
        audit.logger.addHandler(keep)
        before = audit.logger.level
        audit.logger.setLevel(logging.INFO)  # which also forgets what it knew of its level
        try:
            with django_capture_on_commit_callbacks(execute=True):
                yield told
            told.extend(json.loads(line) for line in records)
        finally:
            audit.logger.removeHandler(keep)
            audit.logger.setLevel(before)

    return lines


def test_signing_in_and_out_is_noted_with_who_how_and_from_where(client, person, sign_in, noted):
    sign_in(client, person)
    client.post("/admin/logout/")
    entered, left = noted("signed_in")[0], noted("signed_out")[0]
    assert (entered.user, entered.object_id) == (person, str(person.pk))
    assert entered.data == {"how": "password", "address": "127.0.0.1"}
    assert left.user == person


def test_a_failure_is_noted_of_an_account_and_of_a_name_without_one(
    client, person, sign_in, noted, home
):
    sign_in(client, person, "wrong")
    sign_in(client, "nobody@example.org", "wrong")
    known, unknown = noted("sign_in_failed")
    assert known.object_id == str(person.pk)
    assert known.user is None
    assert unknown.content_type.model == "site"


class TestWhoMayDoWhat:
    """Is noted whichever way it was changed."""

    def test_the_groups_of_an_account(self, person, noted):
        authors, editors = (Group.objects.get(name=name) for name in ("Authors", "Editors"))
        person.groups.add(authors)
        person.groups.remove(authors)
        editors.user_set.add(person)
        person.groups.clear()
        assert [entry.data for entry in noted("groups_changed")] == [
            {"added": ["Authors"]},
            {"taken_away": ["Authors"]},
            {"added": ["Editors"]},
            {"taken_away": ["Editors", "Publishers"]},
        ]
        assert {entry.object_id for entry in noted("groups_changed")} == {str(person.pk)}

    def test_that_somebody_becomes_an_administrator_or_is_switched_off(self, person, noted):
        person.is_superuser = True
        person.save()
        person.is_active = False
        person.save(update_fields=["is_active"])
        person.first_name = "Patricia"
        person.save()
        made, off = noted("account_changed")
        assert made.data == {"changed": ["administrator"], "administrator": True}
        assert off.data == {"changed": ["active"], "active": False}

    def test_a_new_password_and_never_what_it_is(self, person, noted):
        person.set_password("a new one that is long")
        person.save()
        [entry] = noted("password_set")
        assert noted() == ["password_set"]
        assert entry.data == {}

    def test_another_email_address_and_never_what_it_is(self, person, noted):
        person.email = "patricia@example.org"
        person.save()
        assert noted("account_changed")[0].data == {"changed": ["email address"]}

    def test_the_permissions_of_a_group(self, person, noted):
        group = Group.objects.get(name="Authors")
        permission = Permission.objects.get(codename="change_sitesettings")
        group.permissions.add(permission)
        group.permissions.remove(permission)
        added, taken = noted("permissions_changed")
        assert added.data == {"added": ["core.change_sitesettings"]}
        assert taken.data == {"taken_away": ["core.change_sitesettings"]}

    def test_what_a_group_may_do_with_pages_and_collections(self, person, noted):
        group = Group.objects.get(name="Authors")
        group.page_permissions.create(
            page=Page.get_first_root_node(),
            permission=Permission.objects.get(codename="publish_page"),
        ).delete()
        group.collection_permissions.create(
            collection=Collection.get_first_root_node(),
            permission=Permission.objects.get(
                codename="change_image", content_type__app_label="core"
            ),
        )
        publish, no_more, images = (entry.data for entry in noted("permissions_changed"))
        assert publish["added"] == no_more["taken_away"] == ["publish_page"]
        assert publish["on"].startswith("page ")
        assert images["on"].startswith("collection ")

    def test_by_whom_when_it_is_done_in_the_editor(self, boss, administrator, person, noted):
        response = boss.post(
            f"/admin/users/edit/{person.pk}/",
            {
                "email": person.email,
                "first_name": "Pat",
                "last_name": "Example",
                "is_active": "on",
                "groups": [Group.objects.get(name="Editors").pk],
            },
        )
        assert response.status_code == 302
        entries = noted("groups_changed")
        assert {entry.user for entry in entries} == {administrator}
        assert [entry.data for entry in entries] == [
            {"taken_away": ["Publishers"]},
            {"added": ["Editors"]},
        ]

    def test_what_is_loaded_from_a_file_is_done_by_nobody(self, person, noted, tmp_path):
        file = tmp_path / "users.json"
        call_command("dumpdata", "core.user", "auth.group", output=str(file), verbosity=0)
        person.groups.clear()
        before = noted()
        call_command("loaddata", str(file), verbosity=0)
        assert noted() == before


class TestTheReport:
    @pytest.fixture
    def all_kinds(self, home, administrator, person):
        sign_up = SignUpFactory(page=GetInvolvedPageFactory(parent=home))
        rights.erase(sign_up, rights.BY_STAFF, administrator)
        data = {"filters": "name is Amina", "count": 3, "format": "csv"}
        log(administrator, "programme.sign_up.exported", user=administrator, data=data)
        log(Token(pk=7, name="App"), "wagtail.create", user=administrator)
        log(person, "wagtail.edit", user=administrator)
        log(StandardPageFactory(parent=home, title="About us"), "wagtail.edit", user=person)

    def test_has_sign_ins_exports_erasures_tokens_and_accounts_and_no_pages(self, boss, all_kinds):
        page = boss.get(REPORT).content.decode()
        for wanted in ("Signed in", "How: password.", "Exported 3 sign-ups", "Erased.", "App"):
            assert wanted in page
        assert "About us" not in page

    def test_can_be_narrowed_and_taken_away_as_csv(self, boss, all_kinds, administrator):
        page = boss.get(f"{REPORT}?action=accounts.signed_in").content.decode()
        assert "Signed in" in page
        assert "Exported 3 sign-ups" not in page
        response = boss.get(f"{REPORT}?action=accounts.signed_in&export=csv")
        [row] = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode()))
        assert row["What happened"] == "Signed in"
        assert row["Details"] == "How: password."
        assert row["Name"] == administrator.email

    def test_holds_no_formula_for_a_spreadsheet(self, boss, person):
        Group.objects.get(name="Authors").user_set.add(person)
        Group.objects.filter(name="Authors").update(name="=1+1")
        User.objects.filter(pk=person.pk).update(email="=2+2@example.org")
        audit.note("groups_changed", User.objects.get(pk=person.pk), added=["=1+1"])
        response = boss.get(f"{REPORT}?action=accounts.groups_changed&export=csv")
        cells = [
            cell
            for row in csv.reader(io.StringIO(b"".join(response.streaming_content).decode()))
            for cell in row
        ]
        assert "'=2+2@example.org" in cells
        assert not [cell for cell in cells if cell.startswith("=")]

    @pytest.mark.parametrize("role", ["Publishers", "Sign-up managers"])
    def test_is_for_administrators(self, role, client, home):
        client.force_login(user_in(role))
        for address in (REPORT, f"{REPORT}results/", f"{REPORT}?export=csv"):
            assert client.get(address).status_code == 302
        assert "Audit log" not in client.get("/admin/").content.decode()

    @pytest.mark.parametrize("many", [2, 20])
    def test_asks_no_more_for_more_entries(
        self, many, boss, administrator, person, django_assert_max_num_queries
    ):
        for _ in range(many):
            audit.note("password_set", person, user=administrator)
        boss.get(REPORT)
        with django_assert_max_num_queries(45):
            boss.get(REPORT)

    def test_can_not_be_written_over(self, boss, person):
        audit.note("password_set", person)
        entry = ModelLogEntry.objects.latest("pk")
        for address in (REPORT, f"{REPORT}{entry.pk}/", f"{REPORT}results/"):
            assert boss.post(address, {"action": "x"}).status_code in (404, 405)
        entry.refresh_from_db()
        assert entry.action == "accounts.password_set"


class TestTheLines:
    def test_say_who_by_number_and_not_from_where(self, client, person, sign_in, lines):
        with lines() as told:
            sign_in(client, person)
        [line] = told
        assert line["logger"] == "cms.accounts.audit"
        assert line["action"] == "accounts.signed_in"
        assert (line["by"], line["thing"], line["number"]) == (
            person.pk,
            "core.user",
            str(person.pk),
        )
        assert line["how"] == "password"
        for personal in ("pat@example.org", "127.0.0.1", "Robin"):
            assert personal not in json.dumps(told)

    def test_say_of_an_export_how_much_and_not_what_was_looked_for(self, administrator, lines):
        data = {"filters": "email is amina@example.org", "count": 3, "format": "csv"}
        with lines() as told:
            log(administrator, "programme.sign_up.exported", user=administrator, data=data)
        assert told[0]["count"] == 3
        assert "amina" not in json.dumps(told)

    def test_say_that_something_became_private(self, boss, home, lines):
        collection = Collection.get_first_root_node().add_child(name="Shelf")
        with lines() as told:
            boss.post(
                f"/admin/collections/{collection.pk}/privacy/",
                {"restriction_type": "login"},
            )
        assert CollectionViewRestriction.objects.count() == 1
        assert [line["action"] for line in told] == ["accounts.privacy_changed"]

    def test_say_nothing_of_what_was_taken_back(
        self, person, lines, django_capture_on_commit_callbacks
    ):
        from django.db import transaction

        with lines() as told, transaction.atomic():
            audit.note("password_set", person)
            transaction.set_rollback(True)
        assert told == []

    def test_go_to_standard_output_on_a_live_site(self, tmp_path):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", SAY_ONE],
            cwd=ROOT,
            env={
                "PATH": "",
                "SECRET_KEY": "x" * 60,
                "ALLOWED_HOSTS": "www.example.org",
                "WAGTAILADMIN_BASE_URL": "https://www.example.org",
                "DJANGO_SETTINGS_MODULE": "cms.settings.production",
                "VAR_DIR": str(tmp_path),
                "LOG_FORMAT": "line",
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["by"] == 12  # one line
        assert "done_by_a_command" not in done.stderr
        assert "accounts.signed_in" not in done.stderr


SAY_ONE = """
import django; django.setup()
import logging
from cms.core.watching.scope import scope
fields = {"action": "accounts.signed_in", "by": 12}
tell = logging.getLogger("cms.accounts.audit").info
tell("accounts.done_by_a_command", extra={"fields": fields})
with scope(request_id="1"):
    tell("accounts.signed_in", extra={"fields": fields})
"""


def test_entries_are_kept_for_a_year_and_what_belongs_to_a_sign_up_stays_with_it(
    person, administrator, home, settings
):
    sign_up = SignUpFactory(page=GetInvolvedPageFactory(parent=home))
    rights.erase(sign_up, rights.BY_STAFF, administrator)
    audit.note("password_set", person)
    with time_machine.travel(timezone.now() + timedelta(days=364)):
        call_command("tidy_accounts", verbosity=0)
        assert ModelLogEntry.objects.filter(action="accounts.password_set").exists()
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        call_command("tidy_accounts", verbosity=0)
    assert not ModelLogEntry.objects.filter(action__startswith="accounts.").exists()
    assert ModelLogEntry.objects.filter(action="programme.sign_up.erased").exists()


def test_tidying_is_among_what_is_done_every_day(settings):
    assert {"tidy_accounts", "clearsessions"} <= set(settings.DAILY_COMMANDS)


def test_a_deleted_account_stays_in_the_log_by_its_number(boss, person, administrator):
    Client().force_login(person)
    number = person.pk
    person.delete()
    page = boss.get(f"{REPORT}?action=accounts.signed_in").content.decode()
    assert f"user {number} (deleted)" in page
