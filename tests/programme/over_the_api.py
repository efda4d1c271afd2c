"""Sending the form over the content API."""

from tests.api.content.contract import send
from tests.api.content.tokens import key_for

ANSWERS = {
    "name": "Amina",
    "email": "amina@example.org",
    "how_would_you_like_to_take_part": ["Meetings"],
    "anything_else": "I speak Polish.",
}


def path(page):
    return f"/forms/{page.pk}/submissions/"


def sends(client, page, status=202, answers=None, **headers):
    body = {"answers": ANSWERS if answers is None else answers}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(client, path(page), body, status, headers=names)


def bearer(*scopes, **values):
    return {"Authorization": f"Bearer {key_for(*scopes, **values)}"}
