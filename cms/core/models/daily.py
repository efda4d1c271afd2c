"""What is done once a day, by whichever host comes first."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

#: After this long, who has begun and not ended is taken for dead.
LONGEST = timedelta(hours=2)


class DailyWork(models.Model):
    """When a command was last done to its end, and until when someone is at it."""

    command = models.CharField(max_length=100, primary_key=True)
    done_on = models.DateField(null=True)
    busy_until = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.command}: {self.done_on}"

    @classmethod
    @contextmanager
    def claim(cls, command: str):
        """Whether it is for the caller to do today; done when the block ends well.

        One UPDATE decides, as either database does one at a time. No transaction is
        open meanwhile: on SQLite, editors would have to wait for it.
        """
        cls.objects.get_or_create(command=command)
        now, today = timezone.now(), timezone.localdate()
        until = now + LONGEST
        # What is later than it can be was written by a clock that has been put right since.
        tomorrow = today + timedelta(days=1)
        due = Q(done_on=None) | Q(done_on__lt=today) | Q(done_on__gt=tomorrow)
        free = Q(busy_until=None) | Q(busy_until__lt=now) | Q(busy_until__gt=until)
        if not cls.objects.filter(due, free, command=command).update(busy_until=until):
            yield False
            return
        mine = cls.objects.filter(command=command, busy_until=until)
        try:
            yield True
        except BaseException:
            mine.update(busy_until=None)
            raise
        mine.update(busy_until=None, done_on=today)
