"""One line of the table: a figure, what it is measured against, and what it must reach."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTHS = (40, 37, 50, 19)
HEADINGS = ("what", "against", "measured", "reach")


@dataclass(frozen=True)
class Line:
    """`figure` is what counts (in `unit`); `detail` the numbers behind it."""

    what: str
    against: str
    figure: float
    unit: str
    reach: float
    detail: str = ""
    at_least: bool = False
    kept: bool = True  # what else the line asks for: no more requests, say

    @property
    def ok(self) -> bool:
        """Whether the figure reaches what it must."""
        enough = self.figure >= self.reach if self.at_least else self.figure <= self.reach
        return enough and self.kept

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        measured = f"{self.figure:.2f}{self.unit}" + (f" ({self.detail})" if self.detail else "")
        cells = (self.what, self.against, measured, f"{bound} {self.reach:g}{self.unit}")
        return _row(cells) + ("ok" if self.ok else "MISSES")


def heading() -> str:
    """The first line of the table."""
    return _row(HEADINGS).rstrip()


def _row(cells: Sequence[str]) -> str:
    return "".join(cell.ljust(width) + "  " for cell, width in zip(cells, WIDTHS, strict=True))
