"""The layout of a page of help in a window: headings, entries, and lines broken at spaces."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from krea_cli.env import Env

INDENT = "  "
MAX_COLUMNS = 100  # longer lines are hard to read
MIN_COLUMNS = 20
MIN_TERMS_BESIDE = 60  # columns; in a smaller window a text stands below what it explains
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"

Entry = tuple[str, str]  # what is typed, and the text about it


class Layout(NamedTuple):
    """The room for a page.

    columns: cells in a line
    bold: True for bold headings
    """

    columns: int
    bold: bool

    def heading(self, title: str) -> str:
        """Return TITLE as a heading."""
        return f"{BOLD}{title}:{PLAIN}" if self.bold else f"{title}:"

    def usage(self, usage: str) -> list[str]:
        """Return the lines that begin a page."""
        first, *rest = self.wrap(usage, " " * len("Usage: "))
        return [f"{self.heading('Usage')} {first.lstrip()}", *rest]

    def entries(self, entries: Iterable[Entry], cells: int) -> Iterator[str]:
        """Yield ENTRIES as lines; what is typed has so many CELLS, or a line of its own."""
        beside = self.columns >= MIN_TERMS_BESIDE
        indent = " " * (cells + 4 if beside else 6)
        for term, text in entries:
            if beside and len(term) <= cells:
                yield from self.wrap(text, f"{INDENT}{term:<{cells}}{INDENT}", indent)
            else:
                yield from (f"{INDENT}{term}", *self.wrap(text, indent))

    def wrap(self, text: str, indent: str = "", next_indent: str | None = None) -> list[str]:
        """Return TEXT in lines behind INDENT, later ones behind NEXT_INDENT.

        Lines break at spaces only: half an address, or half an option, is worth nothing.
        """
        lines: list[str] = []
        line, started = indent, False
        for word in text.replace("man krea", "man\0krea").split():  # one command, one word
            if started and len(line) + 1 + len(word) > self.columns:
                lines.append(line)
                line = (indent if next_indent is None else next_indent) + word
            else:
                line = f"{line} {word}" if started else line + word
            started = True
        return [one.replace("\0", " ") for one in (*lines, line.rstrip())]

    def join(self, blocks: Iterable[Sequence[str]]) -> str:
        """Return BLOCKS of lines as a page."""
        return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def layout_for(env: Env) -> Layout:
    """Return the layout for the window of ENV's stdout."""
    from krea_cli.terminal.colours import shows_colours
    from krea_cli.terminal.window import window_columns

    # None: the shell closed stdout.
    is_terminal = env.stdout is not None and env.stdout.isatty()
    columns = max(MIN_COLUMNS, min(window_columns(env), MAX_COLUMNS))
    return Layout(columns, shows_colours(env, is_terminal=is_terminal))
