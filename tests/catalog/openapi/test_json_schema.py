"""References, allOf and schemas without an end."""

import pytest

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Field
from krea_cli.catalog.openapi.document import UnreadableDocument
from tests.catalog.documents import ROUTE, make_document, make_field, make_model, make_operation


def test_a_local_reference_is_followed() -> None:
    """Components of the same document are read in place, keys beside the reference count."""
    reference = {"$ref": "#/components/schemas/Ratio", "default": "1:1"}
    field = make_field(reference, Ratio={"type": "string", "enum": ["1:1", "16:9"]})
    assert field == Field(
        "it", types=("string",), default="1:1", has_default=True, choices=("1:1", "16:9")
    )


@pytest.mark.parametrize(
    "reference", ["https://evil.example/x.json", "other.json#/x", "#/components/none", 7, None]
)
def test_any_other_reference_allows_anything(reference: object) -> None:
    """Remote and broken references are never followed."""
    assert make_field({"$ref": reference}) == Field("it")


def test_parts_of_all_of_are_joined() -> None:
    """Properties and required names of all parts count."""
    parts = [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"properties": {"b": {"type": "number"}}, "required": ["b"]},
    ]
    assert make_field({"allOf": parts}).properties == (
        Field("a", types=("string",), required=True),
        Field("b", types=("number",), required=True),
    )


def test_a_schema_that_refers_to_itself_is_dropped() -> None:
    """Its model is left out, and reading ends."""
    endless = {"properties": {name: {"$ref": "#/components/schemas/E"} for name in "abc"}}
    brush = make_operation({"it": {"$ref": "#/components/schemas/E"}})
    document = make_document({ROUTE: brush, ROUTE + "-2": make_operation()})
    document["components"] = {"schemas": {"E": endless}}
    catalog = Catalog(document, source="test")
    assert [model.id for model in catalog.models()] == ["maker/brush-2"]
    assert catalog.dropped == (f"{ROUTE}: a model's schema refers to itself without an end",)


def test_references_in_a_circle_are_refused() -> None:
    """Alternatives that refer to themselves are an error, not an endless loop."""
    circle = {"anyOf": [{"$ref": "#/components/schemas/C"}, {"$ref": "#/components/schemas/C"}]}
    with pytest.raises(UnreadableDocument):
        make_model({"it": {"$ref": "#/components/schemas/C"}}, components={"C": circle})
