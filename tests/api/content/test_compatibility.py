"""Changes of the contract that break clients are told from those that do not."""

import copy

import pytest

from .compatibility import breaking_changes
from .contract import document

IN = {"schema": {"$ref": "#/components/schemas/In"}}
OLD = {
    "paths": {
        "/things/": {
            "get": {
                "parameters": [
                    {
                        "in": "query",
                        "name": "order",
                        "required": False,
                        "schema": {"type": "string", "enum": ["id", "title"]},
                    },
                    {
                        "in": "query",
                        "name": "limit",
                        "required": False,
                        "schema": {"type": "integer", "maximum": 100},
                    },
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        },
                    },
                    "404": {},
                },
                "security": [{}, {"Bearer": []}],
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/In"}}
                    },
                },
                "responses": {"202": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "In": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
                "required": ["name"],
            },
            "Thing": {
                "type": "object",
                "required": ["id", "kind", "picture", "body", "parts"],
                "properties": {
                    "id": {"type": "integer"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "made": {"type": "string", "format": "date"},
                    "picture": {"anyOf": [{"$ref": "#/components/schemas/Pic"}, {"type": "null"}]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "body": {
                        "discriminator": {"propertyName": "type"},
                        "oneOf": [
                            {"$ref": "#/components/schemas/Pic"},
                            {"$ref": "#/components/schemas/Words"},
                        ],
                    },
                },
            },
            "Pic": {
                "type": "object",
                "required": ["alt", "type"],
                "properties": {"alt": {"type": "string"}, "type": {"const": "pic"}},
            },
            "Words": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"const": "words"}},
            },
        }
    },
}


def changed(change):
    new = copy.deepcopy(OLD)
    change(new)
    return new


def get(new):
    return new["paths"]["/things/"]["get"]


def thing(new):
    return new["components"]["schemas"]["Thing"]


def sent(new):
    return new["components"]["schemas"]["In"]


def parameter(name, **values):
    return {"in": "query", "name": name, "schema": {"type": "string"}, **values}


BREAKING = {
    "GET /things/ is gone.": lambda new: new["paths"]["/things/"].pop("get"),
    "POST /things/ is gone.": lambda new: new["paths"]["/things/"].pop("post"),
    "GET /things/ no longer declares 404.": lambda new: get(new)["responses"].pop("404"),
    "GET /things/ needs a token now.": lambda new: get(new).update(security=[{"Bearer": []}]),
    "GET /things/ 200: the header ETag is gone.": lambda new: get(new)["responses"]["200"].pop(
        "headers"
    ),
    "GET /things/: the parameter limit is gone.": lambda new: get(new)["parameters"].pop(),
    "GET /things/: the parameter new is required now.": lambda new: get(new)["parameters"].append(
        parameter("new", required=True)
    ),
    "GET /things/: the parameter order is required now.": lambda new: get(new)["parameters"][
        0
    ].update(required=True),
    "GET /things/: order no longer takes title.": lambda new: get(new)["parameters"][0][
        "schema"
    ].update(enum=["id"]),
    "GET /things/: limit: maximum is 50 now.": lambda new: get(new)["parameters"][1][
        "schema"
    ].update(maximum=50),
    "GET /things/: limit may no longer be integer.": lambda new: get(new)["parameters"][1][
        "schema"
    ].update(type="boolean"),
    "GET /things/ 200.made is gone.": lambda new: thing(new)["properties"].pop("made"),
    "GET /things/ 200.made has another format.": lambda new: thing(new)["properties"][
        "made"
    ].update(format="date-time"),
    "GET /things/ 200.id may be string now.": lambda new: thing(new)["properties"]["id"].update(
        type="string"
    ),
    "GET /things/ 200.id may be null now.": lambda new: thing(new)["properties"].update(
        id={"anyOf": [{"type": "integer"}, {"type": "null"}]}
    ),
    "GET /things/ 200.id may be missing now.": lambda new: thing(new)["required"].remove("id"),
    "GET /things/ 200.kind may be anything now.": lambda new: thing(new)["properties"]["kind"].pop(
        "enum"
    ),
    "GET /things/ 200.body: Words is gone.": lambda new: thing(new)["properties"]["body"][
        "oneOf"
    ].pop(),
    "GET /things/ 200.picture|Pic.alt is gone.": lambda new: new["components"]["schemas"]["Pic"][
        "properties"
    ].pop("alt"),
    "GET /things/ 200.picture|Pic.type is no longer pic.": lambda new: new["components"]["schemas"][
        "Pic"
    ]["properties"]["type"].update(const="picture"),
    "POST /things/.age is required now.": lambda new: sent(new)["required"].append("age"),
    "POST /things/.age is gone.": lambda new: sent(new)["properties"].pop("age"),
    "POST /things/.name may no longer be string.": lambda new: sent(new)["properties"][
        "name"
    ].update(type="integer"),
    "POST /things/ no longer takes application/json.": lambda new: new["paths"]["/things/"]["post"][
        "requestBody"
    ].update(content={}),
}


@pytest.mark.parametrize("said", BREAKING)
def test_what_breaks_clients_is_named(said):
    assert breaking_changes(OLD, changed(BREAKING[said])) == [said]


HARMLESS = [
    lambda new: new["paths"].update({"/more/": {}}),
    lambda new: get(new)["responses"].update({"403": {}}),
    lambda new: get(new)["parameters"].append(parameter("new", required=False)),
    lambda new: get(new)["parameters"][0]["schema"]["enum"].append("slug"),
    lambda new: get(new)["parameters"][0]["schema"].pop("enum"),
    lambda new: get(new)["parameters"][1]["schema"].update(maximum=200),
    lambda new: thing(new)["properties"].update(more={"type": "string"}),
    lambda new: thing(new)["required"].append("made"),
    lambda new: thing(new)["properties"]["kind"]["enum"].pop(),
    lambda new: thing(new)["properties"]["kind"]["enum"].append("c"),
    lambda new: thing(new)["properties"].update(picture={"$ref": "#/components/schemas/Pic"}),
    lambda new: thing(new)["properties"]["body"]["oneOf"].append(
        {"$ref": "#/components/schemas/In"}
    ),
    lambda new: sent(new)["required"].remove("name"),
    lambda new: sent(new)["properties"].update(more={"type": "string"}),
    lambda new: thing(new).update(description="Other words."),
]


@pytest.mark.parametrize("change", HARMLESS, ids=range(len(HARMLESS)))
def test_what_only_adds_breaks_nobody(change):
    assert breaking_changes(OLD, changed(change)) == []


SHAPES = document()["components"]["schemas"]


@pytest.mark.parametrize("name", sorted(SHAPES)[::12])
def test_what_goes_from_the_real_contract_is_noticed(name):
    new = copy.deepcopy(document())
    key, _ = new["components"]["schemas"][name]["properties"].popitem()
    said = breaking_changes(document(), new)
    assert said
    assert all(f".{key} is gone" in each for each in said)
