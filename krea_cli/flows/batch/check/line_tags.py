"""Read the tags of a line: its x.NAME columns, and those of --tag for all lines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from krea_cli.flows.batch.check.lines import TAG_PREFIX, Line
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.local.tags import parse_name, parse_value


def with_tags(
    lines: Iterable[Line], defaults: Mapping[str, str], problems: Problems
) -> Iterator[Line]:
    """Yield LINES with tags that are read; an empty one takes the tag away, if no default has it.

    A line with a tag that cannot be is added to PROBLEMS, and goes on without it.
    """
    for line in lines:
        tags: dict[str, str | None] = {}
        for name, value in line.tags.items():
            try:
                tags[parse_name(name)] = _parse(value)
            except ValueError as expected:
                field = f"{TAG_PREFIX}{name}"
                problems.add_message(line.number, f"must be {expected}", field=field)
        if defaults:
            tags |= {name: value for name, value in defaults.items() if tags.get(name) is None}
        yield replace(line, tags=tags) if tags or line.tags else line


def _parse(value: Any) -> str | None:
    """Return the value of a tag; None for an empty cell. Raises ValueError."""
    if isinstance(value, bool | int | float):
        value = json.dumps(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("a text or a number")
    return parse_value(value) or None
