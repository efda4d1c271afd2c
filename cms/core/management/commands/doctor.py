import sys

from django.core.checks import ERROR
from django.core.management.base import BaseCommand

from cms.core.logs import discreet
from cms.core.watching import examinations


class Command(BaseCommand):
    help = (
        "Looks at the configuration and at the services that it names, and says what is wrong "
        "and how to mend it. Ends with 1 when something is wrong, and with 0 when there is advice "
        "alone. With -v 2, it says what is right as well."
    )
    requires_system_checks = []  # they are part of what it says

    def handle(self, *args, verbosity, **options):
        wrong = advice = 0
        for what, found in examinations.all_of_them():
            if not found and verbosity > 1:
                self.stdout.write(f"{self.style.SUCCESS('Right ')}  {what}")
            for message in found:
                is_wrong = message.level >= ERROR
                wrong, advice = wrong + is_wrong, advice + (not is_wrong)
                name = self.style.ERROR("Wrong ") if is_wrong else self.style.WARNING("Advice")
                self.stdout.write(f"{name}  {discreet(message.msg.strip())}")
                if message.hint:
                    self.stdout.write(f"        {' '.join(message.hint.split())}")
        if wrong:
            self.stdout.write(f"\nTo mend: {wrong}. Advice: {advice}.")
            sys.exit(1)
        self.stdout.write(f"Nothing is wrong. Advice: {advice}.")
