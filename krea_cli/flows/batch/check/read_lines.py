"""Read the lines of a list: prompts, tables or JSON objects."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from krea_cli.catalog.request.parse_value import (
    TooLarge,
    parse_finite,
    parse_whole,
    refuse_number,
)
from krea_cli.flows.batch.check.lines import (
    ARRAY_FILTER,
    JSON_ARRAY,
    MIXED_LINE_ENDS,
    Line,
    UnreadableLine,
    decode_lines,
    field_name,
    is_comment,
    make_line,
)
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.batch.check.recognize_format import (
    SAMPLE_LINES,
    FormatHints,
    refuse_other_format,
)
from krea_cli.flows.batch.check.table import CheckHeadings, read_table
from krea_cli.text import new_name, shell_line


class _DuplicateKey(ValueError):
    pass


def read_lines(
    file: BinaryIO,
    format: str,
    problems: Problems,
    name: str | None = None,
    check_headings: CheckHeadings | None = None,
    hints: FormatHints | None = None,
) -> Iterator[Line]:
    """Read the lines of FILE in a FORMAT of `FORMATS`; add unreadable ones to PROBLEMS.

    name: of the file, for commands in messages; None for a pipe
    check_headings: called with line and names of the headings of a table that has nothing else
    hints: on lists of another format
    """
    hints = hints or FormatHints()
    try:
        texts = _refuse_other_format(decode_lines(file), format, hints)
        if format in ("csv", "tsv"):
            yield from read_table(texts, problems, tabs=format == "tsv", check=check_headings)
        else:
            yield from (read_prompts(texts) if format == "txt" else read_objects(texts, problems))
    except UnreadableLine as error:
        problems.add_message(error.line, _name_files(error.message, name))
        if error.reads_as:
            problems.hint = _reading_command(name, error, hints.other_words)


def _refuse_other_format(texts: Iterator[str], format: str, hints: FormatHints) -> Iterator[str]:
    """Return TEXTS, after a look at the first of them. Raises `UnreadableLine`."""
    sample: list[str] = []
    try:
        for text in texts:
            sample.append(text)
            if len(sample) == SAMPLE_LINES:
                break
    except UnreadableLine as error:
        texts = _raise_later(error)
    refuse_other_format(sample, format, hints)
    return chain(sample, texts)


def _raise_later(error: UnreadableLine) -> Iterator[str]:
    """Raise ERROR where the line comes, after the problems of the lines above it."""
    yield from ()
    raise error


def _reading_command(name: str | None, error: UnreadableLine, other_words: Sequence[str]) -> str:
    """Return the command that reads the list NAME in its own format, else as it was typed."""
    options = ("--format", error.reads_as or "", *other_words)
    if not error.filter:
        return shell_line("krea", "batch", name or "-", *options)
    files = () if name is None else (name,)
    return f"{shell_line(*error.filter, *files)} | {shell_line('krea', 'batch', '-', *options)}"


def _name_files(message: str, name: str | None) -> str:
    """Put the file NAME into the command of MESSAGE; in a pipe the command is a filter."""
    if " < OLD > NEW" not in message:
        return message
    if name is None:
        return message.replace(" < OLD > NEW", "")
    files = f" < {shell_line(name)} > {shell_line(new_name(name))}"
    return message.replace(" < OLD > NEW", files)


def read_prompts(texts: Iterator[str]) -> Iterator[Line]:
    """Read one prompt a line; skip blank lines and comments after #. An escaped \\# is a #."""
    for number, text in enumerate(texts, 1):
        prompt = text.strip()
        if "\r" in prompt:
            raise UnreadableLine(number, MIXED_LINE_ENDS)
        if prompt and not is_comment(prompt):
            yield Line(number, values={"prompt": prompt[1:] if prompt[:2] == "\\#" else prompt})


def read_objects(texts: Iterator[str], problems: Problems) -> Iterator[Line]:
    """Read one JSON object a line."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_unique_keys,
        parse_constant=refuse_number,
        parse_float=parse_finite,
        parse_int=parse_whole,
    )
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        if number == 1 and text.strip() == "[":
            raise UnreadableLine(number, JSON_ARRAY, reads_as="jsonl", filter=ARRAY_FILTER)
        try:
            value = decoder.decode(text.rstrip())
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            problems.add_message(number, _reason(error))
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            raise UnreadableLine(number, JSON_ARRAY, reads_as="jsonl", filter=ARRAY_FILTER)
        if not isinstance(value, dict):
            problems.add_message(number, 'is not a JSON object such as {"prompt": "a fox"}')
            continue
        fields = {field_name(key): inner for key, inner in value.items()}
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
        message = error.msg.replace("Extra data", "more follows the object,")
        return f"is not valid JSON: {message} at character {error.colno}"
    if isinstance(error, TooLarge):
        return f"has {error}, which is too large a number"
    if isinstance(error, _DuplicateKey):
        return f"has {str(error)[:60]!r} twice"
    if isinstance(error, UnicodeEncodeError):
        return "has half of a surrogate pair"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return f"has {str(error)[:60]}, which is not a JSON number"
