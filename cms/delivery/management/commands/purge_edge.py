"""Have every cache in front of the site forget everything."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.delivery.edge.purging import purge
from cms.delivery.edge.tags import EVERYTHING


class Command(BaseCommand):
    help = "Have every cache in front of the site (EDGE_PURGE_URL) forget everything."

    def handle(self, *args, **options):
        if not settings.EDGE_PURGE_URL:
            raise CommandError("EDGE_PURGE_URL is not set, so there is no cache to tell.")
        if not purge({EVERYTHING}):
            raise CommandError("Not every cache has been told. The log says which.")
        self.stdout.write(f"Told: {', '.join(settings.EDGE_PURGE_URL)}")
