"""Operations and schemas of real documents become models and fields."""

from typing import Any

import pytest

from krea_cli.catalog.model import Field
from krea_cli.catalog.openapi.reader import typical_seconds
from tests.catalog.documents import ROUTE, make_field, make_model

TABLE = """Fast model.
| Compute Units | Average Completion Time |
|---------------|-------------------------|
| ~3 | ~7 seconds |
"""

ROWS = """
| Resolution | Duration | Compute Units | Average Completion Time |
|---|---|---|---|
| 1080p | 5s | ~487 | ~78 seconds |
| 720p | 5s | ~207 | ~57 seconds |
| 4K | 5s | ~900 | 2 minutes |
"""
NUMBERS = {"anyOf": [{"type": "number", "const": 5}, {"type": "number", "const": 10}]}


def test_constants_nested_in_alternatives_are_choices() -> None:
    """Constants in anyOf inside anyOf inside anyOf are one list of choices."""
    nested = {"anyOf": [{"anyOf": [NUMBERS, {"type": "number", "const": 15}]}, {"const": 20}]}
    assert make_field(nested | {"default": 5}) == Field(
        "it", types=("number",), default=5, has_default=True, choices=(5, 10, 15, 20)
    )


def test_a_type_list_with_null_is_nullable() -> None:
    """Null in the list of types is no type of its own."""
    field = make_field({"type": ["string", "null"], "format": "uri", "maxLength": 9})
    assert field == Field("it", types=("string",), nullable=True, format="uri", max_length=9)


def test_an_alternative_of_null_is_nullable() -> None:
    """One shape or null is that shape, nullable."""
    field = make_field(
        {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None}
    )
    assert field == Field("it", types=("integer",), nullable=True, has_default=True, minimum=1)


def test_null_in_an_enum_is_nullable() -> None:
    """Null is no choice."""
    field = make_field({"type": ["string", "null"], "enum": ["png", "jpeg", None]})
    assert field == Field("it", types=("string",), nullable=True, choices=("png", "jpeg"))


def test_one_of_objects_are_variants() -> None:
    """Shapes with different properties stay apart."""
    simple = {
        "type": "object",
        "properties": {"type": {"const": "simple"}, "zoom": {"type": "number"}},
        "required": ["type"],
    }
    named = {"type": "object", "properties": {"type": {"const": "up"}, "config": {"type": "null"}}}
    assert make_field({"oneOf": [simple, named]}) == Field(
        "it",
        types=("object",),
        variants=(
            Field(
                "it",
                types=("object",),
                properties=(
                    Field("type", required=True, choices=("simple",)),
                    Field("zoom", types=("number",)),
                ),
            ),
            Field(
                "it",
                types=("object",),
                properties=(
                    Field("type", choices=("up",)),
                    Field("config", types=("null",), nullable=True),
                ),
            ),
        ),
    )


def test_bounds_of_every_kind_are_read() -> None:
    """Inclusive, exclusive, multiples, lengths, counts and patterns."""
    assert make_field(
        {"type": "number", "exclusiveMinimum": 0, "maximum": 9.5, "multipleOf": 0.5}
    ) == Field("it", types=("number",), above=0, maximum=9.5, multiple_of=0.5)
    tags = {"type": "string", "minLength": 3, "maxLength": 16, "pattern": "^[a-z]+$"}
    assert make_field({"type": "array", "minItems": 1, "maxItems": 3, "items": tags}) == Field(
        "it",
        types=("array",),
        min_items=1,
        max_items=3,
        items=Field(
            "it", types=("string",), required=True, min_length=3, max_length=16, pattern="^[a-z]+$"
        ),
    )


def test_a_default_seed_is_no_default() -> None:
    """The document has a new random seed each time; krea must never send it."""
    seed = make_model({"seed": {"type": "number", "default": 3317551338}}).seed_field
    assert seed is not None and not seed.has_default


def test_facts_beside_the_schema_are_read() -> None:
    """Title, old names, price, times, deprecation and the date of the end are read."""
    model = make_model(
        {"image_url": {"type": "string"}},
        summary="Brush \x1b[31m2\u202e",
        deprecated=True,
        example={"image_url": "x"},
        **{
            "x-krea-typical-seconds": 7,
            "x-krea-sunset-date": "2027-01-31",
            "x-krea-pricing": {"unit": "request"},
            "x-krea-deprecated-field-aliases": [{"from": "imageUrl", "to": "image_url"}, {}, 3],
        },
    )
    assert (model.id, model.kind, model.route, model.title) == (
        "maker/brush",
        "image",
        ROUTE,
        "Brush 2",
    )
    assert (model.deprecated, model.sunset, model.typical_seconds) == (True, "2027-01-31", 7.0)
    assert model.aliases == {"imageUrl": "image_url"}
    assert model.pricing == {"unit": "request"}
    assert model.example == {"image_url": "x"}


@pytest.mark.parametrize(
    ("operation", "sunset"),
    [
        ({"x-sunset": "2027-01-31"}, "2027-01-31"),
        ({"x-krea-sunset-date": "2027\x1b[31m-01\n"}, "2027-01"),
        ({"x-krea-sunset-date": 20270131}, None),
        ({}, None),
    ],
)
def test_the_end_of_a_model_is_plain_text(operation: dict[str, Any], sunset: str | None) -> None:
    """The date is text without control characters, or None."""
    assert make_model({}, **operation).sunset == sunset


def test_a_condition_of_a_field_is_read() -> None:
    """A field may count only for one value of another field."""
    condition = [{"field": "mode", "equals": "Manual"}]
    field = make_field({"type": "number", "x-krea-visible-when": condition})
    assert field.visible_when == (("mode", "Manual"),)


@pytest.mark.parametrize(
    ("operation", "seconds"),
    [
        ({"description": TABLE}, 7.0),
        ({"description": ROWS}, 57.0),
        ({"x-krea-typical-seconds": 12.5, "description": TABLE}, 12.5),
        ({"x-krea-typical-seconds": "soon", "description": TABLE}, 7.0),
        ({"x-krea-typical-seconds": -1}, None),
        ({"x-krea-typical-seconds": True}, None),
        ({"description": "| Compute Units |\n|---|\n| 22.3 |"}, None),
        ({"description": "| Average Completion Time |\n|---|\n| a while |"}, None),
        ({"description": 7}, None),
        ({}, None),
    ],
)
def test_typical_seconds(operation: dict[str, object], seconds: float | None) -> None:
    """The extension counts first; of several rows the shortest; nonsense is no time."""
    assert typical_seconds(operation) == seconds
