"""OpenAPI documents of a careless or hostile service, made by hypothesis."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from krea_cli.catalog.cache import SNAPSHOT_FILE
from tests.catalog.test_hostile import KEYS, SCHEMAS
from tests.hostile.strategies import Batch

ROUTES = json.loads(SNAPSHOT_FILE.read_bytes())["paths"]
BODY_PATH = ("requestBody", "content", "application/json")
# Places of an operation, and of the schema of its body.
OPERATION_PATHS = [
    *(
        ("summary",),
        ("description",),
        ("deprecated",),
        ("requestBody",),
        BODY_PATH,
        (*BODY_PATH, "schema"),
    ),
    *(("x-krea-pricing",), ("x-krea-typical-seconds",), ("x-krea-deprecated-field-aliases",)),
    *(("x-krea-sunset-date",), (*BODY_PATH, "example"), (*BODY_PATH, "schema", "required")),
    *((*BODY_PATH, "schema", "properties"), (*BODY_PATH, "schema", "additionalProperties")),
]
ODD_ROUTES = [
    *(
        "/generate/image/../../jobs",
        "/generate/image/a b",
        "/generate/image/\x1b[31m",
        "/generate/",
    ),
    *("/generate/image/" + "a" * 400, "/generate/İ/x", "/generate/image/-m", "//generate/image/x"),
]


def documents(count: int) -> st.SearchStrategy[Batch[dict[str, Any]]]:
    """Draw a document of COUNT routes: real ones, each with places replaced."""
    numbers = st.lists(st.integers(0, 2**40), min_size=1, max_size=3)
    rows = st.lists(numbers, min_size=count, max_size=count)
    values = st.lists(SCHEMAS, min_size=24, max_size=24)
    return st.composite(lambda draw: _document(draw(rows), draw(values)))()


def _document(rows: list[list[int]], values: list[Any]) -> Batch[dict[str, Any]]:
    routes = sorted(ROUTES)
    paths: dict[str, Any] = {}
    for place, numbers in enumerate(rows):
        name = routes[numbers[0] % len(routes)]
        operation = deepcopy(ROUTES[name]["post"])
        for number in numbers:
            _change(operation, number, values)
        is_odd = numbers[0] % 20 == 0
        route = ODD_ROUTES[numbers[0] // 20 % len(ODD_ROUTES)] if is_odd else name
        paths[f"{route}.{place}"] = {"post": operation} if numbers[0] % 50 else values[0]
    more = {"components": {"schemas": {"A": values[1]}}, "x-krea-aliases": values[2]}
    return Batch([{"openapi": "3.1.0", "paths": paths, "x-krea-default": values[3], **more}])


def _change(operation: dict[str, Any], number: int, values: list[Any]) -> None:
    """Replace a field, a keyword of a field, or a place around them; NUMBER chooses."""
    way, number = number % 4, number // 4
    # A copy: a value that contains itself would have no end.
    value, number = deepcopy(values[number % len(values)]), number // len(values)
    if way == 0:
        _put(operation, OPERATION_PATHS[number % len(OPERATION_PATHS)], value)
        return
    fields = _at(operation, (*BODY_PATH, "schema", "properties"))
    if not isinstance(fields, dict) or not fields:
        return
    name, number = sorted(fields)[number % len(fields)], number // len(fields)
    if way == 1 or not isinstance(fields[name], dict):
        fields[name] = value
    else:
        fields[name][KEYS[number % len(KEYS)]] = value


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _put(operation: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    outer = _at(operation, path[:-1])
    if isinstance(outer, dict):
        outer[path[-1]] = value
