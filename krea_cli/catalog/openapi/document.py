"""An OpenAPI document as foreign text: bounded, and reduced to the routes that are models."""

import json
import re
from collections.abc import Iterator
from typing import Any

from krea_cli.errors import KreaError
from krea_cli.text import excerpt

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 40
MAX_DESCRIPTION = 4000
PREFIX = "/generate/"
ROUTE = re.compile(r"/generate/[a-z0-9]+(?:/[A-Za-z0-9._-]+)+")
# A segment of dots alone would climb out of /generate/ once a URL is normalised.
CLIMBING = re.compile(r"/\.{1,2}(?:/|$)")


class UnreadableDocument(KreaError):
    """What was fetched or found is no OpenAPI document that can be used."""

    code = "unreadable_document"
    hint = "krea models --refresh fetches it again; krea doctor shows where it is kept"


def parse_document(content: bytes) -> dict[str, Any]:
    """The document in CONTENT, no larger than 20 MB and no deeper than 40 levels."""
    if len(content) > MAX_BYTES:
        raise UnreadableDocument("the OpenAPI document is larger than 20 MB and was not read")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument("the OpenAPI document is not valid JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise UnreadableDocument("the OpenAPI document has no paths, so it lists no models")
    if too_deep(document):
        raise UnreadableDocument(f"the OpenAPI document is nested deeper than {MAX_DEPTH} levels")
    return document


def too_deep(document: object) -> bool:
    """True if DOCUMENT nests deeper than the limit. Level by level, so that it cannot overflow."""
    level: list[object] = [document]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(parent: object) -> list[object]:
    values: Iterator[object] = iter(())
    if isinstance(parent, dict):
        values = iter(parent.values())
    elif isinstance(parent, list):
        values = iter(parent)
    return [value for value in values if isinstance(value, (dict, list))]


def safe_route(route: object) -> bool:
    """True for a route of the agreed shape, that stays below /generate/."""
    return (
        isinstance(route, str)
        and len(route) <= 200
        and ROUTE.fullmatch(route) is not None
        and CLIMBING.search(route) is None
    )


def operations(document: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """The POST operations below /generate/ by route, and what was dropped, with the reason."""
    found: dict[str, dict[str, Any]] = {}
    dropped: list[str] = []
    for route, item in document["paths"].items():
        if not route.startswith(PREFIX):
            continue
        operation = item.get("post") if isinstance(item, dict) else None
        if not safe_route(route):
            dropped.append(f"{excerpt(str(route), limit=120)}: not a route of the agreed shape")
        elif not isinstance(operation, dict):
            dropped.append(f"{route}: no POST operation")
        else:
            found[route] = operation
    return found, tuple(dropped)


KEPT = ("summary", "description", "deprecated", "requestBody")


def reduced(document: dict[str, Any]) -> dict[str, Any]:
    """What of DOCUMENT the catalogue reads: a quarter of the text, so that it loads faster."""
    found, _ = operations(document)
    # A route that cannot be used stays, empty, so that it is still told as dropped.
    paths = {
        route: {"post": _reduced(found[route])} if route in found else {}
        for route in document["paths"]
        if route.startswith(PREFIX)
    }
    kept = {key: value for key, value in document.items() if key.startswith("x-krea-")}
    components = document.get("components")
    if isinstance(components, dict) and isinstance(components.get("schemas"), dict):
        kept["components"] = {"schemas": components["schemas"]}
    return {"openapi": "3.1.0", **kept, "paths": paths}


def _reduced(operation: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: value
        for key, value in operation.items()
        if key in KEPT or (isinstance(key, str) and key.startswith("x-krea-"))
    }
    if isinstance(text := kept.get("description"), str):
        kept["description"] = text[:MAX_DESCRIPTION]
    return kept
