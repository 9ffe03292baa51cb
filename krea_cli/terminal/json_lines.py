"""Records as lines of JSON that every program reads, whatever the service put into them."""

from collections.abc import Mapping
from math import isfinite

DEEPEST = 100  # levels; what a service nests deeper says nothing to anybody


def json_line(record: Mapping[str, object]) -> str:
    """RECORD on one line. What JSON has no word for (NaN, Infinity) is null."""
    # ASCII: whatever the record holds, no escape or bidi character reaches a terminal.
    from json import dumps

    try:
        text = dumps(record, default=str, allow_nan=False)
    except (ValueError, RecursionError):  # Python reads both, and other programs do not
        text = dumps(_readable(record), default=str, allow_nan=False)
    return text + "\n"


def _readable(value: object, level: int = 0) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict | list | tuple) and level == DEEPEST:
        return None
    if isinstance(value, dict):
        return {key: _readable(inner, level + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(inner, level + 1) for inner in value]
    return value
