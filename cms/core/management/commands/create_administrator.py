import os
import secrets

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email


class Command(BaseCommand):
    help = (
        "Creates the first administrator, from DJANGO_SUPERUSER_EMAIL and "
        "DJANGO_SUPERUSER_PASSWORD. Without a password it makes one up and prints it, once. "
        "Does nothing when there is an administrator already."
    )

    def handle(self, *args, **options):
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        email = os.environ.get("DJANGO_SUPERUSER_EMAIL") or "admin@example.org"
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"DJANGO_SUPERUSER_EMAIL is no email address: {email}") from error
        given = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        users.create_superuser(email, password, first_name="Site", last_name="Administrator")
        self.stdout.write(f"\nYour account for the editor: {email}")
        if not given:
            self.stdout.write(f"Its password: {password}\nWrite it down: it is not shown again.\n")
