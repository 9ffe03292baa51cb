"""One line of the table: a figure, its rival, and its bound."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTHS = (40, 37, 50, 19)
HEADINGS = ("what", "against", "measured", "reach")


@dataclass(frozen=True)
class Line:
    """A measured figure.

    figure: the number that counts, in `unit`
    bound: the number that it is held against
    detail: the numbers behind the figure
    at_least: True for a lower bound
    other_bound_kept: True if the line keeps its other promises
    """

    what: str
    against: str
    figure: float
    unit: str
    bound: float
    detail: str = ""
    at_least: bool = False
    other_bound_kept: bool = True

    @property
    def ok(self) -> bool:
        """True if the figure keeps its bound, and the line all else that it promises."""
        enough = self.figure >= self.bound if self.at_least else self.figure <= self.bound
        return enough and self.other_bound_kept

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        measured = f"{self.figure:.2f}{self.unit}" + (f" ({self.detail})" if self.detail else "")
        cells = (self.what, self.against, measured, f"{bound} {self.bound:g}{self.unit}")
        return _row(cells) + ("ok" if self.ok else "MISSES")


def heading() -> str:
    """The first line of the table."""
    return _row(HEADINGS).rstrip()


def _row(cells: Sequence[str]) -> str:
    return "".join(cell.ljust(width) + "  " for cell, width in zip(cells, WIDTHS, strict=True))
