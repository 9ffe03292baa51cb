"""Text as roff takes it: plain ASCII, with nothing that would be read as a command."""

import re
from collections.abc import Iterable

LISTING_COLUMNS = 71


def escape(text: str) -> str:
    """TEXT in plain ASCII for roff; hyphens stay hyphens when copied from the page."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", escaped)


def escape_line(text: str) -> str:
    """TEXT as a line of its own."""
    return guard(escape(text))


def guard(line: str) -> str:
    """LINE, escaped already, so that a leading dot or quote is not a command."""
    return f"\\&{line}" if line.startswith((".", "'")) else line


def listing(lines: Iterable[str]) -> list[str]:
    """LINES as they are, indented: examples and code.

    Of 80 columns, `LISTING_COLUMNS` are left to them.
    """
    body = [escape_line(line) for line in lines]
    return [".nf", ".RS 2", *body, ".RE", ".fi"] if body else []


def references(pages: Iterable[tuple[str, int]]) -> str:
    """The body of SEE ALSO: each of PAGES, a name and its section."""
    return ",\n".join(f".BR {escape(name)} ({section})" for name, section in pages)
