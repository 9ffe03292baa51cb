"""Listings for people: one line for each row, as wide as the window."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from krea_cli.terminal.columns import Column

GAP = "  "
ELLIPSIS = "…"
BOLD, CYAN, PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[0m"


def fit_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], *, width: int, coloured: bool
) -> str:
    """Return ROWS below a heading, a line each, in WIDTH cells if the columns allow it.

    Columns that are empty in all rows are left out. Then whole columns go, and cells are shortened.
    """
    filled = [any(row[at] for row in rows) or not at for at in range(len(columns))]
    numbers = [at for at, is_filled in enumerate(filled) if is_filled]
    natural = {at: max(cell_len(row[at]) for row in (_names(columns), *rows)) for at in numbers}
    numbers = _choose_columns(columns, natural, numbers, width)
    widths = _share_width(columns, natural, numbers, width)
    lines = [_heading(columns, widths, coloured=coloured)]
    lines += [_line(columns, row, widths, coloured=coloured) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def shorten(text: str, cells: int, keep: str = "start") -> str:
    """Return TEXT in CELLS, with an ellipsis in the place of what is left out."""
    if cell_len(text) <= cells:
        return text
    if keep == "start" or cells < 2:
        return set_cell_size(text, cells - 1).rstrip() + ELLIPSIS if cells > 0 else ""
    head = (cells - 1) // 3 if keep == "both" else 0
    start = set_cell_size(text, head) if head else ""
    return start + ELLIPSIS + _last_cells(text, cells - 1 - head)


def _last_cells(text: str, cells: int) -> str:
    while cell_len(text) > cells:
        text = text[max(1, len(text) - cells) :] if len(text) > cells else text[1:]
    return text


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def _least(column: Column, natural: int) -> int:
    return min(natural, column.min_cells) if column.min_cells else natural


def _choose_columns(
    columns: Sequence[Column], natural: dict[int, int], numbers: list[int], width: int
) -> list[int]:
    """Leave out columns, the highest rank first, until the others can be made to fit."""
    while sum(_least(columns[at], natural[at]) for at in numbers) + _gaps(numbers) > width:
        last = max(numbers, key=lambda at: columns[at].rank)
        if not columns[last].rank:
            break
        numbers = [at for at in numbers if at != last]
    return numbers


def _share_width(
    columns: Sequence[Column], natural: dict[int, int], numbers: Sequence[int], width: int
) -> dict[int, int]:
    """Return the width of each column: what is left is given out cell by cell, evenly."""
    widths = {at: _least(columns[at], natural[at]) for at in numbers}
    left = width - sum(widths.values()) - _gaps(numbers)
    while left > 0 and (growing := [at for at in numbers if widths[at] < natural[at]]):
        for at in growing[:left]:
            widths[at] += 1
        left -= len(growing[:left])
    return widths


def _gaps(numbers: Sequence[int]) -> int:
    return len(GAP) * (len(numbers) - 1)


def _heading(columns: Sequence[Column], widths: dict[int, int], *, coloured: bool) -> str:
    named = {at: shorten(columns[at].name, width) for at, width in widths.items()}
    parts = [_pad(columns[at], name, widths[at]) for at, name in named.items()]
    if coloured:
        return GAP.join(f"{BOLD}{part}{PLAIN}" for part in parts)
    return GAP.join(parts).rstrip()


def _line(
    columns: Sequence[Column], cells: Sequence[str], widths: dict[int, int], *, coloured: bool
) -> str:
    """Return one line of cells, with the first in cyan if COLOURED."""
    first, *others = [
        _pad(columns[at], shorten(cells[at], width, columns[at].keep), width)
        for at, width in widths.items()
    ]
    return GAP.join([f"{CYAN}{first}{PLAIN}" if coloured else first, *others]).rstrip()


def _pad(column: Column, text: str, width: int) -> str:
    space = " " * (width - cell_len(text))
    return space + text if column.right else text + space
