from wagtail.management.commands import publish_scheduled

from cms.core.alone import alone


class Command(publish_scheduled.Command):
    """Wagtail's, by one process at a time: of two, each would publish what is due."""

    help = "Publishes what is due, and takes down what has expired."

    def handle(self, *args, **options):
        with alone("publish_scheduled") as mine:
            if mine:
                super().handle(*args, **options)
            elif options["verbosity"]:
                self.stdout.write("Another process is at it.")
