from django.core.management.base import BaseCommand, CommandError

from cms.core.daily import do_what_is_due


class Command(BaseCommand):
    help = (
        "Does what has to be done once a day: tidies up, erases what has been kept long enough. "
        "Run it every hour if you like, on every host: each part is done once a day."
    )

    def handle(self, *args, verbosity, **options):
        say = self.stdout.write if verbosity else lambda word: None
        if failed := do_what_is_due(say):
            raise CommandError(f"Not done: {', '.join(failed)}. The log says why.")
