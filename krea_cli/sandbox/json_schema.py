"""The sandbox's check of JSON Schema, as far as the service's OpenAPI 3.1 documents use it.

It shares nothing with the client's reader, so that neither can hide a mistake of the other.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

MAX_SCHEMA_DEPTH = 40  # levels of schemas within schemas
MAX_PATTERN_CHARACTERS = 100
MAX_MATCHED_CHARACTERS = 256
MAX_PATTERN_REPEATS = 3
TYPE_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: _is_integer(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
# Keyword, check of a value against the keyword's number, and sentence.
NUMBER_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", lambda value, bound: value >= bound, "must be at least {}"),
    ("maximum", lambda value, bound: value <= bound, "must be at most {}"),
    ("exclusiveMinimum", lambda value, bound: value > bound, "must be above {}"),
    ("exclusiveMaximum", lambda value, bound: value < bound, "must be below {}"),
    ("multipleOf", lambda value, bound: _is_integer(value / bound), "must be a multiple of {}"),
)
# Type, keywords for the least and the greatest length, and unit.
LENGTH_BOUNDS = (
    (str, "minLength", "maxLength", "characters"),
    (list, "minItems", "maxItems", "items"),
)
KEYWORD_TYPES: Mapping[str, tuple[type, ...]] = {
    **{key: (int, float) for key, _, _ in NUMBER_BOUNDS},
    **{key: (int,) for _, low, high, _ in LENGTH_BOUNDS for key in (low, high)},
    **dict.fromkeys(("enum", "required", "anyOf", "oneOf", "allOf"), (list,)),
    "properties": (dict,),
    "type": (str, list),
}


@dataclass(frozen=True)
class SchemaProblem:
    """One thing wrong with a value.

    path: place in the value, its keys and indices joined by dots
    message: the problem in words
    unknown_key: True for a key that the schema does not have
    """

    path: str
    message: str
    unknown_key: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


# The problems of a value at a path under a schema: (schema, value, path).
Check = Callable[[Any, Any, str], list[SchemaProblem]]


def find_problems(
    schema: Any, value: Any, *, path: str = "", root: Any = None, depth: int = 0
) -> list[SchemaProblem]:
    """Everything in VALUE that SCHEMA forbids.

    path: place of VALUE
    root: the document for each `$ref`; others are not followed
    depth: number of schemas around SCHEMA
    """
    if schema is True or not isinstance(schema, dict) or depth > MAX_SCHEMA_DEPTH:
        return [SchemaProblem(path, "is not allowed")] if schema is False else []
    schema = {key: schema[key] for key in schema if _is_well_formed(key, schema[key])}

    def check(schema: Any, value: Any, path: str) -> list[SchemaProblem]:
        return find_problems(schema, value, path=path, root=root, depth=depth + 1)

    if "$ref" in schema:
        return check(_resolve(root, schema["$ref"]), value, path)
    types = schema.get("type")
    allowed = [types] if isinstance(types, str) else types or []
    allowed = [name for name in allowed if isinstance(name, str) and name in TYPE_CHECKS]
    if allowed and not any(TYPE_CHECKS[name](value) for name in allowed):
        message = f"Expected {' or '.join(allowed)}, received {value_type(value)}"
        return [SchemaProblem(path, message)]
    if value is None and "null" in allowed:
        return []
    problems = [*_value_problems(schema, value, path)]
    problems += _branch_problems(check, schema, value, path)
    if isinstance(value, dict):
        problems += _object_problems(check, schema, value, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            problems += check(schema.get("items", True), item, f"{path}.{index}".lstrip("."))
    return problems


def value_type(value: Any) -> str:
    """Name the type of a JSON VALUE, as the service does in its sentences."""
    order = ("null", "boolean", "number", "string", "array", "object")
    return next(name for name in order if TYPE_CHECKS[name](value))


def _is_well_formed(key: str, given: Any) -> bool:
    """Tell if a keyword has a value of its type: a document is foreign text."""
    types = KEYWORD_TYPES.get(key, ())
    if types and type(given) not in types:
        return False
    return key != "multipleOf" or float(given) > 0


def _value_problems(schema: dict[str, Any], value: Any, path: str) -> Iterator[SchemaProblem]:
    """The problems of a value as a whole, without those of its parts."""
    if "const" in schema and not _json_equal(value, schema["const"]):
        yield SchemaProblem(path, f"must be {schema['const']!r}")
    if "enum" in schema and not any(_json_equal(value, choice) for choice in schema["enum"]):
        yield SchemaProblem(path, f"must be one of {', '.join(map(str, schema['enum']))}")
    if TYPE_CHECKS["number"](value):
        for key, holds, sentence in NUMBER_BOUNDS:
            if key in schema and not holds(value, schema[key]):
                yield SchemaProblem(path, sentence.format(schema[key]))
    for kind, low, high, unit in LENGTH_BOUNDS:
        if isinstance(value, kind):
            if len(value) < schema.get(low, 0):
                yield SchemaProblem(path, f"must have at least {schema[low]} {unit}")
            # The service declares a greatest length for addresses, and takes longer data: ones.
            is_data = isinstance(value, str) and value.startswith("data:")
            if len(value) > schema.get(high, len(value)) and not is_data:
                yield SchemaProblem(path, f"must have at most {schema[high]} {unit}")
    if isinstance(value, str):
        yield from _text_problems(schema, value, path)


def _text_problems(schema: dict[str, Any], value: str, path: str) -> Iterator[SchemaProblem]:
    if schema.get("format") == "uri" and not _is_uri(value):
        yield SchemaProblem(path, "Invalid url")
    if schema.get("format") == "uuid" and not _is_uuid(value):
        yield SchemaProblem(path, "Invalid uuid")
    pattern = schema.get("pattern")
    if (
        isinstance(pattern, str)
        and _is_safe_pattern(pattern, value)
        and not re.search(pattern, value)
    ):
        yield SchemaProblem(path, f"must match {pattern}")


def _branch_problems(
    check: Check, schema: dict[str, Any], value: Any, path: str
) -> Iterator[SchemaProblem]:
    """The problems under allOf, anyOf and oneOf."""
    for branch in schema.get("allOf", []):
        yield from check(branch, value, path)
    for key, max_matches in (("anyOf", None), ("oneOf", 1)):
        if key not in schema:
            continue
        by_branch = [check(branch, value, path) for branch in schema[key]]
        matches = sum(not problems for problems in by_branch)
        if matches == 0:
            # The author of the request most likely had the closest branch in mind.
            closest = min(by_branch, key=len, default=[])
            yield from closest or [SchemaProblem(path, "Invalid input")]
        elif max_matches and matches > max_matches:
            yield SchemaProblem(path, f"fits {matches} of the possible forms, and must fit one")


def _object_problems(
    check: Check, schema: dict[str, Any], value: dict[str, Any], path: str
) -> Iterator[SchemaProblem]:
    """The problems of an object's properties."""
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if isinstance(name, str) and name not in value:
            yield SchemaProblem(f"{path}.{name}".lstrip("."), "Required")
    additional = schema.get("additionalProperties", True)
    for name, item in value.items():
        item_path = f"{path}.{name}".lstrip(".")
        if name in properties:
            yield from check(properties[name], item, item_path)
        elif additional is False:
            yield SchemaProblem(item_path, f"Unrecognized keys: '{name}'", unknown_key=True)
        else:
            yield from check(additional, item, item_path)


def _json_equal(value: Any, other: Any) -> bool:
    """Compare two values as JSON does: true is not 1."""
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


def _is_safe_pattern(pattern: str, value: str) -> bool:
    """Tell if a foreign pattern surely ends soon: it is short, without groups, with few repeats."""
    repeats = sum(pattern.count(sign) for sign in "*+?{")
    if len(pattern) > MAX_PATTERN_CHARACTERS or len(value) > MAX_MATCHED_CHARACTERS:
        return False
    if repeats > MAX_PATTERN_REPEATS or "(" in pattern:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _resolve(root: Any, reference: Any) -> Any:
    """The schema at REFERENCE inside ROOT; True, which allows everything, if there is none."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return True
    for name in reference[2:].split("/"):
        name = name.replace("~1", "/").replace("~0", "~")
        root = root.get(name) if isinstance(root, dict) else None
    return True if root is None else root
