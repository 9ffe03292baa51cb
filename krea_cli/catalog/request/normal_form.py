"""The normal form of a request, for comparing only: a request is sent as it was given."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from krea_cli.catalog.local_files import map_leaves
from krea_cli.catalog.model import Field, Model


def normalize_texts(tree: Any) -> Any:
    """Copy TREE with each text in NFC, with LF as line ends and without blanks at its end."""
    return map_leaves(tree, lambda leaf: _normalize(leaf) if isinstance(leaf, str) else leaf)


def spell_out_defaults(model: Model, body: dict[str, Any]) -> dict[str, Any]:
    """Copy BODY with every default of the document, at any depth, and without nulls.

    A seed in the document is a random number, and no default.
    """
    seed = model.seed_field
    return _spell_out([field for field in model.fields if field is not seed], body)


def _normalize(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip()


def _spell_out(fields: Sequence[Field], values: dict[str, Any]) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields if field.has_default}
    by_name = {field.name: field for field in fields}
    given = {name: _spell_out_inside(by_name.get(name), value) for name, value in values.items()}
    return {name: value for name, value in (defaults | given).items() if value is not None}


def _spell_out_inside(field: Field | None, value: Any) -> Any:
    if field is None:
        return value
    if isinstance(value, list) and field.items is not None:
        return [_spell_out_inside(field.items, element) for element in value]
    if isinstance(value, dict) and field.properties:
        return _spell_out(field.properties, value)
    return value
