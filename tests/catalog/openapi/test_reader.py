"""Schemas as real documents have them become fields."""

import pytest

from krea_cli.catalog.model import Field, seed_bounds
from tests.catalog.documents import ROUTE, field, model

NUMBERS = {"anyOf": [{"type": "number", "const": 5}, {"type": "number", "const": 10}]}


def test_constants_nested_in_alternatives_are_choices() -> None:
    """Constants in anyOf inside anyOf inside anyOf are one list of choices."""
    nested = {"anyOf": [{"anyOf": [NUMBERS, {"type": "number", "const": 15}]}, {"const": 20}]}
    assert field(nested | {"default": 5}) == Field(
        "it", types=("number",), default=5, has_default=True, choices=(5, 10, 15, 20)
    )


def test_a_type_list_with_null_is_nullable() -> None:
    """Null in the list of types is no type of its own."""
    read = field({"type": ["string", "null"], "format": "uri", "maxLength": 9})
    assert read == Field("it", types=("string",), nullable=True, format="uri", max_length=9)


def test_an_alternative_of_null_is_nullable() -> None:
    """One shape or null is that shape, nullable."""
    read = field({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None})
    assert read == Field("it", types=("integer",), nullable=True, has_default=True, minimum=1)


def test_null_in_an_enum_is_nullable() -> None:
    """Null among the choices is told apart from them."""
    read = field({"type": ["string", "null"], "enum": ["png", "jpeg", None]})
    assert read == Field("it", types=("string",), nullable=True, choices=("png", "jpeg"))


def test_one_of_objects_are_variants() -> None:
    """Shapes with different properties stay apart."""
    simple = {
        "type": "object",
        "properties": {"type": {"const": "simple"}, "zoom": {"type": "number"}},
        "required": ["type"],
    }
    named = {"type": "object", "properties": {"type": {"const": "up"}, "config": {"type": "null"}}}
    assert field({"oneOf": [simple, named]}) == Field(
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


def test_a_local_reference_is_followed() -> None:
    """Components of the same document are read in place, keys beside the reference count."""
    reference = {"$ref": "#/components/schemas/Ratio", "default": "1:1"}
    read = field(reference, Ratio={"type": "string", "enum": ["1:1", "16:9"]})
    assert read == Field(
        "it", types=("string",), default="1:1", has_default=True, choices=("1:1", "16:9")
    )


@pytest.mark.parametrize(
    "reference", ["https://evil.example/x.json", "other.json#/x", "#/components/none", 7, None]
)
def test_any_other_reference_allows_anything(reference: object) -> None:
    """Remote and broken references are never followed."""
    assert field({"$ref": reference}) == Field("it")


def test_parts_of_all_of_are_joined() -> None:
    """Properties and required names of all parts count."""
    parts = [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"properties": {"b": {"type": "number"}}, "required": ["b"]},
    ]
    assert field({"allOf": parts}).properties == (
        Field("a", types=("string",), required=True),
        Field("b", types=("number",), required=True),
    )


def test_bounds_of_every_kind_are_read() -> None:
    """Inclusive, exclusive, multiples, lengths, counts and patterns."""
    assert field(
        {"type": "number", "exclusiveMinimum": 0, "maximum": 9.5, "multipleOf": 0.5}
    ) == Field("it", types=("number",), above=0, maximum=9.5, multiple_of=0.5)
    tags = {"type": "string", "minLength": 3, "maxLength": 16, "pattern": "^[a-z]+$"}
    assert field({"type": "array", "minItems": 1, "maxItems": 3, "items": tags}) == Field(
        "it",
        types=("array",),
        min_items=1,
        max_items=3,
        items=Field(
            "it", types=("string",), required=True, min_length=3, max_length=16, pattern="^[a-z]+$"
        ),
    )


def test_media_is_found_at_any_depth() -> None:
    """An address inside an object inside an array makes the field take media."""
    uri = {"type": "string", "format": "uri"}
    assert field(uri).is_media
    assert field({"anyOf": [uri, {"type": "null"}]}).is_media
    assert field(
        {"type": "array", "items": {"properties": {"x": {"type": "array", "items": uri}}}}
    ).takes_media
    assert not field({"type": "string"}).takes_media


def test_a_default_seed_is_no_default() -> None:
    """The document prints a new random seed each time; it must never be sent."""
    seed = model({"seed": {"type": "number", "default": 3317551338}}).seed_field
    assert seed is not None and not seed.has_default


@pytest.mark.parametrize(
    ("schema", "bounds"),
    [
        ({"type": "number"}, (0, 2**31 - 1)),
        ({"type": "integer", "minimum": -(2**53), "maximum": 2**53}, (0, 2**31 - 1)),
        ({"type": "integer", "minimum": 5, "maximum": 9}, (5, 9)),
        ({"type": "integer", "maximum": -1}, (0, 0)),
    ],
    ids=["open", "wider", "narrower", "impossible"],
)
def test_seeds_are_drawn_within_both_bounds(
    schema: dict[str, object], bounds: tuple[int, int]
) -> None:
    """0 … 2³¹−1, and no further than the model goes."""
    assert seed_bounds(model({"seed": schema})) == bounds


def test_what_stands_beside_the_schema_is_read() -> None:
    """Title, old names, price, times, deprecation."""
    read = model(
        {"image_url": {"type": "string"}},
        summary="Brush \x1b[31m2\u202e",
        deprecated=True,
        example={"image_url": "x"},
        **{
            "x-krea-typical-seconds": 7,
            "x-krea-pricing": {"unit": "request"},
            "x-krea-deprecated-field-aliases": [{"from": "imageUrl", "to": "image_url"}, {}, 3],
        },
    )
    assert (read.id, read.kind, read.route, read.title) == (
        "maker/brush",
        "image",
        ROUTE,
        "Brush 2",
    )
    assert (read.deprecated, read.typical_seconds) == (True, 7.0)
    assert read.aliases == {"imageUrl": "image_url"}
    assert read.pricing == {"unit": "request"}
    assert read.example == {"image_url": "x"}


def test_a_condition_of_a_field_is_read() -> None:
    """Which other field has to be set for this one to count."""
    condition = [{"field": "mode", "equals": "Manual"}]
    read = field({"type": "number", "x-krea-visible-when": condition})
    assert read.visible_when == (("mode", "Manual"),)
