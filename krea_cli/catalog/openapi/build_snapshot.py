"""Rebuild the embedded snapshot: `python -m krea_cli.catalog.openapi.build_snapshot FILE [-o OUT]`.

Any OpenAPI document of the service will do. What is kept are numbers and names; sentences and
random seeds are left out, the examples are made anew. A snapshot comes out as it went in.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from krea_cli.catalog.examples import sample
from krea_cli.catalog.openapi.document import UnreadableDocument, operations, parse_document
from krea_cli.catalog.openapi.json_schema import Budget
from krea_cli.catalog.openapi.reader import read_model
from krea_cli.text import excerpt

HERE = Path(__file__).parent.parent
KEPT = frozenset(
    {"type", "required", "additionalProperties", "enum", "const", "format", "pattern", "deprecated"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "$ref", "nullable"}
    | {"x-krea-visible-when", "x-krea-dependent-enum"}
)
WORDS_OF_A_NAME = 5


def main(arguments: list[str] | None = None) -> None:
    """Read FILE, write the snapshot made from it."""
    parser = argparse.ArgumentParser(prog="python -m krea_cli.catalog.openapi.build_snapshot")
    parser.add_argument("file", type=Path, help="an OpenAPI document of the service")
    parser.add_argument("-o", "--out", type=Path, default=HERE / "snapshot.json")
    chosen = parser.parse_args(arguments)
    try:
        chosen.out.write_text(rebuilt(chosen.file.read_bytes()), encoding="utf-8")
    except (OSError, UnreadableDocument) as failure:
        parser.error(str(failure))


def rebuilt(content: bytes) -> str:
    """The snapshot's text, one line per model, made from the document in CONTENT."""
    document = parse_document(content)
    found, _ = operations(document)
    if not found:
        raise UnreadableDocument("the document has no /generate/ route")
    paths = {route: {"post": _operation(route, found[route], document)} for route in found}
    info = document.get("info")
    version = info.get("version") if isinstance(info, dict) else None
    head = {
        "openapi": "3.1.0",
        "info": {
            "title": "Krea API, a snapshot of facts",
            "version": excerpt(version or "unknown"),
        },
        **_names(frozenset(route.split("/", 3)[3] for route in paths)),
    }
    schemas = _components(document)
    if schemas:
        head["components"] = {"schemas": schemas}
    lines = [f"{_line(key)}: {_line(value)}," for key, value in head.items()]
    routes = [f"{_line(route)}: {_line(paths[route])}" for route in paths]
    return "{\n" + "\n".join(lines) + '\n"paths": {\n' + ",\n".join(routes) + "\n}}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _names(ids: frozenset[str]) -> dict[str, object]:
    named = json.loads((HERE / "aliases.json").read_text(encoding="utf-8"))
    kept = {alias: target for alias, target in named["aliases"].items() if target in ids}
    default = {"x-krea-default": named["default"]} if named["default"] in ids else {}
    return {**default, "x-krea-aliases": kept}


def _components(document: dict[str, Any]) -> dict[str, object]:
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    return (
        {name: _schema(schemas[name], name) for name in schemas}
        if isinstance(schemas, dict)
        else {}
    )


def _operation(route: str, operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    model = read_model(route, operation, document, name=route, budget=Budget())
    kept: dict[str, Any] = {"summary": model.title if operation.get("summary") else route}
    if model.deprecated:
        kept["deprecated"] = True
    if (seconds := model.typical_seconds) is not None:
        kept["x-krea-typical-seconds"] = int(seconds) if seconds.is_integer() else seconds
    if model.pricing is not None:
        kept["x-krea-pricing"] = _pricing(model.pricing)
    if model.aliases:
        pairs = [{"from": old, "to": new} for old, new in model.aliases.items()]
        kept["x-krea-deprecated-field-aliases"] = pairs
    body = {"schema": _schema(request_schema(operation), ""), "example": sample(model)}
    kept["requestBody"] = {"required": True, "content": {"application/json": body}}
    return kept


def _pricing(pricing: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a price without its labels."""
    listed = pricing.get("price_points")
    points = [
        {key: point[key] for key in ("amount", "dimensions") if key in point}
        for point in (listed if isinstance(listed, list) else [])
        if isinstance(point, dict)
    ]
    kept = {key: pricing[key] for key in ("type", "currency", "unit") if key in pricing}
    return kept | {"price_points": points}


def request_schema(operation: dict[str, Any]) -> object:
    """The schema of OPERATION's JSON body; None when it takes none."""
    node: object = operation
    for key in ("requestBody", "content", "application/json", "schema"):
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _schema(schema: object, name: str) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties" and isinstance(value, dict):
            kept[key] = {field: _schema(inner, field) for field, inner in value.items()}
        elif key == "items":
            kept[key] = _schema(value, name)
        elif key in ("anyOf", "oneOf", "allOf") and isinstance(value, list):
            kept[key] = [_schema(inner, name) for inner in value]
        elif key in KEPT or (key == "default" and name != "seed" and not _sentence(value)):
            kept[key] = value
    return kept


def _sentence(value: object) -> bool:
    return isinstance(value, str) and len(value.split()) > WORDS_OF_A_NAME


if __name__ == "__main__":
    main()
