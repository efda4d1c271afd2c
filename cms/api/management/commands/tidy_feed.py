from django.core.management.base import BaseCommand

from cms.api.feed.keeping import tidy


class Command(BaseCommand):
    help = (
        "Forgets which things were removed from the site more than SYNC_REMEMBERS_DAYS days ago, "
        "and finds what came or went without a word. Run it daily."
    )

    def handle(self, *args, verbosity, **options):
        forgotten = tidy()
        if verbosity:
            self.stdout.write(f"Forgot {forgotten} things that were removed long ago.")
