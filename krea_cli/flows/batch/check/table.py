"""Read tables of text, as spreadsheets and scripts write them: headings, then one record a line."""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from krea_cli.flows.batch.check.lines import (
    DELIMITERS,
    MAX_LINE_BYTES,
    MIXED_LINE_ENDS,
    TAG_PREFIX,
    Line,
    UnreadableLine,
    field_name,
    make_line,
)
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.local.tags import parse_name
from krea_cli.text import excerpt

if TYPE_CHECKING:
    from _csv import Reader

CheckHeadings = Callable[[int, list[str]], None]
QUOTED_PATTERN = r'"[^"]*"?'


def read_table(
    lines: Iterator[str], problems: Problems, *, tabs: bool, check: "CheckHeadings | None" = None
) -> Iterator[Line]:
    """Read the records below the headings. Raises `UnreadableLine`.

    A record has the number of the line that it begins on. It must have as many cells as there are
    headings: the file may be cut off, and no part of it should be paid for.

    tabs: the delimiter is a tab; otherwise it is guessed from the headings
    check: called with line and names of the headings if there is no record
    """
    first, skipped, delimiter = _read_beginning(lines)
    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(chain([first], lines), delimiter="\t" if tabs else delimiter, strict=True)
    records = _number_records(reader, skipped)
    number, headings = next(records, (1, []))
    names = _read_headings(number, headings)
    heading_line, has_records = number, False
    for number, record in records:
        has_records = True
        if not any(map(str.strip, record)):
            continue
        if len(record) != len(names):
            message = f"has {_count(len(record), 'cell')} for {_count(len(names), 'heading')}"
            problems.add_message(number, message)
            continue
        fields = {
            name: cell.replace("\r\n", "\n") if "\r" in cell else cell
            for name, cell in zip(names, record, strict=True)
            if name.startswith(TAG_PREFIX) or (cell and not cell.isspace())
        }
        yield make_line(number, fields, texts=True)
    if not has_records and check:
        check(heading_line, names)


def _read_beginning(lines: Iterator[str]) -> tuple[str, int, str]:
    """Return the line of the headings, the number of lines above it, and the delimiter."""
    for skipped, line in enumerate(lines):
        text = line.strip()
        if text.lower().startswith("sep=") and len(text) == 5:  # Excel writes it on top
            return next(lines, ""), skipped + 1, text[4]
        if text:
            unquoted = re.sub(QUOTED_PATTERN, "", line)
            return line, skipped, max(DELIMITERS, key=unquoted.count)
    raise UnreadableLine(1, "the file is empty: a table begins with its headings")


def _number_records(reader: "Reader", skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line that it begins on."""
    while True:
        number = reader.line_num + skipped + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableLine(number, _explain(str(error))) from error
        yield number, record


def _read_headings(number: int, headings: list[str]) -> list[str]:
    names = [field_name(heading) for heading in headings]
    if "" in names:
        raise UnreadableLine(
            number,
            f"column {names.index('') + 1} has no heading: name its field there, or remove the"
            " column (for pandas: to_csv(…, index=False))",
        )
    for name in names:
        if names.count(name) > 1:
            raise UnreadableLine(number, f"the heading {name!r} appears twice")
        if name.startswith(TAG_PREFIX):
            _check_tag(number, name)
    return names


def _check_tag(number: int, name: str) -> None:
    try:
        parse_name(name.removeprefix(TAG_PREFIX))
    except ValueError as expected:
        message = f"the heading {excerpt(name, limit=60)!r} must be x. and {expected}"
        raise UnreadableLine(number, message) from expected


def _explain(reason: str) -> str:
    """Return our words for the REASON that the reader of tables gives."""
    if "new-line character" in reason:
        return MIXED_LINE_ENDS
    if "end of data" in reason:
        return "is not a valid table record: its quote is never closed"
    if "expected after" in reason:
        return (
            "is not a valid table record: text follows a closing quote; a quote inside of a quoted"
            " cell is written twice"
        )
    if "field larger" in reason:
        return "is not a valid table record: a cell is longer than 10 MB"
    return f"is not a valid table record: {reason}"


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
