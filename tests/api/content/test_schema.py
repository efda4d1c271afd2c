"""The OpenAPI document: whole, typed, and changed only on purpose.

To write it anew after a change that is meant: `GOLDEN=write make test`.
"""

import json
import os
import re
from pathlib import Path

import pytest
from wagtail.models import Page, get_page_models

from cms.api.content.api import PREFIX
from tests.blocks import all_blocks, stream_fields

from .contract import document

SNAPSHOT = Path(__file__).parents[1] / "openapi.json"
PAGE_TYPES = [model for model in get_page_models() if model is not Page]


def shapes():
    return document()["components"]["schemas"]


def written(value) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_the_document_is_the_one_that_was_promised():
    if os.environ.get("GOLDEN") == "write":
        SNAPSHOT.write_text(written(document()))
    assert written(document()) == SNAPSHOT.read_text(), (
        "The contract of the content API has changed, and clients are made from it. If that is "
        "meant, write it anew with GOLDEN=write and say in the CHANGELOG what clients must do."
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
    for path, operations in document()["paths"].items():
        for response in operations["get"]["responses"].values():
            for content in response.get("content", {}).values():
                yield from parts(content["schema"], path)


def test_nothing_in_it_is_just_anything():
    for where, schema in everything():
        assert SAYS_WHAT_IT_IS & schema.keys(), where
        if schema.get("type") == "object":
            assert "properties" in schema, where
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


UNKEPT = {"/preview/{token}/": {"404"}, "/drafts/{page_id}/": {"401", "403", "404"}}


def test_every_operation_declares_its_errors_and_headers():
    for path, operations in document()["paths"].items():
        responses = operations["get"]["responses"]
        assert {"200", "400", *UNKEPT.get(path, {"304"})} <= responses.keys(), path
        assert ("ETag" in responses["200"]["headers"]) == (path not in UNKEPT)
        for status, response in responses.items():
            if status.startswith("4"):
                assert list(response["content"]) == ["application/problem+json"]


def test_only_drafts_ask_for_a_token():
    for path, operations in document()["paths"].items():
        assert ("security" in operations["get"]) == path.startswith("/drafts/")


def test_it_is_served_with_docs_that_load_from_here_alone(client):
    assert client.get(f"{PREFIX}openapi.json").json() == document()
    page = client.get(f"{PREFIX}docs/")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert addresses
    for address in addresses:
        assert address.startswith("/static/"), address
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "http" not in page["Content-Security-Policy"]
