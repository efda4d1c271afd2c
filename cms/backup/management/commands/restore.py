from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cms.accounts import audit
from cms.backup.problems import BackupError, first_line
from cms.backup.site import restore


class Command(BaseCommand):
    help = (
        "Puts the site that a backup holds into a migrated, empty database and store. The whole "
        "file is verified first. Stop the site before, and start it after."
    )

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument(
            "--replace", action="store_true", help="Lose the site that is here, for the backup's."
        )
        parser.add_argument(
            "--no-input", action="store_false", dest="interactive", help="Don't ask."
        )

    def handle(self, *args, file, replace, interactive, **options):
        if file == "-":
            raise CommandError("A backup is read twice, so it must be a file.")
        try:
            with open(file, "rb") as opened:
                if not opened.seekable():
                    raise BackupError("A backup is read twice, so it must be a file.")
                ask = _ask if replace and interactive else (lambda: None)
                restore(opened, self.say, replace=replace, sure=ask)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(f"The site is not restored. {first_line(error)}") from error
        audit.say("restored")
        self.say("Done. Start the site again.")

    def say(self, word):
        self.stderr.write(word, lambda text: text)


def _ask():
    name = settings.WAGTAIL_SITE_NAME
    try:
        typed = input(f"This site is lost. To go on, type its name, {name}: ")
    except EOFError:
        typed = ""
    if typed.strip() != name:
        raise BackupError("That is not its name.")
