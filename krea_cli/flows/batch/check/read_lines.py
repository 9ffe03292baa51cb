"""The lines of a batch file, one by one as they are read: texts, tables, JSON."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any, BinaryIO, NoReturn

from krea_cli.flows.batch.check.lines import Illegible, Line, named, split, texts
from krea_cli.flows.batch.check.problems import Problems


def read_lines(file: BinaryIO, format: str, problems: Problems) -> Iterator[Line]:
    """The lines of FILE in a FORMAT of `FORMATS`; what cannot be read goes to PROBLEMS."""
    from krea_cli.flows.batch.check.table import table

    try:
        if format in ("csv", "tsv"):
            yield from table(texts(file), problems, tabs=format == "tsv")
        else:
            yield from (prompts(file) if format == "txt" else objects(file, problems))
    except Illegible as broken:
        problems.say(broken.line, broken.message)


def prompts(file: BinaryIO) -> Iterator[Line]:
    """A prompt a line; blank lines and those that begin with # say nothing, \\# is a #."""
    for number, text in enumerate(texts(file), 1):
        prompt = text.strip()
        if prompt and not prompt.startswith("#"):
            yield Line(number, values={"prompt": prompt[1:] if prompt[:2] == "\\#" else prompt})


def objects(file: BinaryIO, problems: Problems) -> Iterator[Line]:
    """A JSON object a line."""
    decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite)
    for number, text in enumerate(texts(file), 1):
        if not text.strip():
            continue
        try:
            value = decoder.decode(text.rstrip())
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            problems.say(number, _reason(error))
            continue
        if not isinstance(value, dict):
            problems.say(number, 'is no JSON object such as {"prompt": "a fox"}')
            continue
        fields = {named(key.strip()): inner for key, inner in value.items()}
        if len(fields) < len(value):
            problems.say(number, "has the same field twice")
            continue
        yield split(number, fields, texts=False)


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no valid JSON: {error.msg} at character {error.colno}"
    if isinstance(error, _Twice):
        return f"has {str(error)[:60]!r} twice"
    if isinstance(error, UnicodeEncodeError):
        return "has half of a character"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return f"has {str(error)[:60]}, which is no number of JSON"
