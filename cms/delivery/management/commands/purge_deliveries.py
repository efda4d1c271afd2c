from django.core.management.base import BaseCommand

from cms.delivery.queue import purge


class Command(BaseCommand):
    help = "Deletes the lines of the webhooks' log that are older than 30 days. Run it daily."

    def handle(self, *args, verbosity, **options):
        number = purge()
        if verbosity:
            self.stdout.write(f"Deleted {number} lines of the webhooks' log.")
