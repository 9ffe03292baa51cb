"""An OpenAPI document as text of a stranger: limited, and reduced to the routes of models."""

import json
import re
from collections.abc import Iterator
from typing import Any

from krea_cli.errors import KreaError
from krea_cli.text import excerpt

MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_DOCUMENT_LEVELS = 40
MAX_DESCRIPTION_CHARACTERS = 4000
MAX_ROUTE_CHARACTERS = 200
ROUTE_PREFIX = "/generate/"
ROUTE_PATTERN = r"/generate/[a-z0-9]+(?:/[A-Za-z0-9._-]+)+"
# A segment of dots alone would climb out of /generate/ once a URL is normalised.
DOT_SEGMENT = r"/\.{1,2}(?:/|$)"
OPERATION_KEYS = ("summary", "description", "deprecated", "requestBody", "x-sunset")


class UnreadableDocument(KreaError):
    """The text is not an OpenAPI document, or krea cannot use it."""

    code = "unreadable_document"
    hint = "krea models --refresh fetches it again; krea doctor shows where it is kept"


def parse_document(content: bytes) -> dict[str, Any]:
    """Parse an OpenAPI document of at most 20 MB and 40 levels. Raises `UnreadableDocument`."""
    if len(content) > MAX_DOCUMENT_BYTES:
        raise UnreadableDocument("the OpenAPI document is larger than 20 MB and was not read")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument("the OpenAPI document is not valid JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise UnreadableDocument("the OpenAPI document has no paths, so it lists no models")
    if is_too_deep(document):
        raise UnreadableDocument(
            f"the OpenAPI document is nested deeper than {MAX_DOCUMENT_LEVELS} levels"
        )
    return document


def is_too_deep(document: object) -> bool:
    """Return True if DOCUMENT nests deeper than 40 levels."""
    # Level by level, not by recursion: a deep document would overflow the stack.
    level: list[object] = [document]
    for _ in range(MAX_DOCUMENT_LEVELS):
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


def is_safe_route(route: object) -> bool:
    """Return True for a route such as /generate/KIND/MODEL, of plain characters."""
    return (
        isinstance(route, str)
        and len(route) <= MAX_ROUTE_CHARACTERS
        and re.fullmatch(ROUTE_PATTERN, route) is not None
        and re.search(DOT_SEGMENT, route) is None
    )


def operations(document: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """Return the POST operations by route, and a sentence for each route that is unusable."""
    usable: dict[str, dict[str, Any]] = {}
    dropped: list[str] = []
    for route, item in document["paths"].items():
        if not route.startswith(ROUTE_PREFIX):
            continue
        operation = item.get("post") if isinstance(item, dict) else None
        if not is_safe_route(route):
            dropped.append(f"{excerpt(str(route), limit=120)}: not a route of the agreed shape")
        elif not isinstance(operation, dict):
            dropped.append(f"{route}: no POST operation")
        else:
            usable[route] = operation
    return usable, tuple(dropped)


def reduce_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of DOCUMENT that a catalog reads: a quarter of the text, to load faster."""
    usable, _ = operations(document)
    # An unusable route stays, empty, so that it is still reported as dropped.
    paths = {
        route: {"post": _reduce_operation(usable[route])} if route in usable else {}
        for route in document["paths"]
        if route.startswith(ROUTE_PREFIX)
    }
    reduced = {key: value for key, value in document.items() if key.startswith("x-krea-")}
    components = document.get("components")
    if isinstance(components, dict) and isinstance(components.get("schemas"), dict):
        reduced["components"] = {"schemas": components["schemas"]}
    return {"openapi": "3.1.0", **reduced, "paths": paths}


def _reduce_operation(operation: dict[str, Any]) -> dict[str, Any]:
    reduced = {
        key: value
        for key, value in operation.items()
        if key in OPERATION_KEYS or (isinstance(key, str) and key.startswith("x-krea-"))
    }
    if isinstance(text := reduced.get("description"), str):
        reduced["description"] = text[:MAX_DESCRIPTION_CHARACTERS]
    return reduced
