"""People sign in with an email address."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from cms.core.models import User
from tests.factories import UserFactory


def test_the_letters_case_of_an_address_does_not_matter(db, client):
    UserFactory(email="robin@example.org", is_superuser=True)
    response = client.post(
        "/admin/login/",
        {"username": "Robin@Example.org", "password": "correct horse battery"},
    )
    assert response.status_code == 302


def test_one_address_is_one_person_whatever_its_case(db):
    User.objects.create_user("Robin@example.org")
    with pytest.raises(IntegrityError):
        UserFactory(email="ROBIN@example.org")


def test_an_address_is_needed(db):
    with pytest.raises(ValueError, match="email address"):
        User.objects.create_user("")


class TestTheFirstAdministrator:
    def test_takes_address_and_password_from_the_environment(self, db, monkeypatch, capsys):
        monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "boss@example.org")
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a password of theirs")
        call_command("create_administrator")
        assert User.objects.get(email="boss@example.org").check_password("a password of theirs")
        assert "a password of theirs" not in capsys.readouterr().out

    def test_gets_a_random_password_that_is_printed_once(self, db, monkeypatch, capsys):
        monkeypatch.delenv("DJANGO_SUPERUSER_EMAIL", raising=False)
        monkeypatch.delenv("DJANGO_SUPERUSER_PASSWORD", raising=False)
        call_command("create_administrator")
        printed = capsys.readouterr().out
        password = printed.split("password: ")[1].splitlines()[0]
        assert User.objects.get().check_password(password)
        call_command("create_administrator")
        assert capsys.readouterr().out == ""
        assert User.objects.count() == 1
