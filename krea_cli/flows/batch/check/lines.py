"""The lines of a batch file, one by one as they are read: texts, tables, JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

FORMATS = ("txt", "csv", "tsv", "jsonl")
RESERVED = ("model", "output", "count")
LONGEST = 10 * 1024 * 1024  # bytes of one line
FIELD = "input."  # in front of a field whose name is reserved, or of any other
AS_CSV = "save it as CSV (UTF-8)"
WITH_LF = "tr '\\r' '\\n' < OLD > NEW converts it"
IN_UTF8 = "a batch is read as UTF-8: iconv -t UTF-8 converts it"


@dataclass(frozen=True)
class Line:
    """One line: what stands under `model`, `output` and `count`, and its fields.

    `cells` are texts, to be read as the schema says; `values` are what they are.
    """

    line: int
    model: Any = None
    output: Any = None
    count: Any = None
    cells: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


class Illegible(Exception):
    """From this line on the file cannot be read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def texts(file: BinaryIO) -> Iterator[str]:
    """The lines of FILE as text, each with its end. Raises `Illegible`."""
    for number, raw in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), 1):
        if len(raw) > LONGEST:
            raise Illegible(number, "is longer than 10 MB")
        if number == 1:
            if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise Illegible(1, f"this is UTF-16; {IN_UTF8}")
            if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                raise Illegible(1, f"this is a spreadsheet or an archive, no text; {AS_CSV}")
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Illegible(number, f"is no UTF-8 text; {IN_UTF8}") from None
        if number == 1 and "\r" in text.rstrip("\r\n"):
            raise Illegible(number, f"its lines end in CR alone; {WITH_LF}")
        if "\0" in text:
            raise Illegible(number, f"has a null byte; {IN_UTF8}")
        yield text


def named(key: str) -> str:
    """The name under which the heading or key KEY counts: `input.` says nothing new of most."""
    plain = key.removeprefix(FIELD)
    return key if plain in RESERVED else plain


def split(line: int, fields: dict[str, Any], *, texts: bool) -> Line:
    """The entry of FIELDS by their names; TEXTS to be read as the schema says, or values."""
    reserved = {name: fields.pop(name) for name in RESERVED if name in fields}
    if any(key.startswith(FIELD) for key in fields):
        fields = {key.removeprefix(FIELD): value for key, value in fields.items()}
    if texts:
        return Line(line, **reserved, cells=fields)
    return Line(line, **reserved, values=fields)
