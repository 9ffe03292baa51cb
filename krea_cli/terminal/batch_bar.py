"""How a batch looks on a terminal: a bar with its counts, and the last few names above it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from krea_cli.dollars import told
from krea_cli.flows.events import ItemEnded, BatchProgress
from krea_cli.terminal import sentences
from krea_cli.terminal.progress_state import Tracker

LEAST_BAR, WIDEST_BAR = 8, 30
LEAST_NOTE = 30
ROWS_BESIDES = 2  # of a low terminal, what is left to the bar and the prompt


@dataclass(frozen=True)
class Part:
    """A piece of the line. `rank`: the higher, the sooner a narrow terminal does without it.

    `least`: the cells to which it may be cut; None for what is whole or not there.
    """

    rank: int
    text: str
    style: str = ""
    least: int | None = None

    @property
    def needs(self) -> int:
        """The cells that it takes at least."""
        whole = cell_len(self.text)
        return whole if self.least is None else min(whole, self.least)


class Bar:
    """The picture of a batch at the moment it is made; as wide as the terminal when it is drawn."""

    def __init__(self, tracker: Tracker, *, ascii: bool, shared: bool) -> None:
        assert tracker.standing is not None
        self._standing = tracker.standing
        self._ascii = ascii
        self._recent = [item for item in tracker.recent if item.error is not None or not shared]
        self._parts = _parts(tracker, tracker.standing)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines; none is ever broken into two."""
        width = max(1, options.max_width - 1)  # a full line would wrap on some terminals
        rows = max(0, console.height - ROWS_BESIDES)
        for item in self._recent[-rows:] if rows else ():
            yield self._cut(_name(item), width)
        yield self._line(width)

    def _line(self, width: int) -> Text:
        dot = " - " if self._ascii else " · "
        kept = fitting(self._parts, width, gap=len(dot))
        cells = _shares(kept, width - len(dot) * (len(kept) - 1))
        pieces = [
            self._bar(cells[part])
            if part.rank == _BAR
            else self._cut(Text(part.text, style=part.style), cells[part])
            for part in kept
        ]
        return self._cut(Text(dot, style="dim").join(pieces), width)

    def _bar(self, width: int) -> Text:
        standing = self._standing
        lost = standing.failed + standing.doubtful
        total = max(1, standing.total)
        done = width * standing.done // total
        bad = min(width - done, -(-width * lost // total))
        full, broken, empty = "#x-" if self._ascii else "━━─"
        bar = Text(full * done, style="green")
        bar.append(broken * bad, style="red")
        return bar.append(empty * (width - done - bad), style="dim")

    def _cut(self, text: Text, width: int) -> Text:
        text.truncate(width, overflow="crop" if self._ascii else "ellipsis")
        text.no_wrap, text.overflow = True, "crop"
        return text


_BAR = 6


def _parts(tracker: Tracker, standing: BatchProgress) -> list[Part]:
    """All that the line may say, in its order."""
    note = sentences.stopping(standing) if standing.stopping is not None else tracker.step
    rate, ahead = tracker.per_second, tracker.seconds_left
    parts = [
        Part(_BAR, "━" * WIDEST_BAR, least=LEAST_BAR),
        Part(0, f"{standing.done}/{standing.total}", "bold"),
        Part(1, f"{standing.failed} failed" if standing.failed else "", "red"),
        Part(2, f"{standing.doubtful} in doubt" if standing.doubtful else "", "yellow"),
        Part(7, f"{standing.running} running" if standing.running else ""),
        Part(9, f"{standing.waiting} waiting" if standing.waiting else ""),
        Part(4, told(standing.spent) if standing.spent or not standing.unpriced else ""),
        Part(10, f"{standing.unpriced} of unknown price" if standing.unpriced else ""),
        Part(8, "" if rate is None or standing.stopping is not None else sentences.pace(rate)),
        Part(5, "" if ahead is None else sentences.left(ahead)),
        Part(3, note or "", "yellow", least=LEAST_NOTE),
    ]
    return [part for part in parts if part.text]


def fitting(parts: Sequence[Part], width: int, *, gap: int) -> list[Part]:
    """Those of PARTS that go into WIDTH cells with GAP cells between them; one at least."""
    kept = list(parts)
    while len(kept) > 1 and sum(part.needs + gap for part in kept) - gap > width:
        kept.remove(max(kept, key=lambda part: part.rank))
    return kept


def _shares(parts: Sequence[Part], width: int) -> dict[Part, int]:
    """The cells of each: what is left of WIDTH goes to what was to be cut, by rank."""
    free = max(0, width - sum(part.needs for part in parts))
    cells = {}
    for part in sorted(parts, key=lambda part: part.rank):
        more = min(free, cell_len(part.text) - part.needs)
        cells[part] = part.needs + more
        free -= more
    return cells


def _name(item: ItemEnded) -> Text:
    style = "red" if item.error is not None else "dim"
    return Text(sentences.phrase(item), style=style)
