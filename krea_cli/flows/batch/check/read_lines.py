"""Read the lines of a list: prompts, tables or JSON objects."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from krea_cli.catalog.request.parse_value import parse_finite, refuse_number
from krea_cli.flows.batch.check.lines import (
    Line,
    UnreadableLine,
    decode_lines,
    field_name,
    make_line,
)
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.batch.check.table import read_table


class _DuplicateKey(ValueError):
    pass


def read_lines(file: BinaryIO, format: str, problems: Problems) -> Iterator[Line]:
    """Read the lines of FILE in a FORMAT of `FORMATS`; add unreadable ones to PROBLEMS."""
    try:
        if format in ("csv", "tsv"):
            yield from read_table(decode_lines(file), problems, tabs=format == "tsv")
        else:
            yield from (read_prompts(file) if format == "txt" else read_objects(file, problems))
    except UnreadableLine as error:
        problems.add_message(error.line, error.message)


def read_prompts(file: BinaryIO) -> Iterator[Line]:
    """Read one prompt a line; skip blank lines and comments after #. An escaped \\# is a #."""
    for number, text in enumerate(decode_lines(file), 1):
        prompt = text.strip()
        if prompt and not prompt.startswith("#"):
            yield Line(number, values={"prompt": prompt[1:] if prompt[:2] == "\\#" else prompt})


def read_objects(file: BinaryIO, problems: Problems) -> Iterator[Line]:
    """Read one JSON object a line."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_unique_keys, parse_constant=refuse_number, parse_float=parse_finite
    )
    for number, text in enumerate(decode_lines(file), 1):
        if not text.strip():
            continue
        try:
            value = decoder.decode(text.rstrip())
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            problems.add_message(number, _reason(error))
            continue
        if not isinstance(value, dict):
            problems.add_message(number, 'is not a JSON object such as {"prompt": "a fox"}')
            continue
        fields = {field_name(key.strip()): inner for key, inner in value.items()}
        if len(fields) < len(value):
            problems.add_message(number, "has the same field twice")
            continue
        yield make_line(number, fields, texts=False)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKey(next(name for name in names if names.count(name) > 1))
    return fields


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {error.msg} at character {error.colno}"
    if isinstance(error, _DuplicateKey):
        return f"has {str(error)[:60]!r} twice"
    if isinstance(error, UnicodeEncodeError):
        return "has half of a surrogate pair"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return f"has {str(error)[:60]}, which is not a JSON number"
