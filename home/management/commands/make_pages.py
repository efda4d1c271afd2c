from django.core.management.base import BaseCommand, CommandError

from home import trial_pages


class Command(BaseCommand):
    help = (
        "Makes a site large, to try how it bears that: N pages of all types below the home page, "
        "under “Trial pages”, and half as many documents. They are public, so don't do it on the "
        "live site. --remove takes them away again, with their files."
    )

    def add_arguments(self, parser):
        parser.add_argument("number", metavar="N", nargs="?", type=int, help="How many pages.")
        parser.add_argument("--remove", action="store_true", help="Take what was made away again.")

    def handle(self, *args, number=None, remove=False, verbosity=1, **options):
        report = self.stdout.write if verbosity else lambda line: None
        if remove:
            if number is not None:
                raise CommandError("Give a number or --remove, not both.")
            found = trial_pages.remove(report)
            report("They are gone." if found else "There is nothing to take away.")
            return
        if number is None or number < 1:
            raise CommandError("Say how many pages: 1 or more.")
        try:
            trial_pages.make(number, report)
        except trial_pages.TrialPagesError as error:
            raise CommandError(str(error)) from error
        report(f"{number} pages and {number // 2} documents are in place.")
