"""Rebuild the embedded snapshot: `python -m krea_cli.catalog.openapi.build_snapshot FILE [-o OUT]`.

FILE is any OpenAPI document of the service. Numbers and names are kept; sentences and random
seeds are left out, and the examples are made anew. A snapshot is rebuilt without a change.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from krea_cli.catalog.examples import example_body
from krea_cli.catalog.openapi.document import UnreadableDocument, operations, parse_document
from krea_cli.catalog.openapi.json_schema import StepLimit
from krea_cli.catalog.openapi.reader import get_path, read_model, request_content
from krea_cli.text import excerpt

CATALOG_FOLDER = Path(__file__).parent.parent
SCHEMA_KEYS = frozenset(
    {"type", "required", "additionalProperties", "enum", "const", "format", "pattern", "deprecated"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "$ref", "nullable"}
    | {"x-krea-visible-when", "x-krea-dependent-enum"}
)
PRICING_KEYS = ("type", "currency", "unit", "date", "about")
MAX_DEFAULT_WORDS = 5  # more words are a sentence, not a name


def main(arguments: list[str] | None = None) -> None:
    """Read FILE and write the snapshot made from it."""
    parser = argparse.ArgumentParser(prog="python -m krea_cli.catalog.openapi.build_snapshot")
    parser.add_argument("file", type=Path, help="an OpenAPI document of the service")
    parser.add_argument("-o", "--out", type=Path, default=CATALOG_FOLDER / "snapshot.json")
    options = parser.parse_args(arguments)
    try:
        options.out.write_text(build_snapshot(options.file.read_bytes()), encoding="utf-8")
    except (OSError, UnreadableDocument) as failure:
        parser.error(str(failure))


def build_snapshot(content: bytes) -> str:
    """Return the text of a snapshot of the document in CONTENT, with one line per model.

    Raises `UnreadableDocument`.
    """
    document = parse_document(content)
    usable, _ = operations(document)
    if not usable:
        raise UnreadableDocument("the document has no /generate/ route")
    paths = {route: {"post": _reduce_operation(route, usable[route], document)} for route in usable}
    version = get_path(document, "info", "version")
    head = {
        "openapi": "3.1.0",
        "info": {
            "title": "Krea API, a snapshot of facts",
            "version": excerpt(version or "unknown"),
        },
        **_default_and_aliases(frozenset(route.split("/", 3)[3] for route in paths)),
    }
    schemas = get_path(document, "components", "schemas")
    if schemas and isinstance(schemas, dict):
        reduced = {name: _reduce_schema(schema, name) for name, schema in schemas.items()}
        head["components"] = {"schemas": reduced}
    lines = [f"{_to_json(key)}: {_to_json(value)}," for key, value in head.items()]
    routes = [f"{_to_json(route)}: {_to_json(paths[route])}" for route in paths]
    return "{\n" + "\n".join(lines) + '\n"paths": {\n' + ",\n".join(routes) + "\n}}\n"


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _default_and_aliases(ids: frozenset[str]) -> dict[str, object]:
    """Return the x-krea-default and x-krea-aliases of models in IDS."""
    embedded = json.loads((CATALOG_FOLDER / "aliases.json").read_text(encoding="utf-8"))
    aliases = {alias: target for alias, target in embedded["aliases"].items() if target in ids}
    default = {"x-krea-default": embedded["default"]} if embedded["default"] in ids else {}
    return {**default, "x-krea-aliases": aliases}


def _reduce_operation(
    route: str, operation: dict[str, Any], document: dict[str, Any]
) -> dict[str, Any]:
    model = read_model(route, operation, document, name=route, step_limit=StepLimit())
    reduced: dict[str, Any] = {"summary": model.title if operation.get("summary") else route}
    if model.deprecated:
        reduced["deprecated"] = True
    if model.sunset is not None:
        reduced["x-krea-sunset-date"] = model.sunset
    if (seconds := model.typical_seconds) is not None:
        reduced["x-krea-typical-seconds"] = int(seconds) if seconds.is_integer() else seconds
    if model.pricing is not None:
        reduced["x-krea-pricing"] = _reduce_pricing(model.pricing)
    if model.aliases:
        pairs = [{"from": old, "to": new} for old, new in model.aliases.items()]
        reduced["x-krea-deprecated-field-aliases"] = pairs
    schema = _reduce_schema(get_path(request_content(operation), "schema"), "")
    body = {"schema": schema, "example": example_body(model)}
    reduced["requestBody"] = {"required": True, "content": {"application/json": body}}
    return reduced


def _reduce_pricing(pricing: Mapping[str, Any]) -> dict[str, Any]:
    """Return PRICING without its labels."""
    points = pricing.get("price_points")
    reduced_points = [
        {key: point[key] for key in ("amount", "dimensions", "about") if key in point}
        for point in (points if isinstance(points, list) else [])
        if isinstance(point, dict)
    ]
    reduced = {key: pricing[key] for key in PRICING_KEYS if key in pricing}
    return reduced | {"price_points": reduced_points}


def _reduce_schema(schema: object, name: str) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    reduced: dict[str, Any] = {}
    for key, value in schema.items():
        is_sentence = isinstance(value, str) and len(value.split()) > MAX_DEFAULT_WORDS
        if key == "properties" and isinstance(value, dict):
            reduced[key] = {field: _reduce_schema(inner, field) for field, inner in value.items()}
        elif key == "items":
            reduced[key] = _reduce_schema(value, name)
        elif key in ("anyOf", "oneOf", "allOf") and isinstance(value, list):
            reduced[key] = [_reduce_schema(inner, name) for inner in value]
        elif key in SCHEMA_KEYS or (key == "default" and name != "seed" and not is_sentence):
            reduced[key] = value
    return reduced


if __name__ == "__main__":
    main()
