import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from tests.accounts.app import App
from tests.factories import user_in

PASSWORD = "correct horse battery"


@pytest.fixture
def person(home):
    """A publisher, with a password and nothing else."""
    return user_in("Publishers", email="pat@example.org")


@pytest.fixture
def author(home):
    return user_in("Authors", email="ash@example.org")


@pytest.fixture
def administrator(home):
    return user_in(None, email="admin@example.org", is_superuser=True)


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR = "required"
    return settings


@pytest.fixture
def app():
    """A phone with an authenticator app."""
    return App()


@pytest.fixture
def sign_in():
    """`sign_in(client, user)` types an email address and a password."""

    def sign_in(client, user, password=PASSWORD, **more):
        email = user if isinstance(user, str) else user.email
        return client.post("/admin/login/", {"username": email, "password": password}, **more)

    return sign_in


@pytest.fixture
def noted():
    """What the audit log has from here on, the oldest first: `noted()`, `noted("signed_in")`."""
    before = ModelLogEntry.objects.order_by("pk").values_list("pk", flat=True).last() or 0

    def noted(action=None):
        entries = ModelLogEntry.objects.filter(
            pk__gt=before, action__startswith="accounts."
        ).order_by("pk")
        if action:
            return list(entries.filter(action=f"accounts.{action}"))
        return [entry.action.removeprefix("accounts.") for entry in entries]

    return noted


@pytest.fixture
def elsewhere():
    """Another browser, at another network address."""
    return Client(REMOTE_ADDR="198.51.100.9")
