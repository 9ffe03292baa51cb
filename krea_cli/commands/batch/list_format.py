"""The format of a list: as --format says, or as the name of the file does."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from krea_cli.errors import UsageError
from krea_cli.flows.batch.check.lines import FORMATS
from krea_cli.text import shell_line

STDIN = "-"
FORMAT_BY_SUFFIX = {
    ".txt": "txt",
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
SPREADSHEET_SUFFIXES = (".xlsx", ".xls", ".ods")


def other_words_of(argv: Sequence[str], file: str) -> list[str]:
    """Return the options of the command line without FILE and --format."""
    words = list(argv[1:])
    for number, word in enumerate(words):
        if word == "--format":
            del words[number : number + 2]
        elif word.startswith("--format="):
            del words[number]
        else:
            continue
        break
    if file in words:
        words.remove(file)
    return [word for word in words if word != "--"]


def find_list_format(file: str, option: str | None, other_words: Sequence[str]) -> str:
    """The format of the list FILE, by the OPTION --format or its name. Raises `UsageError`."""
    formats = ", ".join(FORMATS)
    if option is not None:
        format = FORMAT_BY_SUFFIX.get(f".{option.lower()}")
        if format is None:
            raise UsageError(f"--format {option} is none of {formats}", hint="--format csv")
        return format
    suffix = Path(file).suffix.lower()
    if suffix in SPREADSHEET_SUFFIXES:
        raise UsageError(
            f"{file} is a spreadsheet, and a batch is read from {formats}",
            hint="save it as CSV (UTF-8)",
        )
    format = FORMAT_BY_SUFFIX.get(suffix)
    if format is None and file != STDIN and not os.path.lexists(file):
        raise UsageError(f"{file} does not exist", hint="krea batch FILE; - is stdin")
    if format is None and os.path.isdir(file):
        raise UsageError(f"{file} is a folder", hint="krea batch FILE; - is stdin")
    if format is None and suffix == ".json":
        raise UsageError(
            f"{file} is JSON, and a batch is read from {formats}; jq makes lines of it",
            hint=f"jq -c '(arrays | .[]), objects' {shell_line(file)} | "
            + shell_line("krea", "batch", "-", "--format", "jsonl", *other_words),
        )
    if format is None and (reason := _unreadable_reason(file)):
        raise UsageError(f"{file}: {reason}", hint=f"a list is one of {formats}: krea batch FILE")
    if format is None:
        raise UsageError(
            f"{file} does not say in its name what it is: {formats}",
            hint=shell_line("krea", "batch", file, "--format", "txt", *other_words),
        )
    return format


def _unreadable_reason(file: str) -> str | None:
    """Return the reason why FILE is no text; None for a text, and for what cannot be looked at."""
    from krea_cli.flows.batch.check.lines import UnreadableLine, decode_lines

    with suppress(OSError):
        if os.path.isfile(file):
            with open(file, "rb") as content:
                try:
                    next(decode_lines(content), None)
                except UnreadableLine as error:
                    return error.message
    return None
