from django.core.management.base import BaseCommand

from programme.sign_ups import retention

WORDS = {
    "kept_long_enough": "kept as long as their form says",
    "never_confirmed": "never confirmed",
    "suspected_spam": "suspected spam that nobody rescued",
}


class Command(BaseCommand):
    help = "Erases the sign-ups whose time is up, and keeps a record of how many. Run it every day."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be erased, and erase nothing."
        )

    def handle(self, *args, dry_run, **options):
        if dry_run:
            counts = {name: len(keys) for name, keys in retention.due().items()}
            verb = "would be erased"
        else:
            counts = retention.purge()
            verb = "erased"
        if not options["verbosity"]:
            return
        for name, count in counts.items():
            self.stdout.write(f"{count} {verb}: {WORDS[name]}")
