"""Recognize a list of one format that is read as another: each line of it would be paid for."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from krea_cli.flows.batch.check.lines import (
    ARRAY_FILTER,
    CSV_HINT,
    DELIMITERS,
    JSON_ARRAY,
    RESERVED_NAMES,
    TAG_PREFIX,
    UnreadableLine,
    field_name,
    is_comment,
)

SAMPLE_LINES = 1000
HEADING_PATTERN = r"[A-Za-z][A-Za-z0-9_.-]*"
HTML_PATTERN = r"(?i)<(!doctype|html|head|body|\?xml|svg)\b"
JSON_OBJECTS = "this is JSON, an object a line"
JSON_TEXT = (
    "this is JSON over several lines; jq -c . < OLD > NEW makes lines of it, and --format jsonl"
    " reads them"
)
JSON_TEXTS = "this is a JSON array of texts; jq -r '.[]' < OLD > NEW makes lines of it"


@dataclass(frozen=True)
class FormatHints:
    """Knowledge about a list, beyond its lines.

    knows_field: tells if any model has a field of that name
    is_stated: the user said --format, and not only a file name
    other_words: of the command, for the one that reads the list
    """

    knows_field: Callable[[str], bool] = lambda name: False
    is_stated: bool = False
    other_words: Sequence[str] = ()


def refuse_other_format(sample: Sequence[str], format: str, hints: FormatHints) -> None:
    """Refuse a list that is certainly not of FORMAT. Raises `UnreadableLine`.

    sample: the first `SAMPLE_LINES` of the list, or all of it
    """
    lines = [
        (number, text)
        for number, text in enumerate(sample, 1)
        if text.strip() and not (format == "txt" and is_comment(text))
    ]
    if not lines:
        return
    number, text = lines[0]
    first, texts = text.strip(), [text for _, text in lines]
    if re.match(HTML_PATTERN, first) and format in ("txt", "jsonl"):
        raise UnreadableLine(number, "this is HTML or XML, not a list of prompts")
    if first.startswith(("%PDF-", "{\\rtf", "%!PS")):
        raise UnreadableLine(number, "this is a document, not plain text; save it as plain text")
    has_comments = any(is_comment(text) for text in sample[: number - 1])
    if format in ("csv", "tsv"):
        _refuse_in_table(number, first, texts, format, hints)
    elif format == "jsonl":
        _refuse_spread_object(number, texts)
        if table := _table_format(texts, hints):
            raise UnreadableLine(number, "this is a table, not JSON", reads_as=table)
    else:
        _refuse_in_prompts(number, texts, hints, has_comments=has_comments)


def _refuse_in_table(
    number: int, first: str, texts: list[str], format: str, hints: FormatHints
) -> None:
    if first.startswith("["):
        raise UnreadableLine(number, JSON_ARRAY, reads_as="jsonl", filter=ARRAY_FILTER)
    if first.startswith("{"):
        raise UnreadableLine(number, "this is JSON; --format jsonl reads it", reads_as="jsonl")
    if first.startswith("<"):
        raise UnreadableLine(number, f"this is HTML or XML, not a table; {CSV_HINT}")
    if format == "tsv" and "\t" not in first and _table_format(texts, hints) == "csv":
        raise UnreadableLine(number, "this is a table without tabs", reads_as="csv")


def _refuse_in_prompts(
    number: int, texts: list[str], hints: FormatHints, *, has_comments: bool
) -> None:
    _refuse_json_value(number, texts)
    # Comments are read in a list of prompts only.
    filter = ("grep", "-v", "^ *#") if has_comments else ()
    if message := _describe_objects(texts, hints):
        raise UnreadableLine(number, message, reads_as="jsonl", filter=filter)
    if table := _table_format(texts, hints):
        message = "this is a table: its first line names the fields"
        raise UnreadableLine(number, message, reads_as=table, filter=filter)


def _refuse_json_value(number: int, texts: list[str]) -> None:
    """Refuse TEXTS if they are one JSON value over several lines, or an array in one line."""
    _refuse_spread_object(number, texts)
    first, second = texts[0].strip(), texts[1].strip() if len(texts) > 1 else ""
    value = _parse(first) if len(texts) == 1 else None
    is_texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if (first == "[" and second.startswith('"')) or (value and is_texts):
        raise UnreadableLine(number, JSON_TEXTS, reads_as="txt", filter=("jq", "-r", ".[]"))
    is_array = first.startswith("[") and isinstance(_parse_first(first[1:].lstrip()), dict)
    if first == "[" or is_array:
        raise UnreadableLine(number, JSON_ARRAY, reads_as="jsonl", filter=ARRAY_FILTER)


def _refuse_spread_object(number: int, texts: list[str]) -> None:
    if len(texts) > 1 and texts[0].strip() == "{" and texts[1].strip().startswith(('"', "}")):
        raise UnreadableLine(number, JSON_TEXT, reads_as="jsonl", filter=("jq", "-c", "."))


def _describe_objects(texts: list[str], hints: FormatHints) -> str | None:
    """Return the reason if TEXTS are JSON objects, the last of which may be cut off."""
    if not all(text.lstrip().startswith("{") for text in texts):
        return None
    values = [_parse(text) for text in texts]
    if not isinstance(values[0], dict) or not values[0]:
        return None
    if any(_is_field(field_name(name), hints) for name in values[0]):
        return JSON_OBJECTS
    # Without a field of ours they may be prompts, as some models take them.
    if hints.is_stated or not all(isinstance(value, dict) for value in values):
        return None
    return f"{JSON_OBJECTS}; --format txt takes each line as a prompt"


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parse_first(text: str) -> Any:
    """Return the JSON value that TEXT begins with, whatever follows it; None without one."""
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _is_field(name: str, hints: FormatHints) -> bool:
    is_ours = name == "prompt" or name in RESERVED_NAMES or name.startswith(TAG_PREFIX)
    return is_ours or hints.knows_field(name)


def _table_format(texts: list[str], hints: FormatHints) -> str | None:
    """Return "csv" or "tsv" if TEXTS begin with the headings of a table, else None."""
    first = texts[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel writes it on top
        return "csv"
    for delimiter in DELIMITERS:
        if _has_headings(texts, delimiter, hints):
            return "tsv" if delimiter == "\t" else "csv"
    return None


def _has_headings(texts: list[str], delimiter: str, hints: FormatHints) -> bool:
    cells = next(_records([texts[0].strip()], delimiter), [])
    names = [field_name(cell.lower()) for cell in cells]
    if not all(re.fullmatch(HEADING_PATTERN, name) for name in names):
        return False
    if names == ["prompt"]:
        return True
    if len(names) < 2:
        return False
    has_prompt = "prompt" in names
    if has_prompt and all(_is_field(name, hints) for name in names):
        return True
    sizes = {len(record) for record in _records(texts, delimiter) if record}
    if len(texts) == 1 or sizes != {len(names)}:
        return False
    # "style, seed" may be a prompt: whoever writes a table leaves out the blank.
    is_tight = " " not in texts[0].strip()
    return has_prompt or (is_tight and all(_is_field(name, hints) for name in names))


def _records(texts: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(texts, delimiter=delimiter)
    except csv.Error:
        yield []
