from django.core.management.base import BaseCommand

from cms.api.feed.keeping import forget_removals


class Command(BaseCommand):
    help = (
        "Forgets which things were removed from the site more than SYNC_REMEMBERS_DAYS days ago. "
        "Run it daily."
    )

    def handle(self, *args, verbosity, **options):
        number = forget_removals()
        if verbosity:
            self.stdout.write(f"Forgot {number} things that were removed long ago.")
