"""Tables for people, drawn with rich."""

from collections.abc import Callable, Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from krea_cli.env import Env
from krea_cli.terminal import pager
from krea_cli.terminal.colours import shows_colours
from krea_cli.terminal.columns import Column
from krea_cli.terminal.stream import Stream
from krea_cli.terminal.window import window_columns

GAP_CELLS = 2
STACKED_INDENT = "    "
MIN_LAST_COLUMN_CELLS = 16  # or all that it needs, if that is less


def show_table(
    columns: Sequence[str] | Sequence[Column],
    rows: Sequence[Sequence[str]],
    env: Env,
    stream: Stream,
    warn: Callable[[str], None],
    *,
    optional: Sequence[str] = (),
) -> None:
    """Write the table of `render_table` to STREAM, through the pager if it is long."""
    text = render_table(columns, rows, env, optional=optional)
    pager.show(text, env, stream, warn)


def render_table(
    columns: Sequence[str] | Sequence[Column],
    rows: Sequence[Sequence[str]],
    env: Env,
    *,
    optional: Sequence[str] = (),
) -> str:
    """A table with escape sequences, never wider than the terminal.

    A terminal without room for all columns gets none of the OPTIONAL ones, the first of them
    dropped first. What still finds no room stands in lines of its own below its row. With `Column`
    objects, see `fit_table`.
    """
    coloured = shows_colours(env, is_terminal=True)
    if shapes := [column for column in columns if isinstance(column, Column)]:
        from krea_cli.terminal.fit_table import fit_table

        return fit_table(shapes, rows, width=window_columns(env), coloured=coloured)
    names = [str(column) for column in columns]
    # Not written by rich itself: it ends the process when a pipe is closed.
    text = StringIO()
    console = Console(
        file=text,
        force_terminal=True,
        color_system="auto" if coloured else None,
        markup=False,
        emoji=False,
        highlight=False,
        _environ=env.environ,
    )
    widths = [max(map(cell_len, cells)) for cells in zip(names, *rows, strict=True)]
    is_whole, waiting = True, list(optional)
    while (required := _required_cells(widths, is_whole=is_whole)) > console.width and waiting:
        at = names.index(waiting.pop(0))
        is_whole = is_whole and at < len(names) - 1
        names, *rows = ([*cells[:at], *cells[at + 1 :]] for cells in (names, *rows))
        del widths[at]
    if required > console.width:
        _print_stacked(console, names, rows, widths)
    else:
        console.print(build_table(names, rows))
    return text.getvalue()


def _required_cells(widths: Sequence[int], *, is_whole: bool) -> int:
    """The least width of a table; IS_WHOLE tells if its last column is prose that may break."""
    last = min(widths[-1], MIN_LAST_COLUMN_CELLS) if is_whole else widths[-1]
    return sum(widths[:-1]) + GAP_CELLS * (len(widths) - 1) + last


def _print_stacked(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
) -> None:
    """Print as many columns as fit side by side, and the others below, a line for each."""
    beside = 1
    while _required_cells(widths[: beside + 1], is_whole=False) <= console.width:
        beside += 1
    for row, style in ((columns, "bold"), *((row, "") for row in rows)):
        line = Text(no_wrap=True, overflow="ignore")
        for number, (cell, width) in enumerate(zip(row[:beside], widths, strict=False)):
            gap = " " * (width - cell_len(cell) + GAP_CELLS) if number < beside - 1 else ""
            line.append(cell + gap, style=style or ("" if number else "cyan"))
        console.print(line, soft_wrap=True)
        if row is columns:
            continue
        for cell in filter(None, row[beside:-1]):
            # Not broken by us: a file name that the terminal breaks can still be copied whole.
            console.print(Text(f"{STACKED_INDENT}{cell}"), soft_wrap=True)
        if beside < len(row) and row[-1]:
            console.print(Padding(Text(row[-1]), (0, 0, 0, len(STACKED_INDENT)), expand=False))


def build_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A rich table of text; only the last column is broken into lines."""
    table = Table(box=None, padding=(0, GAP_CELLS, 0, 0), pad_edge=False, header_style="bold")
    for number, name in enumerate(columns, 1):
        is_last = number == len(columns)
        table.add_column(Text(name), no_wrap=not is_last, style="cyan" if number == 1 else "")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
