"""From the text behind `-i key=` to a JSON value, as the field's schema reads it."""

import json
import re
from math import isfinite
from typing import Any, NoReturn

from krea_cli.catalog.local_files import LocalFile, is_address
from krea_cli.catalog.model import Field
from krea_cli.catalog.request.inputs import Wishes

INTEGER = re.compile(r"[+-]?[0-9]{1,300}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,300}\.?[0-9]{0,300}|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?")


class Unreadable(Exception):
    """The text is no value of the field's type; says why."""


def value_of(field: Field, text: str, wishes: Wishes) -> Any:
    """The value that TEXT means in FIELD. Raises `Unreadable`.

    `@file` is the file's text, or the file itself where the field takes media; `@@x` is `@x`.
    """
    if text.startswith("@@"):
        return _typed(field, text[1:])
    if text.startswith("@"):
        path = text[1:]
        if field.takes_media:
            return _placed(field, LocalFile(path))
        return _typed(field, file_text(path, wishes))
    return _typed(field, text)


def file_text(path: str, wishes: Wishes) -> str:
    """The text of the file PATH without its last newline. Raises `Unreadable`."""
    try:
        text = wishes.read_text(path)
    except OSError as error:
        raise Unreadable(f"cannot read {path!r}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"cannot read {path!r} as text") from error
    except ValueError as error:
        raise Unreadable(f"cannot read {path!r}: {error}") from error
    return text.removesuffix("\n").removesuffix("\r")


def elements_of(field: Field, text: str, wishes: Wishes) -> list[Any]:
    """What TEXT adds to the array FIELD: one element, or those of a JSON array."""
    if text.startswith("@") and not text.startswith("@@") and not field.takes_media:
        text = file_text(text[1:], wishes)
    if text.lstrip().startswith("["):
        value = _typed(field, text)
        return value if isinstance(value, list) else [value]
    return [value_of(field.items or Field(field.name), text, wishes)]


def lenient(text: str) -> Any:
    """TEXT as JSON where it is a number, true, false, null, an array or an object; else as text."""
    if text[:1] in "-0123456789[{" or text in ("true", "false", "null"):
        try:
            return parse_json(text)
        except Unreadable:
            return text
    return text


def parse_json(text: str) -> Any:
    """The JSON value TEXT. Raises `Unreadable`."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{short(text)} is not valid JSON") from error


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def short(value: object, limit: int = 60) -> str:
    """A value as a message quotes it."""
    text = value.path if isinstance(value, LocalFile) else value
    quoted = repr(text) if isinstance(text, str) else json.dumps(text, default=str)
    return quoted if len(quoted) <= limit else quoted[: limit - 1] + "…"


def _typed(field: Field, text: str) -> Any:
    if text == "null" and (field.nullable or field.types == ("null",)):
        return None
    if field.variants and not field.choices:
        return _first_variant(field, text)
    if not field.types and not field.choices:
        return lenient(text)
    for choice in field.choices:
        if text == (choice if isinstance(choice, str) else json.dumps(choice)):
            return choice
    return _by_type(field, text)


def _by_type(field: Field, text: str) -> Any:
    types = field.types
    if "boolean" in types and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if ("integer" in types or "number" in types) and DECIMAL.fullmatch(text.strip()):
        return number_of(text.strip())
    if text.lstrip().startswith("[") and "array" in types:
        return with_files(field, parse_json(text))
    if text.lstrip().startswith("{") and "object" in types:
        return with_files(field, parse_json(text))
    if not types:
        return lenient(text)
    if "string" in types:
        return text
    if "array" in types and field.items is not None:
        return [_typed(field.items, text)]
    if "object" in types and is_address(text) and (place := field.media_property()):
        return {place.name: text}
    raise Unreadable(f"{short(text)} is {wanted(field)}")


def wanted(field: Field) -> str:
    """What FIELD wants instead, as the end of a sentence: "not a number"."""
    names = {
        "boolean": "neither true nor false",
        "integer": "not a whole number",
        "number": "not a number",
        "array": "not a JSON array such as [1, 2]",
        "object": 'not a JSON object such as {"key": "value"}',
        "string": "not text",
        "null": "not null",
    }
    return " and ".join(names.get(kind, f"not of type {kind}") for kind in field.types)


def number_of(text: str) -> int | float:
    """The number TEXT; whole numbers come back as int."""
    if INTEGER.fullmatch(text):
        return int(text)
    number = float(text)
    if not isfinite(number):
        raise Unreadable(f"{short(text)} is too large")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _first_variant(field: Field, text: str) -> Any:
    reason: Unreadable | None = None
    # A plain text fits nearly everything, so it is tried last; an array only for a JSON array.
    last = ("string",) if text.lstrip().startswith(("[", "{")) else ("array",)
    for variant in sorted(field.variants, key=lambda variant: variant.types == last):
        try:
            return _typed(variant, text)
        except Unreadable as error:
            reason = reason or error
    raise reason or Unreadable(f"{short(text)} fits none of the shapes")


def _placed(field: Field, file: LocalFile) -> Any:
    """FILE where the field's address goes: itself, inside an array, or inside an object."""
    if field.is_media:
        return file
    if field.is_list and field.items is not None and field.items.takes_media:
        return [_placed(field.items, file)]
    place = field.media_property()
    if place is None:
        for variant in field.variants:
            if variant.takes_media:
                return _placed(variant, file)
        raise Unreadable(f"{file.path!r} cannot be put into {field.name} by itself: write JSON")
    return {place.name: file}


def with_files(field: Field | None, value: Any) -> Any:
    """VALUE with "@path" as a file wherever FIELD takes an address, at any depth."""
    if field is None:
        return value
    if isinstance(value, str) and field.is_media and value.startswith("@"):
        return value[1:] if value.startswith("@@") else LocalFile(value[1:])
    if isinstance(value, list):
        items = element_field(field)
        if items is not None and items.media_property():
            return [_as_object(items, with_files(items, element)) for element in value]
        return [with_files(items, element) for element in value]
    if isinstance(value, dict):
        known = inner_fields(field)
        return {key: with_files(known.get(key), inner) for key, inner in value.items()}
    return value


def element_field(field: Field | None) -> Field | None:
    """What the elements of the array FIELD are."""
    ways = (field, *field.variants) if field else ()
    return next((one.items for one in ways if one.items), None)


def inner_fields(field: Field | None) -> dict[str, Field]:
    """What the object FIELD holds, by name."""
    ways = (field, *field.variants) if field else ()
    return {inner.name: inner for one in ways for inner in one.properties}


def _as_object(items: Field, element: Any) -> Any:
    """An address where an object with an address is wanted: the object."""
    place = items.media_property()
    if place is None or not isinstance(element, str) or "string" in items.types:
        return element
    return {place.name: LocalFile(element[1:]) if element.startswith("@") else element}
