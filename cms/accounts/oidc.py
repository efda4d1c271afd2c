"""OpenID Connect, by the authorisation code flow.

Authlib speaks it: it asks the provider where everything is when somebody signs in, sends
a state, a nonce and a PKCE challenge, and checks the signature, issuer, audience, nonce and
times of what comes back. It takes a while to import, so import this where it is used.

https://openid.net/specs/openid-connect-core-1_0.html
"""

import logging
import time
from functools import lru_cache

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from joserfc.errors import JoseError

from .provider import RefusedError, name

logger = logging.getLogger(__name__)

PATIENCE = 10  # seconds for an answer
FRESH = 5 * 60  # seconds since the provider has seen the person, clocks and all
_FAULTS = (OAuthError, JoseError, requests.RequestException, ValueError, KeyError, RuntimeError)


def client():
    """Authlib's client. It asks the provider when it is used, not when it is made."""
    return _client(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)


@lru_cache(maxsize=4)
def _client(issuer, client_id, secret):
    return OAuth().register(
        "provider",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.OIDC_SCOPES,
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE,
        },
    )


def look() -> dict:
    """What the provider says of itself. Raises RefusedError."""
    try:
        said = client().load_server_metadata()
    except _FAULTS as error:
        raise _away(error) from error
    if said.get("issuer", "").rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
        raise RefusedError(f"{name()} gives another name than the one in the settings.")
    return said


def send(request, back: str, *, again: bool):
    """The redirect to the provider, which sends people `back`. Raises RefusedError.

    `again`: they must show there who they are, even if they are signed in there.
    """
    look()
    more = {"prompt": "login", "max_age": 0} if again else {}
    try:
        return client().authorize_redirect(request, back, **more)
    except _FAULTS as error:
        raise _away(error) from error


def claims_of(request, *, again: bool) -> dict:
    """What the provider says of who comes back. Raises RefusedError."""
    look()
    try:
        token = client().authorize_access_token(request)
        claims = dict(token["userinfo"])
        if "email" not in claims:
            more = dict(client().userinfo(token=token))
            if more.get("sub") != claims["sub"]:
                raise ValueError("The claims are about somebody else.")
            claims = more | claims
    except _FAULTS as error:
        raise _away(error) from error
    if again and time.time() - claims.get("auth_time", 0) > FRESH:
        raise RefusedError(f"{name()} did not ask you again who you are. Nothing was confirmed.")
    return claims


def _away(error) -> RefusedError:
    logger.warning("Sign-in by the provider failed: %s: %s", type(error).__name__, error)
    return RefusedError(
        f"Signing in with {name()} did not work. Try again. If it goes on, tell an administrator."
    )
