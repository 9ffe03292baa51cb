"""Listings: one line for each row, in every width."""

import re

import pytest
from rich.cells import cell_len

from krea_cli.terminal.columns import Column
from krea_cli.terminal.fit_table import fit_table, shorten

COLUMNS = (
    Column("row", right=True),
    Column("status", min_cells=6),
    Column("price", right=True, rank=1),
    Column("model", rank=2),
    Column("file", min_cells=8, keep="end"),
)
ROWS = [
    ("9", "saved", "$0.003", "z-image", "animal-number-30-in-the-snow-e4374f.png"),
    ("10", "processing", "?", "flux-1-dev", "a-fox.png"),
]


def show(width: int) -> list[str]:
    """The lines of the listing without colours."""
    return fit_table(COLUMNS, ROWS, width=width, coloured=False).splitlines()


def test_a_wide_window_shows_all() -> None:
    """Nothing is cut, and numbers end at one edge."""
    assert show(200) == [
        "row  status       price  model       file",
        "  9  saved       $0.003  z-image     animal-number-30-in-the-snow-e4374f.png",
        " 10  processing       ?  flux-1-dev  a-fox.png",
    ]


def test_cells_are_shortened_where_it_hurts_least() -> None:
    """The end of a file's name tells it from others."""
    assert show(60) == [
        "row  status       price  model       file",
        "  9  saved       $0.003  z-image     …in-the-snow-e4374f.png",
        " 10  processing       ?  flux-1-dev  a-fox.png",
    ]


def test_a_narrow_window_goes_without_columns() -> None:
    """The highest rank first; rank 0 stays."""
    assert show(30) == [
        "row  status    price  file",
        "  9  saved    $0.003  …74f.png",
        " 10  proces…       ?  …fox.png",
    ]


@pytest.mark.parametrize("width", range(30, 201))
def test_no_line_is_wider_than_the_window(width: int) -> None:
    """Not with wide letters either."""
    rows = [*ROWS, ("11", "fehlgeschlagen", "", "模型", "雪の中の赤いきつねの絵-0f6f7a.png")]
    text = fit_table(COLUMNS, rows, width=width, coloured=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(cell_len, plain.splitlines())) <= width


def test_an_empty_column_is_left_out() -> None:
    """A heading without any value says nothing."""
    rows = [(row, status, "", model, file) for row, status, _, model, file in ROWS]
    heading = fit_table(COLUMNS, rows, width=200, coloured=False).splitlines()[0]
    assert heading.split() == ["row", "status", "model", "file"]


def test_colours() -> None:
    """The heading is bold, and the first cell of each row cyan."""
    text = fit_table((Column("a"), Column("b")), [("1", "2")], width=80, coloured=True)
    assert text == "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n\x1b[36m1\x1b[0m  2\n"


@pytest.mark.parametrize(
    ("text", "cells", "keep", "short"),
    [
        ("a red fox", 9, "start", "a red fox"),
        ("a red fox", 6, "start", "a red…"),
        ("a red fox", 5, "end", "… fox"),
        ("a-red-fox.png", 9, "both", "a-…ox.png"),
        ("雪の中", 4, "end", "…中"),
        ("雪の中", 3, "start", "雪…"),
        ("fox", 1, "end", "…"),
        ("fox", 0, "start", ""),
    ],
)
def test_shorten(text: str, cells: int, keep: str, short: str) -> None:
    """Wide letters count twice, and are never cut in half."""
    assert shorten(text, cells, keep) == short
