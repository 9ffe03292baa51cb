"""Parse the text of `-i key=TEXT` into a JSON value, as the schema of the field asks."""

import json
import re
from collections.abc import Callable
from math import isfinite
from typing import Any, NoReturn

from krea_cli.catalog.local_files import LocalFile, is_address
from krea_cli.catalog.model import Field
from krea_cli.text import new_name, shell_line, wide_encoding

MAX_QUOTED_CHARACTERS = 60
MAX_NUMBER_DIGITS = 300  # of a number in the patterns below
MAX_DIGITS = 4000  # Python reads no more than 4,300
MAX_ROUNDED = 1e6  # in a whole number with an exponent; in a narrow column few digits are left
DIGIT_GROUPS_PATTERN = r"(?<=[0-9])_(?=[0-9])"  # 1_000, as options take it
INTEGER_PATTERN = r"[+-]?[0-9]{1,300}"
DECIMAL_PATTERN = r"[+-]?(?:[0-9]{1,300}\.?[0-9]{0,300}|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?"
JSON_FIRST_CHARACTERS = "-0123456789[{"
TYPE_MISMATCHES = {
    "boolean": "neither true nor false",
    "integer": "not a whole number",
    "number": "not a number",
    "array": "not a JSON array such as [1, 2]",
    "object": 'not a JSON object such as {"key": "value"}',
    "string": "not text",
    "null": "not null",
}

ReadText = Callable[[str], str]


class UnreadableValue(Exception):
    """The text is not a value of the field's type; the message says why."""


class TooLarge(ValueError):
    """A number is too large for any field; the message shows its beginning."""


def parse_value(field: Field, text: str, read_text: ReadText) -> Any:
    """Return the value that TEXT means in FIELD. Raises `UnreadableValue`.

    `@file` is the text of a file, or the file itself in a media field; `@@x` is the text `@x`.
    """
    if text.startswith("@@"):
        return _parse_typed(field, text[1:])
    if text.startswith("@"):
        path = text[1:]
        if field.takes_media:
            return _place_file(field, LocalFile(path))
        return _parse_typed(field, _read_field_text(path, read_text))
    return _parse_typed(field, text)


