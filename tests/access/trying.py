"""Asking at an address, seeing what came of it, and taking it back."""

import re
from http.cookies import SimpleCookie
from typing import NamedTuple

from django.contrib.messages.storage.session import SessionStorage
from django.db import connection, transaction

from .people import Person

#: What is written of whoever asks, be it refused or not.
_OF_THE_ASKING = re.compile(
    r'^(SAVEPOINT|RELEASE|ROLLBACK|SELECT|BEGIN|INSERT INTO "django_session"'
    r'|(UPDATE|DELETE FROM|INSERT INTO) "(django_session|api_token|wagtailcore_apitoken)")'
)
_REFUSED = {"no", "login", "401", "403", "404", "405"}


class Outcome(NamedTuple):
    word: str  # as in the tables
    changed: list[str]  # what was written in the database

    @property
    def was_refused(self) -> bool:
        return self.word in _REFUSED


def ask(person: Person, method: str, address: str, sent: dict) -> Outcome:
    """What comes of it. Nothing of it stays, neither in the database nor in the browser."""
    cookies, changed = person.cookies.output(header="", sep=";"), []

    def note(execute, sql, parameters, many, context):
        if not _OF_THE_ASKING.match(sql):
            changed.append(sql)
        return execute(sql, parameters, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        response = getattr(person, method.lower())(address, **sent)
        if response.streaming:
            b"".join(response)
        word = _word(response)
        transaction.set_rollback(True)
    person.cookies = SimpleCookie(cookies)
    return Outcome(word, changed)


def _word(response) -> str:
    if response.status_code in (301, 302, 303):
        place = response.headers["Location"].partition("?")[0]
        if place in ("/admin/login/", "/_util/login/"):
            return "login"
        said = response.wsgi_request.session.get(SessionStorage.session_key, "")
        return "no" if place == "/admin/" and "permission" in said else "on"
    return "yes" if response.status_code < 300 else str(response.status_code)
