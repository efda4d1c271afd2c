"""What Ninja can't know of the API, written into its OpenAPI document."""

import json
import re

from .frame import UNKEPT
from .problems import MEDIA_TYPE

_HEADERS = {
    "ETag": "Another one whenever the answer changes.",
    "Last-Modified": "When something that readers can see last changed.",
    "Cache-Control": "How long a cache in between may keep it.",
    "Cache-Tag": "Names to purge it by, with commas between them.",
    "Surrogate-Key": "The same names, with spaces between them.",
    "WWW-Authenticate": "Which kind of token is asked for, and what was wrong with this one.",
    "Retry-After": "The seconds after which it is worth trying again.",
}
_HEADERS_OF = {
    200: ("ETag", "Last-Modified", "Cache-Control", "Cache-Tag", "Surrogate-Key"),
    202: ("Cache-Control",),
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After",),
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token that an administrator of the site has made, with the scopes it needs.",
}


def completed(schema: dict, prefix: str) -> dict:
    """`schema`, whole: the same wherever it is served, and without what nothing points at."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            _declare(operation)
    schema["components"] = {
        "schemas": _referenced(schema["paths"], schema["components"]["schemas"]),
        "securitySchemes": {"Bearer": _BEARER},
    }
    schema["servers"] = [{"url": prefix.rstrip("/")}]
    return schema


def _referenced(paths, shapes) -> dict:
    """Those of `shapes` that `paths` point at, and what these point at, by name."""
    found, unseen = set(), [paths]
    while unseen:
        names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(unseen.pop()))) - found
        found |= names
        unseen += [shapes[name] for name in names]
    return {name: shapes[name] for name in sorted(found)}


def _declare(operation) -> None:
    """An operation's headers, 304, and how errors are written."""
    responses = operation["responses"]
    unkept = operation.pop(UNKEPT, False)
    for status, response in responses.items():
        kind = 202 if unkept and int(status) == 200 else int(status)
        response["headers"] = _headers(*_HEADERS_OF.get(kind, ()))
        if int(status) >= 400:
            response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
    if 200 in responses and not unkept:
        responses[304] = {
            "description": "What you have is still right: `If-None-Match` names it.",
            "headers": _headers("ETag", "Last-Modified", "Cache-Control"),
        }
        operation["parameters"].append(
            {
                "in": "header",
                "name": "If-None-Match",
                "required": False,
                "schema": {"type": "string"},
                "description": "The ETag of the answer that you have.",
            }
        )


def _headers(*names):
    return {name: {"schema": {"type": "string"}, "description": _HEADERS[name]} for name in names}
