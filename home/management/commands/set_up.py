from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Makes a site ready to serve: brings the database up to date, loads the starter content "
        "if there is none, and creates the first administrator. Run it again at will."
    )

    def handle(self, *args, **options):
        # In one process: a second start takes seconds.
        call_command("migrate", verbosity=0)
        call_command("load_starter_content", if_empty=True, stdout=self.stdout)
        call_command("create_administrator", stdout=self.stdout)
