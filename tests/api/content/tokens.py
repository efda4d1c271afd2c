"""Tokens of programs that ask the content API."""

from cms.api.models import Token


def key_for(*scopes, **values) -> str:
    """The key of a new token with these scopes."""
    token = Token(name=f"Token {Token.objects.count()}", scopes=list(scopes), **values)
    key = token.make_key()
    token.save()
    return key
