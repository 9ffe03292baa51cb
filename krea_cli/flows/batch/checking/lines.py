"""The lines of a batch file, one by one as they are read: texts, tables, JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, BinaryIO, NoReturn

from krea_cli.flows.batch.checking.problems import Problems

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


def read_lines(file: BinaryIO, format: str, problems: Problems) -> Iterator[Line]:
    """The lines of FILE in a FORMAT of `FORMATS`; what cannot be read goes to PROBLEMS."""
    from krea_cli.flows.batch.checking.table import table

    try:
        if format in ("csv", "tsv"):
            yield from table(texts(file), problems, tabs=format == "tsv")
        else:
            yield from (prompts(file) if format == "txt" else objects(file, problems))
    except Illegible as broken:
        problems.say(broken.line, broken.message)


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


def prompts(file: BinaryIO) -> Iterator[Line]:
    """A prompt a line; blank lines and those that begin with # say nothing, \\# is a #."""
    for number, text in enumerate(texts(file), 1):
        prompt = text.strip()
        if prompt and not prompt.startswith("#"):
            yield Line(number, values={"prompt": prompt[1:] if prompt[:2] == "\\#" else prompt})


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
