"""One line of the table: a figure, its rival, and its bound; as text or as Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WIDTHS = (52, 34, 58, 19, 6)
HEADINGS = ("what", "against", "measured", "reach", "")
TIMES = re.compile(r"\bx\b")
BESIDE_WIDTHS = (60, 9)
BESIDE_HEADINGS = ("before", "new/old")


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

    @property
    def measured(self) -> str:
        """The figure with its unit and details."""
        return f"{_number(self.figure)}{self.unit}" + (f" ({self.detail})" if self.detail else "")

    @property
    def reach(self) -> str:
        """The bound with its unit."""
        bound = "at least" if self.at_least else "at most"
        return f"{bound} {self.bound:g}{self.unit}"


@dataclass(frozen=True)
class Table:
    """The form of the table.

    markdown: for a guide, rather than for a terminal
    beside: with the figures of another checkout
    """

    markdown: bool = False
    beside: bool = False

    def heading(self) -> str:
        """The first line of the table; in Markdown with the rule below it."""
        more = BESIDE_HEADINGS if self.beside else ()
        if not self.markdown:
            return self._row([*HEADINGS, *more])
        cells = ["line", *HEADINGS[1:4], *more]
        return f"{self._row(cells)}\n{self._row(['---'] * len(cells))}"

    def row(self, name: str, line: Line, before: Line | None = None) -> str:
        """LINE of that NAME, and beside it the one of the other checkout."""
        if self.markdown:  # few and narrow columns: a man page shows them as well
            reach = f"{line.reach.removeprefix('at most ')}, {'met' if line.ok else 'missed'}"
            cells = [f"`{name}`: {line.what}", line.against or "–", line.measured, reach]
        else:
            verdict = "ok" if line.ok else "MISSES"
            cells = [line.what, line.against, line.measured, line.reach, verdict]
        if self.beside:
            cells += _beside(line, before)
        return self._row(cells)

    def _row(self, cells: Sequence[str]) -> str:
        if self.markdown:
            return f"| {' | '.join(TIMES.sub('×', cell) for cell in cells)} |"
        widths = (*WIDTHS, *BESIDE_WIDTHS)
        return "".join(
            cell.ljust(width) + "  " for cell, width in zip(cells, widths, strict=False)
        ).rstrip()


def _beside(line: Line, before: Line | None) -> list[str]:
    if before is None:
        return ["–", "–"]
    ratio = f"{line.figure / before.figure:.2f}" if before.figure else "–"
    return [before.measured, ratio]


def _number(figure: float) -> str:
    """FIGURE with two digits behind the point; a count and a large one need none."""
    if isinstance(figure, int):
        return f"{figure:,}"
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.2f}"
