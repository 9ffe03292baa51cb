"""Validate values against their fields; each problem says what the field takes."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from krea_cli.catalog.describe import (
    MAX_LISTED_CHOICES,
    describe_field,
    field_option,
    format_number,
    placeholder,
)
from krea_cli.catalog.local_files import LocalFile, is_address
from krea_cli.catalog.model import Field, Model, Number, json_equal
from krea_cli.catalog.request.parse_value import quote_value, type_mismatch
from krea_cli.errors import Problem
from krea_cli.text import shell_line

MAX_VALUE_LEVELS = 40
MAX_PATTERN_CHARACTERS = 200
MAX_MATCHED_CHARACTERS = 200
MAX_REPEATS = 2  # in a pattern
JSON_TYPES = {
    bool: ("boolean",),
    int: ("number", "integer"),
    float: ("number",),
    str: ("string",),
    LocalFile: ("string",),
    list: ("array",),
    dict: ("object",),
}
UUID_PATTERN = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# Backtracking explodes on groups, alternatives and back-references, and on many repeats in a row;
# the doubled signs are set operations that Python reserves and warns of.
RISKY_PATTERN = r"[(|]|\\[1-9]|\[\[|--|&&|~~"
REPEAT_SIGN = r"[*+?{]"


@dataclass(frozen=True)
class UnknownField(Problem):
    """A field that the model lacks, as far as this catalog knows."""


def validate_body(model: Model, body: dict[str, Any]) -> list[Problem]:
    """Return every problem of BODY. A missing seed is none: it is drawn later."""
    problems: list[Problem] = []
    for name, value in body.items():
        field = model.field(name)
        if field is not None:
            problems += validate_value(field, value, name)
        elif model.closed:
            problems.append(unknown_field_problem(model, name))
    for field in model.fields:
        if field.required and field.name not in body and field.name != "seed":
            problems.append(_missing_field_problem(model, field))
    return problems


def unknown_field_problem(model: Model, name: str) -> UnknownField:
    """Return the problem that MODEL has no field NAME, with similar names or all names."""
    from difflib import get_close_matches

    names = [field.name for field in model.fields]
    similar = get_close_matches(name[:100], names, n=2, cutoff=0.6)
    if not similar:
        similar = [field for field in names if name.lower() == field.replace("_", "").lower()]
    if similar:
        return UnknownField(name, f"there is no such field; did you mean {' or '.join(similar)}?")
    return UnknownField(name, f"there is no such field; it takes {', '.join(names) or 'none'}")


def _missing_field_problem(model: Model, field: Field) -> Problem:
    if field.name == "prompt":
        hint = f'krea generate "your prompt" -m {model.id}; - in its place reads it from stdin'
        return Problem("prompt", "required", hint)
    message = _required(field)
    if field.name in ("width", "height"):
        if model.kind == "enhance":
            message += ", and follows from a picture given as a local file"
        return Problem(field.name, message, "--width … --height …")
    return Problem(field.name, message, f"-i {field.name}={placeholder(field)}")


def _required(field: Field) -> str:
    description = describe_field(field)
    return f"required; it takes {description}" if description else "required"


def validate_value(field: Field, value: Any, path: str, level: int = 0) -> list[Problem]:
    """Return the problems of VALUE at PATH ("styles[0].strength"), LEVEL deep in its request."""
    if level > MAX_VALUE_LEVELS:
        return [Problem(path, "nested too deeply")]
    if value is None:
        allowed = field.nullable or (field.types in ((), ("null",)) and not field.choices)
        return [] if allowed else [Problem(path, "null is not allowed")]
    if field.choices:
        return _validate_choice(field, value, path)
    if not _fits_type(field, value):
        return [Problem(path, f"{quote_value(value)} is {type_mismatch(field)}")]
    problems = _validate_by_type(field, value, path, level)
    if field.variants and not problems:
        # None if a shape fits; else the shape with the fewest problems is the most likely one.
        tried = [validate_value(variant, value, path, level + 1) for variant in field.variants]
        return min(tried, key=len)
    return problems


def _fits_type(field: Field, value: Any) -> bool:
    if not field.types:
        return True
    types = JSON_TYPES.get(type(value), ())
    if isinstance(value, float) and value.is_integer():
        types = JSON_TYPES[int]
    return any(kind in field.types for kind in types)


def _validate_choice(field: Field, value: Any, path: str) -> list[Problem]:
    if any(json_equal(value, choice) for choice in field.choices):
        return []
    listed = ", ".join(str(choice) for choice in field.choices[:MAX_LISTED_CHOICES])
    if len(field.choices) > MAX_LISTED_CHOICES:
        listed += ", …"
    quoted = quote_value(value)
    if len(field.choices) == 1:
        return [Problem(path, f"{quoted} is not {listed}, the only choice")]
    similar = None
    if isinstance(value, (str, int, float)):
        similar = _similar_choice(str(value), field.choices)
    if similar is None:
        return [Problem(path, f"{quoted} is none of {listed}")]
    message = f"{quoted} is none of {listed}; did you mean {similar}?"
    return [
        Problem(path, message, field_option(path, str(similar)) if path == field.name else None)
    ]


def _similar_choice(text: str, choices: tuple[Any, ...]) -> Any:
    """Return the choice that TEXT resembles, or None."""
    from difflib import get_close_matches

    by_text = {str(choice).lower(): choice for choice in choices}
    as_ratio = text.strip().lower().replace("x", ":")
    if as_ratio in by_text:
        return by_text[as_ratio]
    similar = get_close_matches(text[:100].lower(), by_text, n=1, cutoff=0.6)
    return by_text[similar[0]] if similar else None


def _validate_by_type(field: Field, value: Any, path: str, level: int) -> list[Problem]:
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return _validate_number(field, value, path)
    if isinstance(value, str):
        return _validate_text(field, value, path)
    if isinstance(value, list):
        return _validate_list(field, value, path, level)
    if isinstance(value, dict):
        return _validate_object(field, value, path, level)
    return []


def _validate_number(field: Field, value: Number, path: str) -> list[Problem]:
    low, high = field.minimum, field.maximum
    inside = (low is None or value >= low) and (high is None or value <= high)
    inside = inside and (field.above is None or value > field.above)
    text = format_number(value)
    if (
        isinstance(value, float)
        and abs(value) >= 1e15
        and ("number" not in field.types or path == "seed")
    ):
        return [Problem(path, f"{text} is rounded: write all digits of the number")]
    if not inside or (field.below is not None and value >= field.below):
        return [Problem(path, f"{text} is out of bounds; it takes {describe_field(field)}")]
    if field.multiple_of:
        step = Decimal(str(field.multiple_of))
        times = Decimal(str(value)) / step
        # A step that is too fine to count is as good as none.
        if abs(times) < 10**15 and times != int(times):
            lower = int(times) * step
            nearest = f"{format_number(float(lower))} or {format_number(float(lower + step))}"
            multiple = format_number(field.multiple_of)
            return [Problem(path, f"{text} is not a multiple of {multiple}: {nearest}")]
    return []


def _validate_text(field: Field, value: str, path: str) -> list[Problem]:
    if field.format == "uri":
        return _validate_address(field, value, path)
    if field.min_length is not None and len(value) < field.min_length:
        if not value:
            return [Problem(path, "is empty")]
        return [Problem(path, f"{_count(value, 'character')}; at least {field.min_length}")]
    if field.max_length is not None and len(value) > field.max_length:
        return [Problem(path, f"{_count(value, 'character')}; at most {field.max_length}")]
    if field.format == "uuid" and not re.fullmatch(UUID_PATTERN, value):
        return [Problem(path, f"{quote_value(value)} is not a UUID")]
    if field.pattern and not matches_pattern(field.pattern, value):
        return [Problem(path, f"{quote_value(value)} does not match {quote_value(field.pattern)}")]
    return []


def _count(value: str | list[Any], noun: str) -> str:
    return f"{len(value)} {noun}{'' if len(value) == 1 else 's'}"


def _validate_address(field: Field, value: str, path: str) -> list[Problem]:
    if is_address(value) or (field.has_default and value == field.default):
        return []
    if not value:
        return [Problem(path, "is empty; it takes the address of a file, or @FILE")]
    name = path.split("[")[0].split(".")[0]
    file = f"{name}=@{value.removeprefix('@')}"
    hint = f"-i {shell_line(file)}" if _may_be_a_file(value) else None
    message = f"{quote_value(value)} is not an address; a file is given as @FILE"
    return [Problem(path, message, hint)]


def _may_be_a_file(text: str) -> bool:
    # A whole path after an @ may be the text of a stranger's recipe: it is not repeated.
    own = not (text.startswith("@") and "/" in text)
    return own and text.isprintable() and len(text) < 100 and "://" not in text and text != "null"


def _validate_list(field: Field, value: list[Any], path: str, level: int) -> list[Problem]:
    problems = []
    count = len(value)
    if field.min_items is not None and count < field.min_items:
        problems.append(Problem(path, f"{_count(value, 'element')}; at least {field.min_items}"))
    if field.max_items is not None and count > field.max_items:
        problems.append(Problem(path, f"{_count(value, 'element')}; at most {field.max_items}"))
    if field.items is not None:
        for index, element in enumerate(value):
            problems += validate_value(field.items, element, f"{path}[{index}]", level + 1)
    return problems


def _validate_object(field: Field, value: dict[str, Any], path: str, level: int) -> list[Problem]:
    problems = []
    for name, inner_value in value.items():
        inner = field.property(name)
        if inner is not None:
            problems += validate_value(inner, inner_value, f"{path}.{name}", level + 1)
        elif field.closed and not field.variants:
            names = ", ".join(inner.name for inner in field.properties)
            problems.append(Problem(f"{path}.{name}", f"there is no such field; it takes {names}"))
    for inner in field.properties:
        if inner.required and inner.name not in value:
            hint = f"-i {path.split('[')[0]}={placeholder(field)}" if "." not in path else None
            problems.append(Problem(f"{path}.{inner.name}", _required(inner), hint))
    return problems


def matches_pattern(pattern: str, text: str) -> bool:
    """Return True if TEXT matches, or if the pattern is too risky to run: the service decides."""
    if len(pattern) > MAX_PATTERN_CHARACTERS or len(text) > MAX_MATCHED_CHARACTERS:
        return True
    if re.search(RISKY_PATTERN, pattern) or len(re.findall(REPEAT_SIGN, pattern)) > MAX_REPEATS:
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, OverflowError, RecursionError):
        return True
