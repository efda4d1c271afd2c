"""Everyone who may come to an address: each column of the tables, and who is meant by it."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import APIToken
from wagtail.users.models import UserProfile

from cms.api.models import Scope, Token
from home.roles import AUTHORS, EDITORS, PUBLISHERS, SIGN_UP_MANAGERS
from tests.api.content.tokens import key_for
from tests.factories import UserFactory, user_in

PASSWORD = "correct horse battery"
ROLES = {
    "author": AUTHORS,
    "editor": EDITORS,
    "publisher": PUBLISHERS,
    "sign-ups": SIGN_UP_MANAGERS,
}


class Person(Client):
    """A browser or a program, with what it shows of itself. A fault of ours is a 500 for it."""

    def __init__(self, user=None, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else None
        super().__init__(raise_request_exception=False, headers=headers)
        self.user = user
        if user:
            self.force_login(user)
            UserProfile.get_for_user(user)  # which the editor makes when it is first opened


def _in(role) -> Callable[[], Person]:
    return lambda: Person(user_in(role))


def _administrator() -> Person:
    return Person(user_in(None, is_superuser=True))


def _may_open_the_editor_and_no_more() -> Person:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return Person(user)


def _disabled() -> Person:
    """An administrator who was signed in when the account was disabled."""
    person = _administrator()
    person.user.is_active = False
    person.user.save()
    return person


def _before_the_second_factor() -> Person:
    """An administrator who has typed the password, and no code yet."""
    user = user_in(None, is_superuser=True)
    person, before = Person(), settings.SECOND_FACTOR
    settings.SECOND_FACTOR = "required"
    person.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    settings.SECOND_FACTOR = before
    assert person.session
    return person


def _token(*scopes, **values) -> Callable[[], Person]:
    return lambda: Person(key=key_for(*scopes, **values))


def _expired() -> Person:
    yesterday = timezone.localdate() - timedelta(days=1)
    return Person(key=key_for(*Scope.values, expires_on=yesterday))


def _withdrawn() -> Person:
    key = key_for(*Scope.values)
    Token.objects.latest("pk").delete()
    return Person(key=key)


def _token_of_v3(user, *, revoked=False) -> Person:
    token, key = APIToken.create_token(user=user, name="A script")
    if revoked:
        token.revoke()
    return Person(key=key)


def _v3(role=None, *, revoked=False, **values) -> Callable[[], Person]:
    return lambda: _token_of_v3(user_in(role, **values), revoked=revoked)


_STRANGERS = {"nobody": Person, "a disabled account": _disabled}
_HALF_IN = {"before the second factor": _before_the_second_factor}
_TOKENS = {scope: _token(scope) for scope in Scope.values}
_SESSIONS = {
    "without a role": lambda: Person(UserFactory()),
    **{name: _in(role) for name, role in ROLES.items()},
    "administrator": _administrator,
}
#: {kind of table: {column: {who: makes one of them}}}. All of a column are treated alike.
COLUMNS = {
    "people": {
        "strangers": {
            **_STRANGERS,
            **_TOKENS,
            "an expired token": _expired,
            "a token that was withdrawn": _withdrawn,
        },
        "no code yet": _HALF_IN,
        **{name: {name: make} for name, make in _SESSIONS.items()},
    },
    "programs": {
        "nobody": _STRANGERS | _HALF_IN | _SESSIONS,
        **{scope: {scope: make} for scope, make in _TOKENS.items()},
        "old token": {
            "an expired token": _expired,
            "a token that was withdrawn": _withdrawn,
            "a token that never was": lambda: Person(key="cms_nonsense"),
        },
    },
    "scripts": {
        "strangers": {
            **_STRANGERS,
            **_HALF_IN,
            "administrator": _administrator,  # a session is no token
            "a token of the content API": _token(*Scope.values),
            "a disabled account's token": _v3(is_superuser=True, is_active=False),
            "a token that was withdrawn": _v3(is_superuser=True, revoked=True),
        },
        "without a role": {"without a role": _v3()},
        **{name: {name: _v3(role)} for name, role in ROLES.items()},
        "administrator": {"administrator": _v3(is_superuser=True)},
    },
}
