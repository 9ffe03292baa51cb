"""Small OpenAPI documents made for a test, and the real one if it is at hand."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.catalog.request.inputs import RequestInputs

ROUTE = "/generate/image/maker/brush"
# Some names resemble each other.
ROUTES = (
    "/generate/image/bfl/flux-1-dev",
    "/generate/image/bfl/flux-1.1-pro",
    "/generate/image/bfl/flux-1.1-pro-ultra",
    "/generate/image/krea/krea-2/large",
    "/generate/image/krea/krea-2/medium",
    "/generate/video/kling/kling-2.5",
    "/generate/image/x/twin",
    "/generate/video/y/twin",
)
# A document of the service itself, of May 2026; it is not the project's to publish.
REAL_FILE = Path(os.environ.get("KREA_TEST_OPENAPI", "openapi-2026-05.json"))


def make_operation(
    properties: dict[str, Any] | None = None, *required: str, **more: Any
) -> dict[str, Any]:
    """Return a POST operation with a closed body of PROPERTIES, the REQUIRED ones among them."""
    schema = {
        "type": "object",
        "properties": properties or {"prompt": {"type": "string"}},
        "required": list(required),
        "additionalProperties": False,
    }
    example = more.pop("example", None)
    content = {"schema": schema} | ({"example": example} if example else {})
    body = {"content": {"application/json": content}}
    return {"summary": "Brush", "requestBody": body, **more}


def make_document(routes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a document with the operations ROUTES, by route."""
    routes = {ROUTE: make_operation()} if routes is None else routes
    paths = {route: {"post": entry} for route, entry in routes.items()}
    return {"openapi": "3.1.0", "paths": paths, **more}


def make_catalog(**more: object) -> Catalog:
    """Return the catalog of ROUTES, with MORE keys in its document."""
    document = make_document({route: make_operation() for route in ROUTES}, **more)
    return Catalog(document, source="test")


def make_model(
    properties: dict[str, Any],
    *required: str,
    route: str = ROUTE,
    components: dict[str, Any] | None = None,
    **more: Any,
) -> Model:
    """Return a model with PROPERTIES at ROUTE."""
    document = make_document({route: make_operation(properties, *required, **more)})
    if components:
        document["components"] = {"schemas": components}
    catalog = Catalog(parse_document(json.dumps(document).encode()), source="test")
    return catalog.model(catalog.ids[0])


def make_field(schema: object, **components: Any) -> Field:
    """Return the field `it` of SCHEMA."""
    field = make_model({"it": schema}, components=components).field("it")
    assert field is not None
    return field


def load_real_catalog() -> Catalog:
    """Return the real catalog of May 2026, or skip the test if it is not at hand."""
    if not REAL_FILE.exists():
        pytest.skip("KREA_TEST_OPENAPI names no document of the service")
    return Catalog(parse_document(REAL_FILE.read_bytes()), source="real")


def make_inputs(**inputs: Any) -> RequestInputs:
    """Return INPUTS; every file exists, has its name as text, and is a picture of 640 × 480."""
    files: dict[str, Any] = {
        "read_text": lambda path: f"text of {path}",
        "image_size": lambda path: (640, 480),
        "is_file": lambda path: True,
    }
    return RequestInputs(**(files | inputs))
