"""A model with a field of every kind, for tests of `-i`."""

from typing import Any

import pytest

from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import make_inputs, make_model

URI = {"type": "string", "format": "uri"}
STYLE = {
    "type": "object",
    "properties": {"url": URI, "strength": {"type": "number", "minimum": -2, "maximum": 2}},
    "required": ["url", "strength"],
}
BRUSH = make_model(
    {
        "prompt": {"type": "string"},
        "text": {"type": "string"},
        "number": {"type": "number"},
        "whole": {"type": "integer"},
        "flag": {"type": "boolean"},
        "maybe": {"type": ["number", "null"]},
        "size": {"type": "string", "enum": ["512", "1K"]},
        "seconds": {"anyOf": [{"const": 5}, {"const": 10}]},
        "names": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "number"}},
        "shape": {"type": "object", "properties": {"a": {"type": "number"}}},
        "image_url": URI,
        "image_urls": {"type": "array", "items": URI},
        "style_images": {"type": "array", "items": STYLE},
        "video_reference": {"type": "object", "properties": {"url": URI}},
        "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    },
    **{"x-krea-deprecated-field-aliases": [{"from": "imageUrl", "to": "image_url"}]},
)


def read_given(*inputs: str, **more: Any) -> dict[str, Any]:
    """Return the fields that INPUTS, texts of -i, give to the brush."""
    return prepare_request(BRUSH, make_inputs(inputs=inputs, **more)).given


def find_problems(**inputs: Any) -> list[str]:
    """Return every problem of INPUTS for the brush."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(BRUSH, make_inputs(**inputs))
    return [str(problem) for problem in caught.value.problems]
