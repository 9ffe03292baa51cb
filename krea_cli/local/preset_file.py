"""Write a preset into a TOML file, or take it out; comments and all else stay."""

import json
import re
from typing import Any

TABLE_HEADER = r"\s*\[\[?[^\[\]]+\]\]?\s*(?:#.*)?"
BARE_KEY = r"[A-Za-z0-9_-]+"


class NotEditable(ValueError):
    """The file is written in a way that cannot be edited here."""


def edit_preset(text: str, name: str, table: dict[str, Any] | None) -> str:
    """Return TEXT with TABLE as the preset NAME; without that preset if TABLE is None.

    Raises `NotEditable` if the result would not say just that.
    """
    import tomllib

    before = tomllib.loads(text)
    presets = {key: value for key, value in before.get("preset", {}).items() if key != name}
    if table is not None:
        presets[name] = table
    edited = _replace_table(text, name, None if table is None else format_table(name, table))
    try:
        after = tomllib.loads(edited)
    except tomllib.TOMLDecodeError as failure:
        raise NotEditable(str(failure)) from failure
    if after.get("preset", {}) != presets or _others(after) != _others(before):
        raise NotEditable("it would change more than that")
    return edited


def _others(tables: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tables.items() if key != "preset"}


def _replace_table(text: str, name: str, lines: list[str] | None) -> str:
    """Put LINES in the place of the table of the preset NAME, else at the end."""
    old = text.splitlines()
    header = rf'\s*\[\s*preset\s*\.\s*"?{re.escape(name)}"?\s*\]\s*(?:#.*)?'
    start = next((at for at, line in enumerate(old) if re.fullmatch(header, line)), None)
    if start is None:
        gap = [""] if old and old[-1].strip() else []
        return "\n".join([*old, *gap, *(lines or [])]) + "\n" if lines else text
    end = start + 1
    while end < len(old) and not re.fullmatch(TABLE_HEADER, old[end]):
        end += 1
    # The comment above a table is about that one.
    while end < len(old) and end > start + 1 and re.match(r"\s*(?:#|$)", old[end - 1]):
        end -= 1
    rest = old[end:]
    if lines is None:
        while rest and not rest[0].strip():
            rest.pop(0)
    return "\n".join([*old[:start], *(lines or []), *rest]).rstrip("\n") + "\n"


def format_table(name: str, table: dict[str, Any]) -> list[str]:
    """Return the lines of TABLE as the preset NAME, its heading first."""
    return [
        f"[preset.{name}]",
        *(f"{_key(key)} = {literal(value)}" for key, value in table.items()),
    ]


def literal(value: Any) -> str:
    """Return VALUE as TOML writes it, in one line. Raises ValueError for any other type."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # JSON's strings are TOML's, but for this one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {literal(inner)}" for key, inner in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    raise ValueError(f"{value!r} is no text, number, true or false")


def _key(key: str) -> str:
    return key if re.fullmatch(BARE_KEY, key) else literal(key)
