"""The OpenAPI document: whole, typed, and changed only on purpose.

To write it anew after a change that is meant: `GOLDEN=write make test`. A change that
breaks clients is written by `GOLDEN=break` alone.
"""

import json
import os
import re
from pathlib import Path

import pytest
from wagtail.models import Page, get_page_models

from cms.api.content.api import PREFIX
from tests.blocks import all_blocks, stream_fields

from .compatibility import breaking_changes
from .contract import document, operations

SNAPSHOT = Path(__file__).parents[1] / "openapi.json"
PAGE_TYPES = [model for model in get_page_models() if model is not Page]


def shapes():
    return document()["components"]["schemas"]


def written(value) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_the_document_is_the_one_that_was_promised():
    broken = "\n".join(breaking_changes(json.loads(SNAPSHOT.read_text()), document()))
    golden = os.environ.get("GOLDEN")
    if golden == "break" or (golden == "write" and not broken):
        SNAPSHOT.write_text(written(document()))
    assert written(document()) == SNAPSHOT.read_text(), (
        f"This breaks clients of the content API:\n{broken}\nIf it must be, write the contract "
        "anew with GOLDEN=break, and say in the CHANGELOG what clients must do."
        if broken
        else "The contract of the content API has grown, and breaks nobody. If that is meant, "
        "write it anew with GOLDEN=write, and say so in the CHANGELOG."
    )


def parts(schema, where):
    """Every schema inside `schema`, with the place where it stands."""
    yield where, schema
    for name, part in schema.get("properties", {}).items():
        yield from parts(part, f"{where}.{name}")
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from parts(schema[word], f"{where}[]")
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, []):
            yield from parts(part, f"{where}|")


SAYS_WHAT_IT_IS = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"}


def everything():
    for name, schema in shapes().items():
        yield from parts(schema, name)
    for path, _, operation in operations():
        said = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in said:
            for shape in content.get("content", {}).values():
                yield from parts(shape["schema"], path)


def test_nothing_in_it_is_just_anything():
    for where, schema in everything():
        assert SAYS_WHAT_IT_IS & schema.keys(), where
        if schema.get("type") == "object":
            # Names that are not known before have values that are.
            assert "properties" in schema or isinstance(schema["additionalProperties"], dict), where
            assert schema.get("additionalProperties") is not True, where
        if schema.get("type") == "array":
            assert "items" in schema, where


def test_every_reference_leads_somewhere():
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document())):
        assert name in shapes()


def pages(union):
    assert union["discriminator"]["propertyName"] == "type"
    return union["discriminator"]["mapping"]


def test_a_page_is_one_of_all_page_types():
    answer = document()["paths"]["/pages/{page_id}/"]["get"]["responses"]["200"]
    union = answer["content"]["application/json"]["schema"]
    assert set(pages(union)) == {model._meta.label for model in PAGE_TYPES}
    assert len(union["oneOf"]) == len(PAGE_TYPES)
    rows = shapes()["PageList"]["properties"]["items"]["items"]
    assert set(pages(rows)) == set(pages(union))


@pytest.mark.parametrize("model", PAGE_TYPES)
def test_a_stream_is_a_list_of_its_own_blocks(model):
    for field in stream_fields(model):
        stream = shapes()[model._meta.object_name]["properties"][field.name]
        assert stream["type"] == "array"
        if len(field.stream_block.child_blocks) > 1:
            assert set(pages(stream["items"])) == set(field.stream_block.child_blocks)


def named_blocks():
    return {
        type(block).__name__
        for model in PAGE_TYPES
        for field in stream_fields(model)
        for block in all_blocks(field.stream_block)
        if hasattr(block, "child_blocks") and f"{type(block).__name__}" in shapes()
    }


def test_blocks_inside_blocks_have_types_of_their_own():
    assert {"CardBlock", "StepBlock", "AccordionSectionBlock", "TemplateFieldBlock"} <= (
        named_blocks()
    )
    steps = shapes()["StepsBlock"]["properties"]["steps"]
    assert steps["items"] == {"$ref": "#/components/schemas/StepBlock"}


#: What is for one reader alone, and how it is opened: by its address, or by a token.
UNKEPT = {"/preview/{token}/": False, "/drafts/{page_id}/": True}


def test_every_operation_declares_its_errors_headers_and_who_may_ask():
    for path, method, operation in operations():
        responses = operation["responses"]
        assert "400" in responses, path
        if UNKEPT.get(path, True):
            assert {"401", "403"} <= responses.keys(), path
            assert {"Bearer": []} in operation["security"]
            assert "WWW-Authenticate" in responses["401"]["headers"]
        else:
            assert "security" not in operation
        for status, response in responses.items():
            if status.startswith("4"):
                assert list(response["content"]) == ["application/problem+json"]
        if method == "get":
            assert ("304" in responses) == (path not in UNKEPT), path
            assert ("ETag" in responses["200"]["headers"]) == (path not in UNKEPT)
        else:
            assert {"413", "415", "422", "429"} <= responses.keys(), path
            assert "Retry-After" in responses["429"]["headers"]
    assert set(document()["components"]["securitySchemes"]) == {"Bearer"}


def test_only_drafts_need_a_token():
    for path, _, operation in operations():
        assert ({} not in operation.get("security", [{}])) == path.startswith("/drafts/")


def test_it_is_served_with_docs_that_load_from_here_alone(home, client):
    assert client.get(f"{PREFIX}openapi.json").json() == document()
    page = client.get(f"{PREFIX}docs/")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert addresses
    for address in addresses:
        assert address.startswith("/static/"), address
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "http" not in page["Content-Security-Policy"]
