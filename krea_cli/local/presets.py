"""Presets: a model and plain values of its fields, under a name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from krea_cli.text import one_line

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
ADDRESS_PATTERN = r"(?i)\s*(?:(?:[a-z][a-z0-9+.-]*:)?//|data:)"
FILE_PREFIX = "@"
# Words of the command line that no model has as a field: a preset holds no option.
OPTION_NAMES = frozenset({"webhook", "output", "count", "profile", "token", "max_cost", "force"})
MODEL_KEY = "model"


@dataclass(frozen=True)
class Preset:
    """A model, and values of fields.

    model: as it is written; None if any will do
    fields: by name, as JSON values
    source: the file that it stands in, as it is shown
    """

    name: str
    model: str | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    def table(self) -> dict[str, Any]:
        """Return the table as it is written into a file."""
        return {**({MODEL_KEY: self.model} if self.model else {}), **self.fields}


def is_preset_name(name: str) -> bool:
    """Tell if NAME can be the name of a preset."""
    return re.fullmatch(NAME_PATTERN, name) is not None


def parse_preset(name: str, table: Any, source: str = "") -> Preset:
    """Read the TABLE of a file. Raises ValueError with a sentence that names the preset."""
    if not is_preset_name(name):
        raise ValueError(
            f"a preset cannot be called {one_line(name)[:64]!r}: letters, digits, - and _"
        )
    start = f"the preset {name}"
    if not isinstance(table, dict):
        raise ValueError(f"{start} is no table: [preset.{name}]")
    fields = dict(table)
    model = fields.pop(MODEL_KEY, None)
    if model is not None and not (isinstance(model, str) and model.strip() and model.isprintable()):
        raise ValueError(f"{start}: model must be the name of a model")
    for key, value in fields.items():
        if key in OPTION_NAMES:
            raise ValueError(f"{start}: {key} is no field, and a preset holds fields alone")
        if reason := find_forbidden(value):
            raise ValueError(f"{start}: {one_line(key)[:60]} {reason}")
    return Preset(name, model.strip() if model else None, fields, source)


def find_forbidden(value: Any) -> str | None:
    """Return the reason why VALUE may not stand in a preset; None if it may."""
    for leaf in _leaves(value):
        if isinstance(leaf, str):
            if leaf.startswith(FILE_PREFIX):
                return "names a file, and a preset holds plain values"
            if re.match(ADDRESS_PATTERN, leaf):
                return "is an address, and a preset holds plain values"
        elif not isinstance(leaf, bool | int | float) or leaf != leaf or abs(leaf) == float("inf"):
            return "is no text, number, true or false"
    return None


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value
