"""What is done once a day, however often and from however many hosts it is asked for."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from cms.core import daily
from cms.core.models import DailyWork

COMMANDS = ["purge_sign_ups", "purge_deliveries"]


@pytest.fixture
def called(db, monkeypatch, settings):
    """The names of what was done."""
    settings.DAILY_COMMANDS = COMMANDS
    names = []
    monkeypatch.setattr(daily, "call_command", lambda name, **options: names.append(name))
    return names


def test_each_part_is_done_once_a_day(called):
    for _ in range(3):
        call_command("daily", verbosity=0)
    assert called == COMMANDS
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        call_command("daily", verbosity=0)
    assert called == COMMANDS * 2


def test_what_another_host_is_at_is_left_to_it(called):
    with DailyWork.claim(COMMANDS[0]) as mine:
        assert mine
        call_command("daily", verbosity=0)
        with DailyWork.claim(COMMANDS[0]) as again:
            assert not again
    assert called == COMMANDS[1:]


def test_what_a_host_that_died_had_begun_is_done_by_another(called):
    DailyWork.objects.create(command=COMMANDS[0], busy_until=timezone.now() - timedelta(seconds=1))
    call_command("daily", verbosity=0)
    assert called == COMMANDS


def test_a_part_that_fails_is_told_and_tried_again_and_the_others_go_on(
    called, monkeypatch, caplog, capsys
):
    def away(name, **options):
        called.append(name)
        if name == COMMANDS[0]:
            raise DatabaseError("away")

    with monkeypatch.context() as patch:
        patch.setattr(daily, "call_command", away)
        with pytest.raises(CommandError, match="Not done: purge_sign_ups"):
            call_command("daily")
    assert "tried again at the next call" in caplog.text
    assert "purge_deliveries: done" in capsys.readouterr().out
    call_command("daily", verbosity=0)
    assert called == [*COMMANDS, COMMANDS[0]]
