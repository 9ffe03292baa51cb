"""The sandbox's own schema check."""

from typing import Any

import pytest

from krea_cli.sandbox.json_schema import find_problems

STYLE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "strength": {"type": "number", "maximum": 2}},
    "required": ["id", "strength"],
}
SECONDS = {"anyOf": [{"const": 5}, {"anyOf": [{"const": 10}, {"const": 15}]}]}
SHAPES = {
    "oneOf": [
        {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
        {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    ]
}
TREE = {"$ref": "#/tree"}


@pytest.mark.parametrize(
    ("schema", "value", "problems"),
    [
        ({"type": "string"}, "x", []),
        ({"type": "string"}, None, ["Expected string, received null"]),
        ({"type": ["string", "null"], "format": "uri"}, None, []),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, []),
        ({"type": "integer"}, 5.0, []),
        ({"type": "integer"}, 5.5, ["Expected integer, received number"]),
        ({"type": "number"}, True, ["Expected number, received boolean"]),
        ({"type": "number", "minimum": 1, "maximum": 3}, 4, ["must be at most 3"]),
        ({"type": "number", "exclusiveMinimum": 1}, 1, ["must be above 1"]),
        ({"type": "number", "exclusiveMaximum": 1}, 1, ["must be below 1"]),
        ({"type": "integer", "multipleOf": 16}, 1000, ["must be a multiple of 16"]),
        ({"type": "string", "minLength": 1}, "", ["must have at least 1 characters"]),
        ({"type": "array", "maxItems": 1}, [1, 2], ["must have at most 1 items"]),
        ({"type": "string", "format": "uri"}, "fox.png", ["Invalid url"]),
        ({"type": "string", "format": "uri"}, "data:image/png;base64,AAAA", []),
        ({"type": "string", "format": "uuid"}, "x", ["Invalid uuid"]),
        ({"type": "string", "pattern": "^[a-z]+$"}, "A", ["must match ^[a-z]+$"]),
        ({"type": "string", "pattern": "^(a+)+$"}, "a" * 40 + "b", []),
        ({"type": "string", "pattern": "["}, "A", []),
        ({"enum": ["1K", "2K"]}, "4K", ["must be one of 1K, 2K"]),
        ({"const": 1}, True, ["must be 1"]),
        (SECONDS, 15, []),
        (SECONDS, 7, ["must be 5"]),
        (STYLE, {"id": "a", "strength": 1, "more": 1}, []),
        (STYLE, {"id": 1, "strength": 3}, [
            "id: Expected string, received number", "strength: must be at most 2",
        ]),
        ({"type": "array", "items": STYLE}, [{"id": "a"}], ["0.strength: Required"]),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, [
            "b: Unrecognized keys: 'b'",
        ]),
        ({"additionalProperties": {"type": "number"}}, {"b": "x"}, [
            "b: Expected number, received string",
        ]),
        (SHAPES, {"url": "x"}, []),
        (SHAPES, {"url": "x", "id": "y"}, ["fits 2 of the possible forms, and must fit one"]),
        (SHAPES, {}, ["url: Required"]),
        ({"allOf": [STYLE, {"required": ["x"]}]}, {"id": "a", "strength": 1}, ["x: Required"]),
        (TREE, {"leaf": 1}, ["leaf: Expected string, received number"]),
        ({"$ref": "https://example.com/x"}, 1, []),
        (False, 1, ["is not allowed"]),
    ],
)  # fmt: skip
def test_a_value_is_checked(schema: Any, value: Any, problems: list[str]) -> None:
    """Every problem has its path and a sentence."""
    root = {"tree": {"properties": {"leaf": {"type": "string"}}}}

    assert [str(problem) for problem in find_problems(schema, value, root=root)] == problems


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    """References are followed up to a depth."""
    root: dict[str, Any] = {"loop": {"$ref": "#/loop"}}

    assert find_problems(root["loop"], 1, root=root) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": [], "required": 5},
        {"required": [["a"], 5]},
        {"anyOf": 5, "enum": 5},
        {"type": ["object", 5, []]},
        {"properties": {"a": {"multipleOf": 0, "minimum": "x", "minLength": "y"}}},
    ],
)
def test_malformed_keywords_forbid_nothing(schema: dict[str, object]) -> None:
    """A document is foreign text: a malformed keyword is ignored."""
    assert find_problems(schema, {"a": 5}) == []
