"""Who asks: endpoints that a program needs a token for, or may do more with one.

    router.post("…", auth=Bearer(Scope.FORMS_WRITE, required=False))

`request.auth` is then the token, or `ANYONE` where none is required and none with the
scope was sent. A token that does not work is 401, and where one is required, one
without the scope is 403, as RFC 6750 has it.
"""

from typing import NamedTuple

from django.conf import settings
from ninja.security import HttpBearer

from ..models import Scope
from ..tokens import token_from


class Anyone(NamedTuple):
    """Who asks when no token was sent: what the public may, and nothing more."""

    name: str = "anyone"

    def allows(self, scope: str) -> bool:
        return False


ANYONE = Anyone()


class TokenNeeded(Exception):  # noqa: N818 - it is an answer (401), not a fault
    """No token was sent, and one is needed."""


class ScopeMissing(Exception):  # noqa: N818 - it is an answer (403), not a fault
    """The token works, and does not allow this."""

    def __init__(self, scope: str):
        super().__init__(f"This token does not allow {scope}.")
        self.scope = scope


class Bearer(HttpBearer):
    """The `auth` of an endpoint for tokens with a scope. Raises TokenRefused and the two above."""

    def __init__(self, scope: str, *, required: bool = True):
        super().__init__()
        self.scope = scope
        self.required = required

    def __call__(self, request):
        token = getattr(request, "api_token", None) or token_from(
            request.headers.get("Authorization")
        )
        if token and token.allows(self.scope):
            return token
        if not self.required:
            return ANYONE  # a token never sees less than the public does
        if token is None:
            raise TokenNeeded("A token is needed here.")
        raise ScopeMissing(self.scope)

    def authenticate(self, request, token):
        raise NotImplementedError("__call__ does it all")


_CONTENT_READ = Bearer(Scope.CONTENT_READ)


def reader(request):
    """Who reads what is public: anyone, or a token with content:read where that is asked for.

    Where anyone may, `Authorization` changes no answer, so that caches need not look at it.
    Only how often one may ask depends on it: `rate_of`.
    """
    return ANYONE if settings.CONTENT_API_OPEN else _CONTENT_READ(request)
