"""JSON records, one per line, that every program can read."""

from collections.abc import Mapping
from math import isfinite

MAX_JSON_DEPTH = 100  # levels; deeper ones come from a broken service, and no program wants them


def json_line(record: Mapping[str, object]) -> str:
    """RECORD as JSON on one line. NaN and Infinity, which JSON lacks, become null."""
    # ASCII: whatever the record holds, no escape or bidi character reaches a terminal.
    from json import dumps

    try:
        text = dumps(record, default=str, allow_nan=False)
    except (ValueError, RecursionError):  # Python reads both from the service; others refuse them
        text = dumps(_json_value(record), default=str, allow_nan=False)
    return text + "\n"


def _json_value(value: object, level: int = 0) -> object:
    """VALUE with null for numbers that are not finite, and below `MAX_JSON_DEPTH`."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict | list | tuple) and level == MAX_JSON_DEPTH:
        return None
    if isinstance(value, dict):
        return {key: _json_value(inner, level + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(inner, level + 1) for inner in value]
    return value
