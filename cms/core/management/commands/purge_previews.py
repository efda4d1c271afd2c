from django.core.management.base import BaseCommand

from cms.core.previews import forget_what_is_over


class Command(BaseCommand):
    help = (
        "Deletes drafts that were kept for a preview, and links to previews that have ended. "
        "Run it daily."
    )

    def handle(self, *args, verbosity, **options):
        number = forget_what_is_over()
        if verbosity:
            self.stdout.write(f"Deleted {number} drafts and links to previews.")
