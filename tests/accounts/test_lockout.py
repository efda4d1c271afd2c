"""Who guesses passwords has to wait, and can make nobody else wait."""

import threading
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from cms.accounts import throttle

WRONG = "not the password"


def guess(client, sign_in, user, times, **more):
    for _ in range(times):
        response = sign_in(client, user, WRONG, **more)
    return response


def test_the_fifth_wrong_password_is_followed_by_a_wait_of_15_minutes(client, person, sign_in):
    assert guess(client, sign_in, person, 4).status_code == 200
    response = guess(client, sign_in, person, 1)
    assert response.status_code == 429
    assert 14 * 60 < int(response["Retry-After"]) <= 15 * 60
    assert "Wait 15 minutes, then try again." in response.content.decode()


def test_the_right_password_is_not_taken_before_and_is_after(client, person, sign_in):
    guess(client, sign_in, person, 5)
    assert sign_in(client, person).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert sign_in(client, person).status_code == 302


def test_trying_on_does_not_make_the_wait_longer(client, person, sign_in):
    guess(client, sign_in, person, 5)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        response = guess(client, sign_in, person, 3)
    assert int(response["Retry-After"]) <= 5 * 60


def test_a_colleague_elsewhere_can_not_be_locked_out(client, elsewhere, person, sign_in):
    guess(elsewhere, sign_in, person, 8)
    assert sign_in(client, person).status_code == 302


def test_a_colleague_at_the_same_place_can_not_be_locked_out_by_a_few(
    client, person, author, sign_in
):
    guess(client, sign_in, person, 5)
    assert sign_in(client, author).status_code == 302


def test_who_tries_many_names_from_one_address_waits_too(client, person, sign_in, settings):
    settings.SIGN_IN_TRIES_FROM_ADDRESS = 12
    for number in range(6):
        response = guess(client, sign_in, f"nobody{number}@example.org", 2)
    assert response.status_code == 429
    assert sign_in(client, person).status_code == 429


def test_signing_in_with_an_account_of_ones_own_does_not_forget_the_guesses_at_others(
    client, person, author, sign_in, settings
):
    settings.SIGN_IN_TRIES_FROM_ADDRESS = 6
    guess(client, sign_in, person, 4)
    sign_in(Client(), author)
    assert guess(client, sign_in, "nobody@example.org", 2).status_code == 429


def test_another_browser_or_another_case_of_a_name_is_no_way_round(client, person, sign_in):
    for number in range(4):
        guess(client, sign_in, person, 1, headers={"user-agent": f"Browser {number}"})
    assert guess(client, sign_in, " PAT@example.org ", 1).status_code == 429


def test_a_network_of_ipv6_is_one_place(person, sign_in):
    for host in range(1, 5):
        guess(Client(REMOTE_ADDR=f"2001:db8:1:2::{host}"), sign_in, person, 1)
    response = guess(Client(REMOTE_ADDR="2001:db8:1:2:3:4:5:6"), sign_in, person, 1)
    assert response.status_code == 429
    assert sign_in(Client(REMOTE_ADDR="2001:db8:1:3::1"), person).status_code == 302


def test_a_header_that_anyone_can_write_is_no_way_round(client, person, sign_in):
    for number in range(4):
        guess(client, sign_in, person, 1, headers={"x-forwarded-for": f"203.0.113.{number}"})
    assert guess(client, sign_in, person, 1).status_code == 429


def test_people_behind_a_proxy_of_ours_are_told_apart(client, person, sign_in, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    guess(client, sign_in, person, 5, headers={"x-forwarded-for": "203.0.113.7"})
    assert sign_in(client, person, headers={"x-forwarded-for": "203.0.113.8"}).status_code == 302


def test_a_name_without_an_account_is_answered_as_one_with_an_account(client, person, sign_in):
    known, unknown = guess(client, sign_in, person, 4), guess(client, sign_in, "no@example.org", 4)
    assert known.status_code == unknown.status_code
    for response in (known, unknown):
        assert "didn't match" in response.context["form"].non_field_errors()[0]
    assert guess(client, sign_in, "no@example.org", 1).status_code == 429


def test_no_password_and_no_name_that_was_typed_is_kept(client, person, sign_in, noted):
    sign_in(client, "my secret pass phrase", "and another one")
    sign_in(client, person, "and another one")
    kept = str(list(AccessAttempt.objects.values()))
    told = str([(entry.label, entry.data) for entry in noted("sign_in_failed")])
    for secret in ("secret", "another", "pat@"):
        assert secret not in kept
    assert "secret" not in told
    assert "another" not in told


def test_an_administrator_sees_the_lock_and_lifts_it(client, person, administrator, sign_in, noted):
    guess(client, sign_in, person, 5)
    boss = Client(REMOTE_ADDR="198.51.100.1")
    boss.force_login(administrator)
    page = boss.get("/admin/reports/sign-in-locks/").content.decode()
    assert "pat@example.org" in page
    assert "127.0.0.1" in page
    [lock] = throttle.locks()
    lift = {"name": lock.name, "address": lock.address}
    assert boss.post("/admin/reports/sign-in-locks/", lift).status_code == 302
    assert sign_in(client, person).status_code == 302
    [entry] = noted("lock_lifted")
    assert (entry.user, entry.object_id) == (administrator, str(person.pk))


def test_only_administrators_see_the_locks(client, person):
    client.force_login(person)
    assert client.get("/admin/reports/sign-in-locks/").status_code == 302
    assert "Sign-in locks" not in client.get("/admin/").content.decode()


def test_the_lock_is_noted_once(client, person, sign_in, noted):
    guess(client, sign_in, person, 9)
    assert noted() == ["sign_in_failed"] * 5 + ["locked"]


def test_what_no_longer_counts_is_deleted_every_day(client, person, sign_in):
    guess(client, sign_in, person, 2)
    call_command("tidy_accounts", verbosity=0)
    assert AccessAttempt.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        call_command("tidy_accounts", verbosity=0)
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("many", [3, 30])
def test_a_look_at_the_locks_takes_one_query(
    many, client, sign_in, home, django_assert_num_queries
):
    for number in range(many):
        guess(Client(REMOTE_ADDR=f"203.0.113.{number}"), sign_in, "no@example.org", 1)
    with django_assert_num_queries(1):
        throttle.locks()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="Its memory is one connection's.")
def test_guesses_at_the_same_moment_are_all_counted(
    transactional_db, django_db_serialized_rollback, person, sign_in
):
    def one():
        sign_in(Client(), person, WRONG)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(attempt.failures_since_start for attempt in AccessAttempt.objects.all()) == 4
