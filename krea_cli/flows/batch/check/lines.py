"""The lines of a list, decoded one by one."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from krea_cli.errors import UsageError
from krea_cli.flows.files.content_type import PNG, TEXT_TYPES, ZIP, sniff
from krea_cli.flows.generate.variant import Variant
from krea_cli.text import BYTE_ORDER_MARK, clean, utf8_hint, wide_encoding

FORMATS = ("txt", "csv", "tsv", "jsonl")
RESERVED_NAMES = ("model", "output", "count")
DELIMITERS = ",;\t|"  # of tables; the most frequent one in the headings counts
MAX_JOBS_PER_LINE = 1000
MAX_LINE_BYTES = 10 * 1024 * 1024
JSON_ARRAY = (
    "this is a JSON array; jq -c '.[]' < OLD > NEW makes lines of it, and --format jsonl reads them"
)
ARRAY_FILTER = ("jq", "-c", ".[]")
MIXED_LINE_ENDS = "has a line that ends in CR alone; tr '\\r' '\\n' < OLD > NEW converts it"
FIELD_PREFIX = "input."  # required before a field with a reserved name, allowed before any other
TAG_PREFIX = "x."  # of a tag: no field of a model, and no part of what is asked for
CSV_HINT = "save it as CSV (UTF-8)"
CONTROL_PATTERN = rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]"  # which no text has; ESC may be
LF_HINT = "tr '\\r' '\\n' < OLD > NEW converts it"


@dataclass(frozen=True)
class Line:
    """One line of a list.

    number: from 1
    model, output, count: values with these reserved names
    cells: fields as texts, to be read by the schema
    values: fields as JSON values
    tags: values of the x.NAME columns by NAME; as written, until `with_tags` has read them
    variant: that of its prompt, with --vary
    """

    number: int
    model: Any = None
    output: Any = None
    count: Any = None
    cells: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    variant: Variant | None = None


class UnreadableLine(Exception):
    """The list cannot be read from this line on.

    reads_as: the format in which it can be read
    filter: the command that makes it readable so; empty if it is
    """

    def __init__(
        self,
        line: int,
        message: str,
        *,
        reads_as: str | None = None,
        filter: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.reads_as = reads_as
        self.filter = filter


def decode_lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of FILE as text, with their line ends. Raises `UnreadableLine`."""
    for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""), 1):
        if len(raw) > MAX_LINE_BYTES:
            raise UnreadableLine(number, "is longer than 10 MB")
        if number == 1:
            if kind := _binary_kind(raw):
                raise UnreadableLine(1, f"this is {kind}, not a list of prompts")
            if encoding := wide_encoding(raw):
                raise UnreadableLine(1, f"this is {encoding}; {utf8_hint(encoding)}")
            if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                raise UnreadableLine(
                    1, f"this is a spreadsheet or an archive, not text; {CSV_HINT}"
                )
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            if re.search(CONTROL_PATTERN, raw):
                raise UnreadableLine(number, "this is binary data, not text") from None
            message = f"is not UTF-8 text; if it comes from Windows, {utf8_hint('WINDOWS-1252')}"
            raise UnreadableLine(number, message) from None
        # At any place: lists are joined from files that begin with one each.
        text = text.replace(BYTE_ORDER_MARK, "")
        if number == 1 and "\r" in text.rstrip("\r\n"):
            raise UnreadableLine(number, f"its lines end in CR alone; {LF_HINT}")
        if "\0" in text:
            raise UnreadableLine(number, "has a null byte; tr -d '\\000' < OLD > NEW removes it")
        yield text


def _binary_kind(head: bytes) -> str | None:
    """Return the kind of media that begins with HEAD, the first line of a list; None for text."""
    if head.startswith(b"\xff\xfe"):  # the mark of UTF-16
        return None
    kind = PNG if head.startswith(b"\x89PNG") else sniff(head)
    if kind is None or kind in TEXT_TYPES or kind is ZIP:
        return None
    # Some files begin as words do: BM, ID3, glTF.
    try:
        is_text = not re.search(CONTROL_PATTERN, head.decode().encode())
    except UnicodeDecodeError:
        is_text = False
    return None if is_text else f"a file of type {kind.mime}"


def is_comment(text: str) -> bool:
    """Tell if a line of a list of prompts is a comment: what is seen of it begins with #."""
    return clean(text).lstrip().startswith("#")


def field_name(key: str) -> str:
    """Name of the field for a heading or key, without what cannot be seen around it.

    Keeps `input.` only before a reserved name, or what would be a tag.
    """
    key = clean(key).strip()
    name = key.removeprefix(FIELD_PREFIX)
    return key if name in RESERVED_NAMES or name.startswith(TAG_PREFIX) else name


def make_line(number: int, fields: dict[str, Any], *, texts: bool) -> Line:
    """Make the line NUMBER of FIELDS, either texts to be read by the schema, or values."""
    reserved = {name: fields.pop(name) for name in RESERVED_NAMES if name in fields}
    tags = {}
    for key in [key for key in fields if key.startswith(TAG_PREFIX)]:
        tags[key.removeprefix(TAG_PREFIX)] = fields.pop(key)
    if any(key.startswith(FIELD_PREFIX) for key in fields):
        fields = {key.removeprefix(FIELD_PREFIX): value for key, value in fields.items()}
    if texts:
        return Line(number, **reserved, cells=fields, tags=tags)
    return Line(number, **reserved, values=fields, tags=tags)


def parse_count(value: Any) -> int:
    """Return the number of jobs in a cell. Raises `UsageError` outside 1 to 1000."""
    is_number = isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value.strip())
    count = int(value) if is_number else value
    if type(count) is int and 1 <= count <= MAX_JOBS_PER_LINE:
        return count
    shown = repr(value[:40]) if isinstance(value, str) else json.dumps(value)[:40]
    raise UsageError(f"{shown} is not a whole number from 1 to {MAX_JOBS_PER_LINE}")
