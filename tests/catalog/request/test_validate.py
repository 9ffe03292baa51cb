"""Problems of values, with the facts of the field."""

import time
from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.catalog.request.validate import matches_pattern, validate_value
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import make_field, make_inputs

TEXT = {"type": "string"}
CAMERA = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"type": {"const": "simple"}, "zoom": {"type": "number", "maximum": 10}},
            "required": ["type", "zoom"],
        },
        {"type": "object", "properties": {"type": {"const": "up"}}, "required": ["type"]},
    ]
}


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        (
            {"type": "number", "minimum": 1, "maximum": 9},
            10,
            "10 is out of bounds; it takes 1 to 9",
        ),
        ({"type": "number", "minimum": 1}, 0.5, "0.5 is out of bounds; it takes at least 1"),
        ({"type": "number", "maximum": 1}, 2, "2 is out of bounds; it takes at most 1"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "0 is out of bounds; it takes above 0"),
        ({"type": "number", "exclusiveMaximum": 1}, 1, "1 is out of bounds; it takes below 1"),
        ({"type": "integer", "multipleOf": 16}, 1000, "1000 is not a multiple of 16: 992 or 1008"),
        ({"type": "number", "multipleOf": 0.1}, 0.25, "0.25 is not a multiple of 0.1: 0.2 or 0.3"),
        ({"type": "integer"}, True, "true is not a whole number"),
        (TEXT, 5, "5 is not text"),
        (TEXT, None, "null is not allowed"),
        (TEXT | {"minLength": 1}, "", "is empty"),
        (TEXT | {"minLength": 3}, "a", "1 character; at least 3"),
        (TEXT | {"maxLength": 3}, "abcd", "4 characters; at most 3"),
        (TEXT | {"pattern": "^[a-z]+$"}, "A", "'A' does not match '^[a-z]+$'"),
        ({"const": "only"}, "other", "'other' is not only, the only choice"),
        ({"enum": ["1:1", "16:9"]}, "16x9", "'16x9' is none of 1:1, 16:9; did you mean 16:9?"),
        ({"enum": [1, 2]}, True, "true is none of 1, 2"),
        ({"type": "array", "minItems": 2}, [1], "1 element; at least 2"),
        ({"type": "array", "maxItems": 1}, [1, 2], "2 elements; at most 1"),
        (TEXT | {"format": "uri"}, "", "is empty; it takes the address of a file, or @FILE"),
    ],
)
def test_a_problem_has_the_facts_of_the_field(
    schema: dict[str, Any], value: object, problem: str
) -> None:
    """The problem names bounds, choices, lengths or counts."""
    assert [str(problem) for problem in validate_value(make_field(schema), value, "it")] == [
        f"it: {problem}"
    ]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 4.0),
        ({"type": "number", "multipleOf": 0.1}, 0.3),
        ({"type": "number", "multipleOf": 1.175494351e-38}, 1),
        ({"type": ["number", "null"]}, None),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, None),
        ({"type": "null"}, None),
        ({}, {"any": ["thing"]}),
        ({"anyOf": [TEXT, {"type": "array"}]}, ["a"]),
        (TEXT | {"format": "uri", "maxLength": 5}, "data:image/png;base64,AAAA"),
        (TEXT | {"format": "uri"}, LocalFile("a.png")),
        (TEXT | {"format": "uri", "default": ""}, ""),
        (CAMERA, {"type": "simple", "zoom": 3}),
        (CAMERA, {"type": "up"}),
        ({"type": "object", "properties": {}}, {"unknown": 1}),
    ],
)
def test_a_value_that_fits_is_no_problem(schema: dict[str, Any], value: object) -> None:
    """Nulls, alternatives, addresses and open objects are taken."""
    assert validate_value(make_field(schema), value, "it") == []


def test_the_closest_shape_says_what_is_wrong() -> None:
    """Of several shapes, the one with the fewest problems counts."""
    problems = validate_value(make_field(CAMERA), {"type": "simple", "zoom": 11}, "camera")
    assert [str(problem) for problem in problems] == [
        "camera.zoom: 11 is out of bounds; it takes at most 10"
    ]


def test_problems_inside_carry_their_place() -> None:
    """The path names element and property."""
    style = {"properties": {"strength": {"type": "number", "maximum": 2}}, "required": ["id"]}
    style["properties"]["id"] = TEXT  # type: ignore[index]
    problems = validate_value(
        make_field({"type": "array", "items": style}), [{"strength": 3}], "styles"
    )
    assert [str(problem) for problem in problems] == [
        "styles[0].strength: 3 is out of bounds; it takes at most 2",
        "styles[0].id: required",
    ]


@pytest.mark.parametrize("prompt", ["", "   ", "\n"])
def test_an_empty_prompt_is_refused_where_one_is_needed(prompt: str) -> None:
    """The document need not say that a prompt is not empty."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(load_snapshot().model("krea/krea-2/large"), make_inputs(prompt=prompt))
    assert caught.value.message == (
        "krea/krea-2/large does not take this request: prompt: is empty"
    )
    assert caught.value.hint == 'krea generate "your prompt" -m krea/krea-2/large'


def test_a_missing_prompt_has_a_command_as_hint() -> None:
    """The hint is a command with a prompt."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(load_snapshot().model("bfl/flux-1-dev"), make_inputs())
    assert caught.value.as_dict() == {
        "code": "invalid_request",
        "message": "bfl/flux-1-dev does not take this request: prompt: required",
        "hint": 'krea generate "your prompt" -m bfl/flux-1-dev; - in its place reads it from stdin',
        "charged": "no",
        "job_id": None,
        "problems": [
            {
                "field": "prompt",
                "message": "required",
                "hint": 'krea generate "your prompt" -m bfl/flux-1-dev; - in its place reads it'
                " from stdin",
            }
        ],
    }


def test_a_long_prompt_is_counted() -> None:
    """A prompt of 10,000 characters is refused by a model that takes 1,800."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(load_snapshot().model("bfl/flux-1-dev"), make_inputs(prompt="x" * 10_000))
    assert str(caught.value.problems[0]) == "prompt: 10000 characters; at most 1800"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[a-z][a-z0-9_]+$", "tag_1", True),
        ("^[a-z][a-z0-9_]+$", "Tag", False),
        ("^(a+)+$", "a" * 60 + "!", True),
        (r"^(\w+)\1$", "abab!", True),
        ("^(?=a)b", "c", True),
        ("[", "x", True),
        ("[[a]", "x", True),
        ("a" * 300, "b", True),
        (".*.*.*x", "a" * 150, True),
        (".*.*x", "a" * 200, False),
        ("a?" * 30 + "a" * 30, "a" * 30, True),
        ("(a|a)" * 35 + "y", "a" * 52, True),
        ("a{0,9}" * 9 + "b", "a" * 60, True),
        ("^a", "b" * 5000, True),
        ("a{1,99999999999}", "b", True),
    ],
)
def test_a_pattern_is_only_run_where_it_cannot_run_away(
    pattern: str, text: str, expected: bool
) -> None:
    """A risky pattern counts as matching: the service decides."""
    started = time.perf_counter()
    assert matches_pattern(pattern, text) is expected
    assert time.perf_counter() - started < 1
