"""Sign-up managers at their desk: the list, a screen for each, and several at once."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import ModelLogEntry

from home.roles import SIGN_UP_MANAGERS
from programme.models import SignUp, SignUpChoice, SignUpMessage
from programme.sign_ups import handling, rights, taking
from tests.factories import GetInvolvedPageFactory, SignUpFactory, user_in

LIST = "/admin/programme/signup/"
Status = SignUp.Status
Kind = SignUpChoice.Kind


@pytest.fixture
def form(home):
    return GetInvolvedPageFactory(parent=home)


@pytest.fixture
def manager(form, client):
    user = user_in(SIGN_UP_MANAGERS, first_name="Mo", last_name="Manager")
    client.force_login(user)
    return user


def one(sign_up) -> str:
    return f"{LIST}inspect/{sign_up.pk}/"


def ago(days):
    return timezone.now() - timedelta(days=days)


def found(client, query="") -> set[str]:
    """The names of those whom the list shows."""
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    return {sign_up.name for sign_up in response.context["object_list"]}


def said(response) -> str:
    """What a screen tells after something was done."""
    return " ".join(str(message) for message in response.context["messages"])


class TestTheList:
    def test_shows_who_signed_up_with_a_word_for_the_status(self, manager, form, client):
        SignUpFactory(page=form, choices={Kind.INTEREST: ["Meetings", "Online"]}, owner=manager)
        text = client.get(LIST).content.decode()
        for words in ("Amina Okafor", "Meetings, Online", ">New<", "Mo Manager"):
            assert words in " ".join(text.split()).replace("> New <", ">New<")

    def test_says_so_when_there_is_nothing_and_when_nothing_matches(self, manager, form, client):
        assert "There are no sign-ups" in client.get(LIST).content.decode()
        SignUpFactory(page=form)
        assert "No sign-ups match" in client.get(f"{LIST}?q=nobody").content.decode()

    @pytest.mark.parametrize(
        ("words", "names"),
        [
            ("amina", {"Amina"}),
            ("BO@example", {"Bo"}),
            ("wheelchair", {"Bo"}),
            ("żółw", {"Amina"}),
            ("amina wheelchair", set()),
            ("100%", set()),
            ('quo"te', {"Bo"}),
        ],
    )
    def test_finds_by_name_address_and_words_of_the_answers(
        self, words, names, manager, form, client
    ):
        SignUpFactory(page=form, name="Amina", said={"What": "żółw"})
        SignUpFactory(
            page=form, name="Bo", email="bo@example.org", said={"What": 'A wheelchair, quo"te'}
        )
        assert found(client, f"q={words.replace('%', '%25')}") == names

    def test_finds_by_status_interest_language_owner_form_and_date(
        self, manager, form, home, client
    ):
        other_form = GetInvolvedPageFactory(parent=home, slug="other")
        SignUpFactory(
            page=form,
            name="Amina",
            owner=manager,
            created_at=ago(10),
            choices={Kind.INTEREST: ["Meetings"], Kind.LANGUAGE: ["Polish"]},
        )
        SignUpFactory(
            page=other_form,
            name="Bo",
            status=Status.ACTIVE,
            # The same word as an interest is no language.
            choices={Kind.INTEREST: ["Online", "Polish"]},
        )
        for query, names in {
            "status=new": {"Amina"},
            "status=new&status=active": {"Amina", "Bo"},
            "interest=Online": {"Bo"},
            "interest=Online&interest=Meetings": {"Amina", "Bo"},
            "language=Polish": {"Amina"},
            "owner=mine": {"Amina"},
            "owner=nobody": {"Bo"},
            f"owner={manager.pk}": {"Amina"},
            f"page={other_form.pk}": {"Bo"},
            f"created_at_from={ago(2).date()}": {"Bo"},
            f"created_at_to={ago(9).date()}": {"Amina"},
            "status=nonsense": set(),
            "owner=999999": set(),
        }.items():
            assert found(client, query) == names, query

    @pytest.mark.parametrize("days", [3, 7, 14, 30])
    def test_finds_those_that_wait_longer(self, days, manager, form, client):
        SignUpFactory(page=form, name="Longer", status_since=ago(days + 0.1))
        SignUpFactory(page=form, name="Shorter", status_since=ago(days - 0.1))
        SignUpFactory(page=form, name="Answered", status="contacted", status_since=ago(99))
        assert found(client, f"waiting={days}") == {"Longer"}

    def test_leaves_out_what_was_erased_until_it_is_asked_for(self, manager, form, client):
        SignUpFactory(page=form)
        gone = SignUpFactory(page=form, name="Bo")
        rights.erase(gone, rights.BY_STAFF)
        assert found(client) == {"Amina Okafor"}
        assert found(client, "status=withdrawn") == {""}

    def test_lets_nobody_guess_at_what_it_does_not_show(self, manager, form, client):
        SignUpFactory(page=form, owner=manager)
        for lookup in ("owner__password__startswith=x", "key__startswith=x", "answers__0=x"):
            assert found(client, lookup) == {"Amina Okafor"}

    def test_costs_the_same_for_many_as_for_few(
        self, manager, form, client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        def make(number):
            for _ in range(number):
                owner = user_in(SIGN_UP_MANAGERS) if number < 10 else manager
                SignUpFactory(page=form, owner=owner, choices={Kind.INTEREST: ["Meetings"]})

        make(5)
        client.get(LIST)
        with django_assert_num_queries(21):
            assert len(client.get(LIST).context["object_list"]) == 5
        make(45)
        with django_assert_num_queries(21):
            assert len(client.get(LIST).context["object_list"]) == 50

    def test_is_in_the_menu_with_the_number_that_waits_and_wagtails_list_of_forms_is_not(
        self, manager, form, client
    ):
        for status in (Status.NEW, Status.NEW, Status.ACTIVE):
            SignUpFactory(page=form, status=status)
        text = client.get("/admin/").content.decode()
        assert "Sign-ups (2)" in text
        assert "/admin/forms/" not in text


class TestOneSignUp:
    def test_shows_all_that_is_kept_of_it(self, manager, form, client):
        sign_up = SignUpFactory(page=form, owner=manager, said={"What\n": "<b>Two\nlines</b>"})
        other = SignUpFactory(page=form, status=Status.CLOSED)
        SignUpMessage.objects.create(
            sign_up=sign_up, kind=SignUpMessage.Kind.CONFIRM, sent_at=timezone.now()
        )
        taking.move(sign_up, Status.CONTACTED, manager)
        handling.note(sign_up, "Rang on Monday.", manager)
        text = client.get(one(sign_up)).content.decode()
        for words in (
            "&lt;b&gt;Two<br>lines&lt;/b&gt;",
            f'{one(other)}">Sign-up {other.pk}',
            "Please confirm",
            "Rang on Monday.",
            "Moved from “New” to “Contacted”",
            "Kept until",
            "Mo Manager",
        ):
            assert words in text, words

    def test_costs_the_same_with_a_long_past(
        self, manager, form, client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        sign_up = SignUpFactory(page=form)

        def work(times):
            for _ in range(times):
                handling.note(sign_up, "Rang.", user_in(SIGN_UP_MANAGERS))
                SignUpFactory(page=form)
                SignUpMessage.objects.create(sign_up=sign_up, kind=SignUpMessage.Kind.LINK)

        work(1)
        client.get(one(sign_up))
        with django_assert_num_queries(18):
            client.get(one(sign_up))
        work(10)
        with django_assert_num_queries(18):
            client.get(one(sign_up))

    def test_offers_only_the_moves_that_are_allowed(self, manager, form, client):
        for status, moves in SignUp.MOVES.items():
            sign_up = SignUpFactory(page=form, status=status)
            text = client.get(one(sign_up)).content.decode()
            offered = {s for s in Status if f'name="status" value="{s}"' in text}
            assert offered == set(moves), status

    def test_moves_on_and_the_log_says_who_did_it(self, manager, form, client):
        sign_up = SignUpFactory(page=form)
        response = client.post(f"{LIST}{sign_up.pk}/move/", {"status": "contacted"}, follow=True)
        assert f"Sign-up {sign_up.pk} is now: contacted." in said(response)
        entry = ModelLogEntry.objects.get(action="programme.sign_up.moved")
        assert (entry.user, entry.data) == (manager, {"from": "new", "to": "contacted"})

    @pytest.mark.parametrize("status", ["new", "withdrawn", "nonsense", ""])
    def test_does_not_move_where_it_may_not_go(self, status, manager, form, client):
        sign_up = SignUpFactory(page=form, status=Status.ACTIVE)
        client.post(f"{LIST}{sign_up.pk}/move/", {"status": status}, follow=True)
        sign_up.refresh_from_db()
        assert sign_up.status == Status.ACTIVE

    def test_says_why_a_move_was_refused(self, manager, form, client):
        sign_up = SignUpFactory(page=form, status=Status.ACTIVE)
        response = client.post(f"{LIST}{sign_up.pk}/move/", {"status": "new"}, follow=True)
        assert "it can&#x27;t become new" in response.content.decode()

    def test_a_suspect_says_why_and_is_rescued(self, manager, form, client):
        suspect = SignUpFactory(page=form, status=Status.SPAM, suspicion="Too many links.")
        assert "Too many links." in client.get(one(suspect)).content.decode()
        client.post(f"{LIST}{suspect.pk}/move/", {"status": "unconfirmed"})
        suspect.refresh_from_db()
        assert (suspect.status, suspect.suspicion) == (Status.UNCONFIRMED, "")
        assert suspect.messages.get().kind == SignUpMessage.Kind.CONFIRM

    def test_asks_again_whoever_has_not_confirmed(self, manager, form, client):
        sign_up = SignUpFactory(page=form, status=Status.UNCONFIRMED)
        client.post(f"{LIST}{sign_up.pk}/ask-again/")
        assert sign_up.messages.get().kind == SignUpMessage.Kind.CONFIRM
        taking.move(sign_up, Status.NEW)
        response = client.post(f"{LIST}{sign_up.pk}/ask-again/", follow=True)
        assert "does not wait to be confirmed" in said(response)
        assert sign_up.messages.filter(kind=SignUpMessage.Kind.CONFIRM).count() == 1

    def test_is_given_to_a_colleague_and_to_nobody(self, manager, form, client):
        sign_up = SignUpFactory(page=form)
        colleague = user_in(SIGN_UP_MANAGERS)
        for owner in (manager, colleague, None):
            client.post(f"{LIST}{sign_up.pk}/owner/", {"owner": owner.pk if owner else ""})
            sign_up.refresh_from_db()
            assert sign_up.owner == owner

    def test_is_given_to_nobody_who_may_not_see_it(self, manager, form, client):
        sign_up = SignUpFactory(page=form)
        for other in (user_in("Publishers"), user_in(SIGN_UP_MANAGERS, is_active=False)):
            response = client.post(f"{LIST}{sign_up.pk}/owner/", {"owner": other.pk}, follow=True)
            assert "Choose somebody else" in said(response)
        sign_up.refresh_from_db()
        assert sign_up.owner is None

    def test_a_note_is_kept_with_who_wrote_it_and_the_log_does_not_repeat_it(
        self, manager, form, client
    ):
        sign_up = SignUpFactory(page=form)
        client.post(one(sign_up), {"text": "Prefers to be rung."})
        assert sign_up.notes.get().author == manager
        entry = ModelLogEntry.objects.get(action="programme.sign_up.noted")
        assert "Prefers" not in f"{entry.label}{entry.data}"

    @pytest.mark.parametrize("text", ["", "  ", "x" * 5_001, "nul\0"])
    def test_a_note_that_can_not_be_kept_comes_back(self, text, manager, form, client):
        sign_up = SignUpFactory(page=form)
        response = client.post(one(sign_up), {"text": text})
        assert response.status_code == 422
        assert text[:4_000].strip("\0 ") in response.content.decode()
        assert not sign_up.notes.exists()

    def test_nothing_is_written_on_what_was_erased(self, manager, form, client):
        sign_up = SignUpFactory(page=form)
        rights.erase(sign_up, rights.BY_STAFF)
        assert "was erased" in client.get(one(sign_up)).content.decode()
        client.post(one(sign_up), {"text": "A note"})
        client.post(f"{LIST}{sign_up.pk}/owner/", {"owner": manager.pk})
        client.post(f"{LIST}{sign_up.pk}/ask-again/")
        client.post(f"{LIST}{sign_up.pk}/move/", {"status": "new"})
        sign_up.refresh_from_db()
        assert (sign_up.status, sign_up.owner) == (Status.WITHDRAWN, None)
        assert not sign_up.notes.exists()
        assert mail.outbox == []

    def test_nothing_is_done_by_following_a_link(self, manager, form, client):
        sign_up = SignUpFactory(page=form)
        for name in ("move/", "owner/", "ask-again/"):
            assert client.get(f"{LIST}{sign_up.pk}/{name}").status_code == 405
        for name in ("change/", "export/", "download/", "erase/"):
            assert client.get(f"{LIST}{name}").status_code == 405

    def test_a_form_of_another_site_changes_nothing(self, manager, form, client):
        client.handler.enforce_csrf_checks = True
        sign_up = SignUpFactory(page=form)
        response = client.post(f"{LIST}{sign_up.pk}/move/", {"status": "contacted"})
        assert response.status_code == 403

    @pytest.mark.parametrize("key", ["0", "999999", "abc", "1/../2"])
    def test_there_is_no_screen_for_what_is_not_there(self, key, manager, client):
        assert client.get(f"{LIST}inspect/{key}/").status_code == 404


class TestSeveralAtOnce:
    def change(self, client, sign_ups=(), query="", **data):
        keys = [getattr(sign_up, "pk", sign_up) for sign_up in sign_ups]
        chosen = {"which": "ticked", "query": query, "sign_ups": keys}
        return client.post(f"{LIST}change/", chosen | data, follow=True)

    def test_those_that_may_are_moved_and_the_others_are_named_and_left_alone(
        self, manager, form, client
    ):
        new, active = (
            SignUpFactory(page=form, status=status) for status in (Status.NEW, Status.ACTIVE)
        )
        closed = SignUpFactory(page=form, status=Status.CLOSED)
        response = self.change(client, [new, active, closed], change="status:closed")
        assert "2 sign-ups changed." in said(response)
        assert f"Left alone. Sign-up {closed.pk} is closed already." in said(response)
        assert set(SignUp.objects.values_list("status", flat=True)) == {Status.CLOSED}

    def test_they_are_given_an_owner(self, manager, form, client):
        sign_ups = [SignUpFactory(page=form) for _ in range(2)]
        other = SignUpFactory(page=form)
        self.change(client, sign_ups, change=f"owner:{manager.pk}")
        assert SignUp.objects.filter(owner=manager).count() == 2
        self.change(client, sign_ups, change="owner:")
        other.refresh_from_db()
        assert not SignUp.objects.exclude(owner=None).exists()

    def test_all_that_were_found_are_changed_and_no_other(self, manager, form, client):
        for name in ("Amina", "Bo"):
            SignUpFactory(page=form, name=name)
        response = self.change(client, query="q=bo&p=1", which="all", change="status:contacted")
        assert SignUp.objects.get(status=Status.CONTACTED).name == "Bo"
        assert response.redirect_chain[-1][0] == f"{LIST}?q=bo&p=1"

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"change": "status:contacted"}, "Tick at least one"),
            ({"change": ""}, "Choose a status or an owner"),
            ({"change": "status:withdrawn"}, "Choose a status or an owner"),
            ({"change": "owner:999999"}, "Choose a status or an owner"),
            ({"change": "status:contacted", "sign_ups": ["x", "-1", "9" * 30]}, "Tick at least"),
            (
                {"change": "status:closed", "which": "all", "query": "status=nonsense"},
                "Tick at least one",
            ),
        ],
    )
    def test_without_a_choice_nothing_is_changed(self, data, sentence, manager, form, client):
        SignUpFactory(page=form)
        response = self.change(client, **data)
        assert sentence in said(response)
        assert SignUp.objects.get().status == Status.NEW

    def test_too_many_are_refused(self, manager, form, client, monkeypatch):
        monkeypatch.setattr("programme.triage.several.MOST", 2)
        sign_ups = [SignUpFactory(page=form) for _ in range(3)]
        response = self.change(client, sign_ups, change="status:closed")
        assert "at most 2" in said(response)
        assert not SignUp.objects.filter(status=Status.CLOSED).exists()

    def test_what_was_erased_meanwhile_is_left_alone(self, manager, form, client):
        sign_up = SignUpFactory(page=form)
        rights.erase(sign_up, rights.BY_STAFF)
        response = self.change(client, [sign_up], change=f"owner:{manager.pk}")
        assert f"Sign-up {sign_up.pk} has been erased." in said(response)


class TestTheFirstScreen:
    def panels(self, client):
        return client.get("/admin/").content.decode()

    def test_says_what_waits_and_leads_there(self, manager, form, client):
        SignUpFactory(page=form, name="Old", status_since=ago(8))
        SignUpFactory(page=form, name="Young")
        SignUpFactory(page=form, name="Spam", status=Status.SPAM)
        SignUpFactory(page=form, name="Quiet", status=Status.UNCONFIRMED)
        for query, names in {
            "status=new": {"Old", "Young"},
            "waiting=7": {"Old"},
            "status=spam": {"Spam"},
            "status=unconfirmed": {"Quiet"},
        }.items():
            assert f'{LIST}?{query}"' in self.panels(client)
            assert found(client, query) == names
        assert "will be erased" not in self.panels(client)

    def test_warns_of_what_is_erased_within_30_days(self, manager, form, client):
        soon = ago(1) - relativedelta(months=form.retention_months) + timedelta(days=30)
        SignUpFactory(page=form, name="Soon", created_at=soon)
        SignUpFactory(page=form, name="Later", created_at=soon + timedelta(days=5))
        text = " ".join(self.panels(client).split())
        assert "1 sign-up</a> will be erased within 30 days, because it has" in text
        assert found(client, "erased_within=30") == {"Soon"}

    def test_costs_the_same_for_many_as_for_few(
        self, manager, form, client, django_assert_max_num_queries: DjangoAssertNumQueries
    ):
        client.get("/admin/")
        with django_assert_max_num_queries(23) as few:
            client.get("/admin/")
        for _ in range(20):
            SignUpFactory(page=form)
        with django_assert_max_num_queries(len(few)):
            client.get("/admin/")
