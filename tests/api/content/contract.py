"""The content API's own document, and whether an answer keeps to it."""

import json
import re
from functools import cache

import jsonschema_rs

from cms.api.content.api import PREFIX, content_api


@cache
def document() -> dict:
    """The OpenAPI document, as a client reads it."""
    return json.loads(json.dumps(content_api.get_openapi_schema()))


def operation(path: str, method="get") -> dict:
    """What answers at `path`, such as "/pages/3/"."""
    for template, operations in document()["paths"].items():
        pattern = template.replace("{token}", "[^/]*:[^/]*")
        if re.fullmatch(re.sub(r"{\w+}", r"\\d+", pattern), path):
            return operations[method]
    raise LookupError(path)


def operations():
    """(path, method, operation) of everything that can be asked."""
    for path, methods in document()["paths"].items():
        for method, what in methods.items():
            yield path, method, what


def read(client, path: str, /, status=200, **query):
    """The answer to GET `path` below the API: checked against the document, as JSON."""
    response = client.get(PREFIX.rstrip("/") + path, query)
    return keeps_to_it(response, path, status)


def send(client, path: str, body, /, status=202, **options):
    """The same for a POST of `body`, as JSON; its answer comes whole."""
    options.setdefault("content_type", "application/json")
    response = client.post(PREFIX.rstrip("/") + path, body, **options)
    keeps_to_it(response, path, status, "post")
    return response


def keeps_to_it(response, path, status=200, method="get"):
    assert response.status_code == status, response.content
    assert not response.cookies
    declared = operation(path, method)["responses"][str(status)]
    (media_type, content), *_ = declared["content"].items()
    assert response["Content-Type"] == media_type
    body = response.json()
    validator(json.dumps(content["schema"])).validate(body)
    return body


@cache
def validator(schema: str):
    whole = {**json.loads(schema), "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
