"""Tables for people, drawn with rich."""

from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from krea_cli.env import Env

GAP = 2
LAST_COLUMN = 16  # it is given at least so much, or all it needs


def drawn(
    columns: Sequence[str], rows: Sequence[Sequence[str]], env: Env, *, spare: bool = False
) -> str:
    """The table as text with escape sequences, as wide as the terminal if that can be.

    SPARE: the last column is left out where it would find no room.
    """
    # Not written by rich itself: it ends the process when a pipe is closed.
    text = StringIO()
    console = Console(
        file=text,
        force_terminal=True,
        no_color=env.get("NO_COLOR") is not None,
        markup=False,
        emoji=False,
        highlight=False,
        _environ=env.environ,
    )
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    least = sum(widths[:-1]) + GAP * (len(widths) - 1) + min(widths[-1], LAST_COLUMN)
    if spare and least > console.width:
        return drawn(columns[:-1], [row[:-1] for row in rows], env)
    # Wider than the terminal rather than cut: half an id is worth nothing.
    console.width = max(console.width, least)
    console.print(table(columns, rows))
    return text.getvalue()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Columns of text; only the last one is broken into lines."""
    drawing = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for place, name in enumerate(columns, 1):
        whole = place < len(columns)
        drawing.add_column(Text(name), no_wrap=whole, style="cyan" if place == 1 else "")
    for row in rows:
        drawing.add_row(*(Text(cell) for cell in row))
    return drawing
