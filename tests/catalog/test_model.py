"""Properties of fields and models."""

import pytest

from krea_cli.catalog.model import seed_bounds
from tests.catalog.documents import make_field, make_model


def test_media_is_found_at_any_depth() -> None:
    """An address inside an object inside an array makes the field take media."""
    uri = {"type": "string", "format": "uri"}
    assert make_field(uri).is_media
    assert make_field({"anyOf": [uri, {"type": "null"}]}).is_media
    assert make_field(
        {"type": "array", "items": {"properties": {"x": {"type": "array", "items": uri}}}}
    ).takes_media
    assert not make_field({"type": "string"}).takes_media


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
    """A seed is within 0 … 2³¹-1 and within the bounds of the model."""
    assert seed_bounds(make_model({"seed": schema})) == bounds
