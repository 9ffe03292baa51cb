"""Tables of text, as spreadsheets and scripts write them: headings, then a record a line."""

import csv
import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from krea_cli.flows.batch.check.lines import LONGEST, Illegible, Line, named, split
from krea_cli.flows.batch.check.problems import Problems

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"?')


def table(lines: Iterator[str], problems: Problems, *, tabs: bool) -> Iterator[Line]:
    """The records below the headings, which tell the delimiter unless TABS do. Raises `Illegible`.

    A record counts as the line that it begins on. One with more or fewer cells than there are
    headings is a problem: of a file that was cut off, nothing is to be paid for.
    """
    first, skipped, delimiter = _beginning(lines)
    csv.field_size_limit(LONGEST)
    reader = csv.reader(chain([first], lines), delimiter="\t" if tabs else delimiter, strict=True)
    records = _records(reader, skipped)
    number, headings = next(records, (1, []))
    names = _names(number, headings)
    for number, record in records:
        if not any(map(str.strip, record)):
            continue
        if len(record) != len(names):
            problems.say(number, f"has {_cells(len(record))}, and there {_headings(len(names))}")
            continue
        fields = {
            name: cell.replace("\r\n", "\n") if "\r" in cell else cell
            for name, cell in zip(names, record, strict=True)
            if cell and not cell.isspace()
        }
        yield split(number, fields, texts=True)


def _beginning(lines: Iterator[str]) -> tuple[str, int, str]:
    """The line of the headings, how many lines stand above it, and the delimiter."""
    for skipped, line in enumerate(lines):
        text = line.strip()
        if text.lower().startswith("sep=") and len(text) == 5:  # what Excel puts on top
            return next(lines, ""), skipped + 1, text[4]
        if text:
            bare = QUOTED.sub("", line)
            return line, skipped, max(DELIMITERS, key=bare.count)
    raise Illegible(1, "the file is empty: a table begins with its headings")


def _records(reader: "Reader", skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on."""
    while True:
        number = reader.line_num + skipped + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = "its quote is never closed" if "end of data" in str(error) else str(error)
            raise Illegible(number, f"is no record of a table: {reason}") from error
        yield number, record


def _names(number: int, headings: list[str]) -> list[str]:
    names = [named(heading.strip()) for heading in headings]
    if not names or "" in names:
        raise Illegible(number, "a heading is empty: columns are named like fields")
    for name in names:
        if names.count(name) > 1:
            raise Illegible(number, f"the heading {name!r} is there twice")
    return names


def _headings(count: int) -> str:
    return "is 1 heading" if count == 1 else f"are {count} headings"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
