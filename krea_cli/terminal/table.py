"""Tables for people, drawn with rich."""

from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from krea_cli.env import Env

GAP_CELLS = 2
MIN_LAST_COLUMN_CELLS = 16  # or all that it needs, if that is less


def render_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    env: Env,
    *,
    last_column_optional: bool = False,
) -> str:
    """A table with escape sequences, as wide as the terminal where the content fits.

    With LAST_COLUMN_OPTIONAL, a terminal without room for the last column gets none.
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
    required = sum(widths[:-1]) + GAP_CELLS * (len(widths) - 1)
    required += min(widths[-1], MIN_LAST_COLUMN_CELLS)
    if last_column_optional and required > console.width:
        return render_table(columns[:-1], [row[:-1] for row in rows], env)
    # Wider than the terminal rather than cut: half an id is worth nothing.
    console.width = max(console.width, required)
    console.print(build_table(columns, rows))
    return text.getvalue()


def build_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A rich table of text; only the last column is broken into lines."""
    table = Table(box=None, padding=(0, GAP_CELLS, 0, 0), pad_edge=False, header_style="bold")
    for number, name in enumerate(columns, 1):
        is_last = number == len(columns)
        table.add_column(Text(name), no_wrap=not is_last, style="cyan" if number == 1 else "")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