def _read_field_text(path: str, read_text: ReadText) -> str:
    """Read the text of the file PATH without its last newline. Raises `UnreadableValue`."""
    try:
        text = read_text(path)
    except OSError as error:
        raise UnreadableValue(f"cannot read {path!r}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        encoding = wide_encoding(bytes(error.object)) or "WINDOWS-1252"
        files = f"< {shell_line(path)} > {shell_line(new_name(path))}"
        raise UnreadableValue(
            f"cannot read {path!r}: it is not UTF-8 text; iconv -f {encoding} -t UTF-8 {files}"
            " converts it"
        ) from error
    except ValueError as error:
        raise UnreadableValue(f"cannot read {path!r}: {error}") from error
    return text.removesuffix("\n").removesuffix("\r")


def parse_elements(field: Field, text: str, read_text: ReadText) -> list[Any]:
    """Return the elements that TEXT adds to the array FIELD: one, or all of a JSON array.

    Raises `UnreadableValue`.
    """
    if text.startswith("@") and not text.startswith("@@") and not field.takes_media:
        text = _read_field_text(text[1:], read_text)
    if text.lstrip().startswith("["):
        value = _parse_typed(field, text)
        return value if isinstance(value, list) else [value]
    return [parse_value(field.items or Field(field.name), text, read_text)]


def parse_json_or_text(text: str) -> Any:
    """Return TEXT as a JSON number, boolean, null, array or object; any other TEXT unchanged."""
    if text[:1] in JSON_FIRST_CHARACTERS or text in ("true", "false", "null"):
        try:
            return parse_json(text)
        except UnreadableValue:
            return text
    return text


def parse_json(text: str) -> Any:
    """Parse JSON with finite numbers. Raises `UnreadableValue`."""
    try:
        return json.loads(
            text, parse_constant=refuse_number, parse_float=parse_finite, parse_int=parse_whole
        )
    except TooLarge as error:
        raise UnreadableValue(f"{error} is too large a number") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableValue(f"{quote_value(text)} is not valid JSON") from error


def parse_finite(text: str) -> float:
    """Parse a number of JSON. Raises ValueError for one that is too large."""
    number = float(text)
    return number if isfinite(number) else refuse_number(text)


def parse_whole(text: str) -> int:
    """Parse a whole number of JSON. Raises `TooLarge` for hundreds of digits."""
    if len(text) > MAX_DIGITS:
        raise TooLarge(f"{text[:12]}… ({len(text):,} characters)")
    return int(text)


def refuse_number(name: str) -> NoReturn:
    """Raise ValueError for NAME, which is no number of JSON: NaN, Infinity."""
    raise ValueError(name)


def quote_value(value: object) -> str:
    """Return VALUE as a message quotes it, at most 60 characters."""
    text = value.path if isinstance(value, LocalFile) else value
    quoted = repr(text) if isinstance(text, str) else json.dumps(text, default=str)
    if len(quoted) <= MAX_QUOTED_CHARACTERS:
        return quoted
    return quoted[: MAX_QUOTED_CHARACTERS - 1] + "…"


def _parse_typed(field: Field, text: str) -> Any:
    if text == "null" and (field.nullable or field.types == ("null",)):
        return None
    if field.variants and not field.choices:
        return _parse_variant(field, text)
    if not field.types and not field.choices:
        return parse_json_or_text(text)
    for choice in field.choices:
        if text == (choice if isinstance(choice, str) else json.dumps(choice)):
            return choice
    return _parse_by_type(field, text)


def _parse_by_type(field: Field, text: str) -> Any:
    types = field.types
    if "boolean" in types and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if "integer" in types or "number" in types:
        number = text.strip()
        if "string" not in types:
            number = re.sub(DIGIT_GROUPS_PATTERN, "", number)
        if re.fullmatch(DECIMAL_PATTERN, number):
            return _parse_number(number, whole="number" not in types or field.name == "seed")
        if len(number) > MAX_NUMBER_DIGITS and number.lstrip("+-").isdecimal():
            raise UnreadableValue(f"{quote_value(text)} is too large")
    if text.lstrip().startswith("[") and "array" in types:
        return parse_file_references(field, parse_json(text))
    if text.lstrip().startswith("{") and "object" in types:
        return parse_file_references(field, parse_json(text))
    if not types:
        return parse_json_or_text(text)
    if "string" in types:
        return text
    if "array" in types and field.items is not None:
        return [_parse_typed(field.items, text)]
    if "object" in types and is_address(text) and (inner := field.media_property()):
        return {inner.name: text}
    raise UnreadableValue(f"{quote_value(text)} is {type_mismatch(field)}")


def type_mismatch(field: Field) -> str:
    """Return the end of a sentence about a value of another type than FIELD: "not a number"."""
    return " and ".join(TYPE_MISMATCHES.get(kind, f"not of type {kind}") for kind in field.types)


def _parse_number(text: str, *, whole: bool) -> int | float:
    if re.fullmatch(INTEGER_PATTERN, text):
        return int(text)
    number = float(text)
    if not isfinite(number):
        raise UnreadableValue(f"{quote_value(text)} is too large")
    if whole and (("e" in text.lower() and abs(number) >= MAX_ROUNDED) or abs(number) >= 1e15):
        raise UnreadableValue(f"{quote_value(text)} is rounded: write all digits of the number")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _parse_variant(field: Field, text: str) -> Any:
    """Parse TEXT as the first variant that takes it, or raise the first variant's error."""
    first_error: UnreadableValue | None = None
    # A plain text fits nearly everything, so it is tried last; an array only for a JSON array.
    last = ("string",) if text.lstrip().startswith(("[", "{")) else ("array",)
    for variant in sorted(field.variants, key=lambda variant: variant.types == last):
        try:
            return _parse_typed(variant, text)
        except UnreadableValue as error:
            first_error = first_error or error
    raise first_error or UnreadableValue(f"{quote_value(text)} fits none of the shapes")


def _place_file(field: Field, file: LocalFile) -> Any:
    """Return FILE as a value of FIELD: itself, inside an array, or inside an object."""
    if field.is_media:
        return file
    if field.is_list and field.items is not None and field.items.takes_media:
        return [_place_file(field.items, file)]
    inner = field.media_property()
    if inner is not None:
        return {inner.name: file}
    for variant in field.variants:
        if variant.takes_media:
            return _place_file(variant, file)
    raise UnreadableValue(f"{file.path!r} cannot be put into {field.name} by itself: write JSON")


def parse_file_references(field: Field | None, value: Any, *, is_element: bool = False) -> Any:
    """Copy VALUE with "@path" as a `LocalFile` in each place for an address, at any depth.

    An address or a file as an element of an array of objects becomes such an object. "@@x" stays
    the text "@x" in all these places.
    """
    if field is None:
        return value
    if (
        isinstance(value, str)
        and value.startswith("@")
        and is_file_place(field, is_element=is_element)
    ):
        if value.startswith("@@"):
            return value[1:]
        return _wrap_in_object(field, LocalFile(value[1:])) if is_element else LocalFile(value[1:])
    if isinstance(value, str):
        return _wrap_in_object(field, value) if is_element else value
    if isinstance(value, list):
        items = element_field(field)
        return [parse_file_references(items, element, is_element=True) for element in value]
    if isinstance(value, dict):
        inner = inner_fields(field)
        return {key: parse_file_references(inner.get(key), part) for key, part in value.items()}
    return value


def is_file_place(field: Field | None, *, is_element: bool) -> bool:
    """Tell if a text inside JSON means a file in FIELD when it begins with an @.

    is_element: true for an element of an array; FIELD is then the field of the elements
    """
    if field is None:
        return False
    return field.is_media or (is_element and _address_property(field) is not None)


def element_field(field: Field | None) -> Field | None:
    """Return the field of the elements of the array FIELD, in FIELD itself or in a variant."""
    shapes = (field, *field.variants) if field else ()
    return next((shape.items for shape in shapes if shape.items), None)


def inner_fields(field: Field | None) -> dict[str, Field]:
    """Return the properties of the object FIELD and of its variants, by name."""
    shapes = (field, *field.variants) if field else ()
    return {inner.name: inner for shape in shapes for inner in shape.properties}


def _address_property(items: Field) -> Field | None:
    """Return the property for an address if the elements ITEMS are always objects with one."""
    return None if "string" in items.types else items.media_property()


def _wrap_in_object(items: Field, element: str | LocalFile) -> Any:
    """Put an address into an object if the elements ITEMS are objects with an address."""
    inner = _address_property(items)
    return element if inner is None else {inner.name: element}
