"""When sign-ups go, to the day."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from dateutil.relativedelta import relativedelta
from django.core.management import call_command
from django.utils import timezone

from home.roles import SIGN_UP_MANAGERS
from programme.models import SignUp, SignUpMessage, SignUpPurge
from programme.sign_ups import messages, retention, rights, taking
from tests.factories import GetInvolvedPageFactory, SignUpFactory, user_in

Status = SignUp.Status
NOTHING = {"kept_long_enough": 0, "never_confirmed": 0, "suspected_spam": 0}


@pytest.fixture
def form(home):
    return GetInvolvedPageFactory(parent=home, retention_months=24, unconfirmed_days=14)


def at(year, month, day, hour=12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def days_ago(number) -> datetime:
    return timezone.now() - timedelta(days=number)


def run(*options) -> str:
    from io import StringIO

    out = StringIO()
    call_command("purge_sign_ups", *options, stdout=out)
    return out.getvalue()


class TestKeptLongEnough:
    @pytest.mark.parametrize(
        ("sent", "last_day"),
        [
            (at(2024, 3, 10), (2026, 3, 10)),
            (at(2024, 3, 10, 23), (2026, 3, 10)),
            # Half past eleven at night in UTC is the next day here, in summer.
            (datetime(2024, 6, 10, 23, 30, tzinfo=UTC), (2026, 6, 11)),
            (at(2024, 2, 29), (2026, 2, 28)),
            (at(2024, 2, 28), (2026, 2, 28)),
        ],
    )
    def test_goes_on_the_day_that_the_person_was_told_and_not_before(self, sent, last_day, form):
        sign_up = SignUpFactory(page=form, created_at=sent)
        day = at(*last_day, 3)
        assert sign_up.keep_until == day.date()
        assert retention.purge(day - timedelta(days=1)) == NOTHING
        assert retention.purge(day) == NOTHING | {"kept_long_enough": 1}
        assert not SignUp.objects.exists()

    def test_months_of_any_length_end_on_the_day_that_was_told(self, form):
        form.retention_months = 1
        form.save()
        for number in range(800):
            sent = at(2023, 12, 1) + timedelta(days=number)
            until = SignUp(page=form, created_at=sent).keep_until
            goes = datetime.combine(until, datetime.min.time(), UTC) + timedelta(hours=3)
            assert sent < retention.oldest(form, goes)
            assert sent >= retention.oldest(form, goes - timedelta(days=1))

    def test_follows_the_form_when_staff_change_how_long_it_keeps(self, form):
        SignUpFactory(page=form, created_at=timezone.now() - relativedelta(months=7))
        assert retention.purge() == NOTHING
        form.retention_months = 6
        form.save()
        assert retention.purge()["kept_long_enough"] == 1

    def test_each_form_has_its_own_time(self, form, home):
        brief = GetInvolvedPageFactory(parent=home, slug="brief", retention_months=1)
        for page in (form, brief):
            SignUpFactory(page=page, created_at=days_ago(40))
        retention.purge()
        assert SignUp.objects.get().page == form

    def test_what_stayed_of_an_erased_one_goes_too(self, form):
        rights.erase(SignUpFactory(page=form, created_at=days_ago(800)), rights.BY_STAFF)
        retention.purge()
        assert not SignUp.objects.exists()

    def test_is_told_of_before(self, form):
        due = timezone.now() - relativedelta(months=24)
        soon = SignUpFactory(page=form, created_at=due + timedelta(days=20))
        SignUpFactory(page=form, created_at=due + timedelta(days=40))
        rights.erase(SignUpFactory(page=form, created_at=due), rights.BY_STAFF)
        assert list(retention.soon(30)) == [soon]


class TestNeverConfirmed:
    @pytest.fixture
    def sign_up(self, form):
        return SignUpFactory(page=form, status=Status.UNCONFIRMED, created_at=days_ago(60))

    def ask(self, sign_up, days, **state):
        """“Please confirm”, `days` ago; sent, unless `state` says otherwise."""
        state = state or {"sent_at": days_ago(days)}
        message = SignUpMessage.objects.create(
            sign_up=sign_up, kind=SignUpMessage.Kind.CONFIRM, **state
        )
        SignUpMessage.objects.filter(pk=message.pk).update(created_at=days_ago(days))

    @pytest.mark.parametrize(("days", "gone"), [(13, 0), (13.99, 0), (14.01, 1), (15, 1)])
    def test_goes_when_the_days_are_over_since_the_message_went_out(self, days, gone, sign_up):
        self.ask(sign_up, days)
        assert retention.purge() == NOTHING | {"never_confirmed": gone}

    def test_stays_while_mail_is_down(self, sign_up):
        self.ask(sign_up, 30, failed_at=days_ago(1), attempts=9)
        assert retention.purge() == NOTHING

    def test_goes_when_the_address_could_not_be_reached_for_as_long(self, sign_up):
        self.ask(sign_up, 30, failed_at=days_ago(20), given_up=True)
        assert retention.purge()["never_confirmed"] == 1

    def test_stays_when_it_was_asked_again(self, sign_up):
        self.ask(sign_up, 30)
        self.ask(sign_up, 2)
        assert retention.purge() == NOTHING

    def test_stays_when_it_was_confirmed(self, sign_up):
        self.ask(sign_up, 30)
        taking.move(sign_up, Status.NEW)
        assert retention.purge() == NOTHING

    def test_a_mail_server_that_comes_back_gives_the_person_the_whole_time(
        self, sign_up, monkeypatch, django_capture_on_commit_callbacks
    ):
        def down(*args, **kwargs):
            raise SMTPServerDisconnected

        with monkeypatch.context() as patched:
            patched.setattr("django.core.mail.EmailMultiAlternatives.send", down)
            with django_capture_on_commit_callbacks(execute=True):
                messages.send(sign_up, SignUpMessage.Kind.CONFIRM)
        assert retention.purge(timezone.now() + timedelta(days=20)) == NOTHING
        from programme.tasks import send_message

        send_message.func(sign_up.messages.get().pk)
        assert retention.purge(timezone.now() + timedelta(days=13)) == NOTHING
        later = timezone.now() + timedelta(days=15)
        assert retention.purge(later)["never_confirmed"] == 1


class TestSuspectedSpam:
    @pytest.mark.parametrize(("days", "gone"), [(29, 0), (31, 1)])
    def test_goes_after_30_days_that_nobody_rescued_it_in(self, days, gone, form):
        SignUpFactory(page=form, status=Status.SPAM, status_since=days_ago(days))
        assert retention.purge() == NOTHING | {"suspected_spam": gone}

    def test_is_counted_once_when_it_is_old_too(self, form):
        SignUpFactory(
            page=form,
            status=Status.SPAM,
            status_since=days_ago(900),
            created_at=days_ago(900),
        )
        assert retention.purge() == NOTHING | {"kept_long_enough": 1}


class TestTheCommand:
    def test_takes_everything_of_a_person_and_keeps_numbers(self, form, client):
        sign_up = SignUpFactory(
            page=form, created_at=days_ago(800), choices={"interest": ["Meetings"]}
        )
        sign_up.notes.create(text="Rang.")
        sign_up.messages.create(kind=SignUpMessage.Kind.CONFIRM)
        assert "1 erased: kept as long as their form says" in run()
        assert not SignUp.objects.exists()
        purge = SignUpPurge.objects.get()
        assert (purge.kept_long_enough, purge.never_confirmed, purge.suspected_spam) == (1, 0, 0)
        client.force_login(user_in(SIGN_UP_MANAGERS))
        text = client.get("/admin/programme/signup/records/").content.decode()
        assert "<td>1</td>" in text

    def test_a_dry_run_says_it_and_changes_nothing(self, form):
        SignUpFactory(page=form, created_at=days_ago(800), sender="digest")
        assert "1 would be erased: kept as long as their form says" in run("--dry-run")
        assert SignUp.objects.get().sender == "digest"
        assert not SignUpPurge.objects.exists()

    def test_does_it_once_when_it_is_run_twice(self, form):
        SignUpFactory(page=form, created_at=days_ago(800))
        run()
        assert "0 erased" in run()
        assert SignUpPurge.objects.count() == 1

    def test_counts_nothing_twice_when_two_run_side_by_side(self, form, monkeypatch):
        SignUpFactory(page=form, created_at=days_ago(800))
        due = retention.due

        def then_the_other_is_quicker(now):
            found = due(now)
            SignUp.objects.all().delete()
            return found

        monkeypatch.setattr(retention, "due", then_the_other_is_quicker)
        assert retention.purge() == NOTHING
        assert not SignUpPurge.objects.exists()

    def test_forgets_where_a_sign_up_came_from_after_a_day(self, form):
        for days in (0.9, 1.1):
            SignUpFactory(page=form, name=str(days), sender="digest", created_at=days_ago(days))
        run()
        assert SignUp.objects.exclude(sender="").get().name == "0.9"
