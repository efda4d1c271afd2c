"""Asking at an address, seeing what came of it, and taking it back."""

import re
from http.cookies import SimpleCookie

from django.contrib.messages.storage.session import SessionStorage
from django.db import connection, transaction

from .people import Person

#: What is written whoever asks: who it is, and sizes of pictures when they are first shown.
_OF_THE_ASKING = re.compile(
    r"^(SAVEPOINT|RELEASE|ROLLBACK|SELECT|BEGIN"
    r'|(UPDATE|DELETE FROM|INSERT INTO) "'
    r'(django_session|api_token|wagtailcore_apitoken|core_rendition)")'
)
REFUSED = {"login", "no", "401", "403", "404", "405"}


def ask(person: Person, method: str, address: str, sent: dict) -> str:
    """What comes of it, as the tables say it. Nothing stays, in the database or the browser."""
    cookies, changed = person.cookies.output(header="", sep=";"), []

    def note(execute, sql, parameters, many, context):
        if not _OF_THE_ASKING.match(sql):
            changed.append(sql)
        return execute(sql, parameters, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        response = getattr(person, method.lower())(address, **sent)
        if response.streaming:
            b"".join(response)
        word = _word(response, bool(changed))
        transaction.set_rollback(True)
    person.cookies = SimpleCookie(cookies)
    return word


def _word(response, has_changed: bool) -> str:
    refused, place = True, response.headers.get("Location", "").partition("?")[0]
    if place in ("/admin/login/", "/_util/login/"):
        word = "login"
        refused = response.wsgi_request.path != "/admin/logout/"
    elif place:
        said = response.wsgi_request.session.get(SessionStorage.session_key, "")
        refused = place == "/admin/" and "permission" in said
        word = "no" if refused else "on"
    elif response.status_code < 300:
        word, refused = "yes", False
    else:
        word, refused = str(response.status_code), response.status_code not in (400, 422)
    if has_changed:
        return f"{word}!" if refused else "done" if word in ("yes", "on", "login") else word
    return word
