from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cms.core.tasks import SLOW
from home.models import HomePage
from home.roles import create_roles
from home.starter import StarterContent, StarterContentError


class Command(BaseCommand):
    help = "Loads the starter content. Run it again at will: what is there already is left alone."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Do nothing when the site has a home page already.",
        )

    def handle(self, *args, if_empty=False, verbosity=1, **options):
        create_roles()
        if if_empty and HomePage.objects.exists():
            return
        if verbosity:
            self.stdout.write("Loading the starter content: pictures, documents, pages.")
        report = self.stdout.write if verbosity > 1 else lambda line: None
        try:
            StarterContent(report=report).load()
        except StarterContentError as error:
            raise CommandError(f"The starter content was not loaded. {error}") from error
        if verbosity:
            self.stdout.write("Making the toolkit's downloads.")
        do_what_waits()
        if verbosity:
            self.stdout.write("The starter content is in place.")


def do_what_waits():
    """The background tasks now, so that the first reader finds every picture and file ready.

    Without those that nobody waits for: the worker does them when the site is up.
    """
    if settings.TASKS_BACKEND == "database":
        call_command(
            "db_worker",
            queue_name="*",
            exclude_queues=SLOW,
            batch=True,
            startup_delay=False,
            reload=False,
        )
