"""Columns of a listing: a table with one line for each row, whatever the window's width."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """A column of a listing.

    min_cells: width down to which its cells are shortened; 0 leaves them whole
    keep: the part of a shortened cell that stays: its start, its end, or both
    rank: columns of the highest rank are left out first; 0 stays in the narrowest window
    right: True for numbers, which end at one edge
    """

    name: str
    min_cells: int = 0
    keep: Literal["start", "end", "both"] = "start"
    rank: int = 0
    right: bool = False
