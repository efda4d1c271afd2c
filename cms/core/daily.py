"""What has to be done every day: for `manage.py daily` and `manage.py serve` alike."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command

from .models import DailyWork

logger = logging.getLogger(__name__)


def do_what_is_due(say: Callable[[str], None] = lambda word: None) -> list[str]:
    """Do each of `DAILY_COMMANDS` that nobody has done today; give those that failed.

    They are tried again at the next call, and the others go on.
    """
    failed = []
    for command in settings.DAILY_COMMANDS:
        try:
            with DailyWork.claim(command) as mine:
                if mine:
                    call_command(command, verbosity=0)
                say(f"{command}: done" if mine else f"{command}: done today, or being done")
        except Exception:  # whatever it is, the others are not to be left undone
            logger.exception("%s could not be done. It is tried again at the next call.", command)
            failed.append(command)
    return failed
