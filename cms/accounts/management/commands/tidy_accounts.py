from datetime import timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cms.accounts.audit import PREFIX


class Command(BaseCommand):
    help = (
        "Deletes what the audit log has kept for AUDIT_LOG_DAYS days of sign-ins and permissions, "
        "and failures to sign in that no longer count."
    )

    def handle(self, *args, verbosity, **options):
        now = timezone.now()
        old = now - timedelta(days=settings.AUDIT_LOG_DAYS)
        entries = ModelLogEntry.objects.filter(action__startswith=PREFIX, timestamp__lt=old)
        gone, _ = entries.delete()
        AccessAttempt.objects.filter(attempt_time__lt=now - get_cool_off()).delete()
        if verbosity:
            self.stdout.write(f"Entries of the audit log deleted: {gone}.")
