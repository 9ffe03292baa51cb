"""Small OpenAPI documents made for a test, and the real one where it is at hand."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.cache import SNAPSHOT
from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.catalog.request.inputs import Wishes

ROUTE = "/generate/image/maker/brush"
# A document of the service itself, of May 2026; it is not the project's to publish.
REAL = Path(os.environ.get("KREA_TEST_OPENAPI", "openapi-2026-05.json"))


def operation(
    properties: dict[str, Any] | None = None, *required: str, **more: Any
) -> dict[str, Any]:
    """A POST operation with a closed body of PROPERTIES."""
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


def document(routes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A document with an operation per route."""
    routes = {ROUTE: operation()} if routes is None else routes
    paths = {route: {"post": entry} for route, entry in routes.items()}
    return {"openapi": "3.1.0", "paths": paths, **more}


def model(
    properties: dict[str, Any],
    *required: str,
    route: str = ROUTE,
    components: dict[str, Any] | None = None,
    **more: Any,
) -> Model:
    """The model with these PROPERTIES, at ROUTE."""
    whole = document({route: operation(properties, *required, **more)})
    if components:
        whole["components"] = {"schemas": components}
    catalog = Catalog.of(parse_document(json.dumps(whole).encode()), source="test")
    return catalog.model(catalog.ids[0])


def field(schema: object, **components: Any) -> Field:
    """The field that SCHEMA describes."""
    found = model({"it": schema}, components=components).field("it")
    assert found is not None
    return found


def snapshot() -> Catalog:
    """The embedded catalogue."""
    return Catalog.of(parse_document(SNAPSHOT.read_bytes()), source="snapshot")


def real() -> Catalog:
    """The real document of May 2026; the test is skipped where it is not at hand."""
    if not REAL.exists():
        pytest.skip("KREA_TEST_OPENAPI names no document of the service")
    return Catalog.of(parse_document(REAL.read_bytes()), source="real")


def wishes(**wanted: Any) -> Wishes:
    """Wishes in a world where every file exists, reads as its name, and is 640 × 480."""
    world: dict[str, Any] = {
        "read_text": lambda path: f"text of {path}",
        "measure": lambda path: (640, 480),
        "is_file": lambda path: True,
    }
    return Wishes(**(world | wanted))
