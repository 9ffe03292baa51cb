"""A JSON Schema check of the sandbox's own: what OpenAPI 3.1 documents of this service use.

It shares nothing with the client's reader on purpose, so neither can hide the other's mistake.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

MAX_DEPTH = 40
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: _is_integer(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", lambda value, bound: value >= bound, "must be at least {}"),
    ("maximum", lambda value, bound: value <= bound, "must be at most {}"),
    ("exclusiveMinimum", lambda value, bound: value > bound, "must be above {}"),
    ("exclusiveMaximum", lambda value, bound: value < bound, "must be below {}"),
    ("multipleOf", lambda value, bound: _is_integer(value / bound), "must be a multiple of {}"),
)
LENGTHS = (
    (str, "minLength", "maxLength", "characters"),
    (list, "minItems", "maxItems", "items"),
)
NUMBER, LISTED = (int, float), (list,)
SHAPES: Mapping[str, tuple[type, ...]] = {
    **{key: NUMBER for key, _, _ in BOUNDS},
    **{key: (int,) for _, low, high, _ in LENGTHS for key in (low, high)},
    **dict.fromkeys(("enum", "required", "anyOf", "oneOf", "allOf"), LISTED),
    "properties": (dict,),
    "type": (str, list),
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a value; `unknown` tells a key that the schema does not have."""

    path: str
    message: str
    unknown: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def problems(
    schema: Any, value: Any, *, path: str = "", root: Any = None, depth: int = 0
) -> list[Problem]:
    """Everything in VALUE that SCHEMA forbids; `$ref` is followed inside ROOT only."""
    if schema is True or not isinstance(schema, dict) or depth > MAX_DEPTH:
        return [Problem(path, "is not allowed")] if schema is False else []
    schema = {key: schema[key] for key in schema if _well_formed(key, schema[key])}
    inner = _Check(root, depth + 1)
    if "$ref" in schema:
        return inner.of(_resolve(root, schema["$ref"]), value, path)
    types = schema.get("type")
    allowed = [types] if isinstance(types, str) else types or []
    allowed = [name for name in allowed if isinstance(name, str) and name in TYPES]
    if allowed and not any(TYPES[name](value) for name in allowed):
        return [Problem(path, f"Expected {' or '.join(allowed)}, received {_type_of(value)}")]
    if value is None and "null" in allowed:
        return []
    found = [*_plain(schema, value, path), *_combined(inner, schema, value, path)]
    if isinstance(value, dict):
        found += _object(inner, schema, value, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += inner.of(schema.get("items", True), item, f"{path}.{index}".lstrip("."))
    return found


def _well_formed(key: str, given: Any) -> bool:
    """Whether a keyword has the shape that it should; a document is foreign text."""
    kinds = SHAPES.get(key, ())
    if kinds and type(given) not in kinds:
        return False
    return key != "multipleOf" or float(given) > 0


@dataclass(frozen=True)
class _Check:
    root: Any
    depth: int

    def of(self, schema: Any, value: Any, path: str) -> list[Problem]:
        return problems(schema, value, path=path, root=self.root, depth=self.depth)


def _plain(schema: dict[str, Any], value: Any, path: str) -> Iterator[Problem]:
    """What can be said of a value without looking into it."""
    if "const" in schema and not _same(value, schema["const"]):
        yield Problem(path, f"must be {schema['const']!r}")
    if "enum" in schema and not any(_same(value, choice) for choice in schema["enum"]):
        yield Problem(path, f"must be one of {', '.join(map(str, schema['enum']))}")
    if TYPES["number"](value):
        for key, holds, words in BOUNDS:
            if key in schema and not holds(value, schema[key]):
                yield Problem(path, words.format(schema[key]))
    for kind, low, high, unit in LENGTHS:
        if isinstance(value, kind):
            if len(value) < schema.get(low, 0):
                yield Problem(path, f"must have at least {schema[low]} {unit}")
            if len(value) > schema.get(high, len(value)):
                yield Problem(path, f"must have at most {schema[high]} {unit}")
    if isinstance(value, str):
        yield from _text(schema, value, path)


def _text(schema: dict[str, Any], value: str, path: str) -> Iterator[Problem]:
    if schema.get("format") == "uri" and not _is_uri(value):
        yield Problem(path, "Invalid url")
    if schema.get("format") == "uuid" and not _is_uuid(value):
        yield Problem(path, "Invalid uuid")
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and _is_tame(pattern, value) and not re.search(pattern, value):
        yield Problem(path, f"must match {pattern}")


def _combined(check: _Check, schema: dict[str, Any], value: Any, path: str) -> Iterator[Problem]:
    for branch in schema.get("allOf", []):
        yield from check.of(branch, value, path)
    for key, most in (("anyOf", None), ("oneOf", 1)):
        if key not in schema:
            continue
        tries = [check.of(branch, value, path) for branch in schema[key]]
        fitting = sum(not found for found in tries)
        if fitting == 0:
            # The closest branch is the one that the author of the request most likely meant.
            closest = min(tries, key=len, default=[])
            yield from closest or [Problem(path, "Invalid input")]
        elif most and fitting > most:
            yield Problem(path, f"fits {fitting} of the possible forms, and must fit one")


def _object(
    check: _Check, schema: dict[str, Any], value: dict[str, Any], path: str
) -> Iterator[Problem]:
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if isinstance(name, str) and name not in value:
            yield Problem(f"{path}.{name}".lstrip("."), "Required")
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        here = f"{path}.{name}".lstrip(".")
        if name in known:
            yield from check.of(known[name], item, here)
        elif others is False:
            yield Problem(here, f"Unrecognized keys: '{name}'", unknown=True)
        else:
            yield from check.of(others, item, here)


def _same(value: Any, other: Any) -> bool:
    """JSON equality: true is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def _is_integer(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return float(value).is_integer()


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and " " not in text


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _is_tame(pattern: str, value: str) -> bool:
    """A foreign pattern runs only where it cannot run for ever: short, no groups, few repeats."""
    repeats = sum(pattern.count(sign) for sign in "*+?{")
    if len(pattern) > 100 or len(value) > 256 or repeats > 3 or "(" in pattern:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _resolve(root: Any, reference: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return True
    for name in reference[2:].split("/"):
        name = name.replace("~1", "/").replace("~0", "~")
        root = root.get(name) if isinstance(root, dict) else None
    return root if root is not None else True


def _type_of(value: Any) -> str:
    order = ("null", "boolean", "number", "string", "array", "object")
    return next(name for name in order if TYPES[name](value))
