"""Who a request's program is."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from cms.core.client_address import place

from .models import Token, digest_of

_MINUTE = timedelta(minutes=1)


class TokenRefused(Exception):  # noqa: N818 - it is an answer (401), not a fault
    """A token was sent, and is not one that works. Its text never says why."""


def token_from(authorization: str | None) -> Token | None:
    """The token of an `Authorization: Bearer …` header; one query, and a second once a minute.

    None when there is no such header, or it is of another scheme, which may be
    meant for a proxy in front of us. The request is then anyone's. Raises
    `TokenRefused` when the token is unknown, withdrawn or expired: answer 401.

    >>> token = token_from(request.headers.get("Authorization"))
    >>> if token and token.allows(Scope.DRAFTS_READ): ...
    """
    scheme, _, key = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = Token.objects.filter(digest=digest_of(key.strip())).first()
    if token is None or token.has_expired:
        raise TokenRefused("This token does not work.")
    _note_use(token)
    return token


def token_of(request) -> Token | None:
    """The token of a request, if it has one that works; looked up once for the request."""
    if not hasattr(request, "api_token"):
        try:
            request.api_token = token_from(request.headers.get("Authorization"))
        except TokenRefused:
            request.api_token = None
    return request.api_token


def rate_of(request) -> tuple[str, str]:
    """How often the APIs may be asked by who asks, for `throttled`: a token may more often."""
    token = token_of(request)
    return ("token", f"token {token.pk}") if token else ("api", place(request.META))


def _note_use(token):
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at <= now - _MINUTE:
        # Of two requests at once, one writes.
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - _MINUTE)
        Token.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
