"""The processes that do background tasks, and when each was last alive."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

#: Who has said nothing for so long is dead. By the database's clock, which all share.
SILENT = timedelta(seconds=60)


class Worker(models.Model):
    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"{self.name}: {self.seen_at}"

    @classmethod
    def give_sign(cls, name: str) -> None:
        if not cls.objects.filter(pk=name).update(seen_at=Now()):
            cls.objects.create(name=name)

    @classmethod
    def dead(cls):
        return cls.objects.filter(seen_at__lt=Now() - SILENT)
