"""Write a JSON value as the option that sets it: the opposite of `parse_value`."""

import json
from typing import Any

from krea_cli.catalog.describe import field_option
from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.model import Field
from krea_cli.catalog.request.parse_value import element_field, inner_fields, is_file_place
from krea_cli.text import shell_line

INTEGER_OPTIONS = ("seed", "width", "height")


def write_option(name: str, value: Any, field: Field | None, *, keep_lines: bool = False) -> str:
    """Return the option that sets the field NAME to VALUE, quoted by `shell_line`.

    Only a `LocalFile` becomes a file of the reader's. An @ in a text is doubled.
    """
    text = write_value(value, field)
    if name in INTEGER_OPTIONS and not isinstance(value, int):
        return f"-i {shell_line(f'{name}={text}', keep_lines=keep_lines)}"
    return field_option(name, text, keep_lines=keep_lines)


def write_value(value: Any, field: Field | None) -> str:
    """Return the text that `parse_value` reads as VALUE in FIELD."""
    if isinstance(value, LocalFile):
        return f"@{value.path}"
    if isinstance(value, str):
        return f"@{value}" if value.startswith("@") else value
    return json.dumps(_escape_at_signs(value, field), ensure_ascii=False)


def _escape_at_signs(value: Any, field: Field | None, *, is_element: bool = False) -> Any:
    """Copy VALUE as JSON for -i: @PATH for a file, and @@ for an @ that names none."""
    if isinstance(value, LocalFile):
        return f"@{value.path}"
    if isinstance(value, str) and value.startswith("@"):
        return f"@{value}" if is_file_place(field, is_element=is_element) else value
    if isinstance(value, dict):
        inner = inner_fields(field)
        return {name: _escape_at_signs(each, inner.get(name)) for name, each in value.items()}
    if isinstance(value, list):
        items = element_field(field)
        return [_escape_at_signs(each, items, is_element=True) for each in value]
    return value
