"""A batch on a terminal: a bar with its counts, and the last few items above it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.spinner import Spinner
from rich.text import Text

from krea_cli.flows.events import BatchProgress
from krea_cli.terminal import formats, sentences
from krea_cli.terminal.progress_state import ProgressState

MIN_BAR_CELLS, MAX_BAR_CELLS = 8, 30
MIN_NOTE_CELLS = 30
RESERVED_ROWS = 2  # of a low terminal: for the bar and the shell's prompt
BAR_RANK = 6
MIN_CELLS_WITH_SPINNER = 12


@dataclass(frozen=True)
class Segment:
    """A part of the bar's line.

    rank: on a narrow terminal, the highest is dropped first
    text: the words
    style: a style of rich
    min_cells: least width of a segment that may be cut, None for one shown whole or not at all
    """

    rank: int
    text: str
    style: str = ""
    min_cells: int | None = None

    @property
    def required_cells(self) -> int:
        """The least number of cells that it takes."""
        whole = cell_len(self.text)
        return whole if self.min_cells is None else min(whole, self.min_cells)


class BatchBar:
    """A batch at this moment, as wide as the terminal on which it is drawn.

    With PATHS_ON_STDOUT, stdout lists saved files on the same terminal: only failures are named.
    The SPINNER and the seconds ELAPSED show that it lives, as long as no item ends.
    """

    def __init__(
        self,
        progress: ProgressState,
        *,
        ascii_only: bool,
        paths_on_stdout: bool,
        spinner: Spinner | None = None,
        elapsed: float | None = None,
    ) -> None:
        assert progress.batch is not None
        self._batch = progress.batch
        self._ascii_only = ascii_only
        self._items = [
            item for item in progress.recent_items if item.error is not None or not paths_on_stdout
        ]
        self._segments = _batch_segments(progress, progress.batch, elapsed)
        self._spinner = spinner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines; none is ever broken into two."""
        width = max(1, options.max_width - 1)  # a full line would wrap on some terminals
        rows = max(0, console.height - RESERVED_ROWS)
        for item in self._items[-rows:] if rows else ():
            style = "red" if item.error is not None else "dim"
            sentence = sentences.event_sentence(item)
            if item.job_id:  # it would take half of the line; the summary has it
                sentence = sentence.replace(f"job {item.job_id} ", "")
            yield self._cut(Text(sentence, style=style), width)
        yield from draw_beside(self._spinner, self._line, width, console)

    def _line(self, width: int) -> Text:
        separator = " - " if self._ascii_only else " · "
        segments = fit_segments(self._segments, width, gap=len(separator))
        cells = _assign_cells(segments, width - len(separator) * (len(segments) - 1))
        texts = [
            self._bar(cells[segment])
            if segment.rank == BAR_RANK
            else self._cut(Text(segment.text, style=segment.style), cells[segment])
            for segment in segments
        ]
        return self._cut(Text(separator, style="dim").join(texts), width)

    def _bar(self, width: int) -> Text:
        batch = self._batch
        total = max(1, batch.total)
        done_cells = width * batch.done // total
        lost_cells = -(-width * (batch.failed + batch.doubtful) // total)  # at least one, if any
        lost_cells = min(width - done_cells, lost_cells)
        done, lost, rest = "#x-" if self._ascii_only else "━━─"
        bar = Text(done * done_cells, style="green")
        bar.append(lost * lost_cells, style="red")
        return bar.append(rest * (width - done_cells - lost_cells), style="dim")

    def _cut(self, text: Text, width: int) -> Text:
        text.truncate(width, overflow="crop" if self._ascii_only else "ellipsis")
        text.no_wrap, text.overflow = True, "crop"
        return text


def draw_beside(
    spinner: Spinner | None, line: Callable[[int], Text], width: int, console: Console
) -> Iterator[Text]:
    """Yield the LINE behind the frame of SPINNER, in WIDTH cells; no line is ever broken."""
    if spinner is None or width < MIN_CELLS_WITH_SPINNER:
        yield line(width)
        return
    frame = spinner.render(console.get_time())
    assert isinstance(frame, Text)  # a spinner without a text of its own
    row = Text(no_wrap=True, overflow="crop").append_text(frame).append(" ")
    yield row.append_text(line(width - cell_len(frame.plain) - 1))


def join_segments(segments: Sequence[Segment], width: int, *, separator: str, cut: str) -> Text:
    """The SEGMENTS that fit into WIDTH cells, as one line. CUT is rich's way to shorten one."""
    chosen = fit_segments(segments, width, gap=len(separator))
    cells = _assign_cells(chosen, width - len(separator) * (len(chosen) - 1))
    texts = []
    for segment in chosen:
        text = Text(segment.text, style=segment.style)
        text.truncate(cells[segment], overflow=cut)  # type: ignore[arg-type]
        texts.append(text)
    line = Text(separator, style="dim").join(texts)
    line.truncate(width, overflow=cut)  # type: ignore[arg-type]
    line.no_wrap, line.overflow = True, "crop"
    return line


def _batch_segments(
    progress: ProgressState, batch: BatchProgress, elapsed: float | None
) -> list[Segment]:
    """Everything that the line may say, from left to right."""
    note = progress.step if batch.stopping is None else sentences.stop_reason(batch)
    rate = None if batch.stopping is not None else progress.items_per_second
    seconds_left = progress.seconds_left
    segments = [
        Segment(BAR_RANK, "━" * MAX_BAR_CELLS, min_cells=MIN_BAR_CELLS),
        Segment(0, f"{batch.done}/{batch.total}", "bold"),
        Segment(1, f"{batch.failed} failed" if batch.failed else "", "red"),
        Segment(1, f"{batch.unsaved} not saved" if batch.unsaved else "", "red"),
        Segment(2, f"{batch.doubtful} in doubt" if batch.doubtful else "", "yellow"),
        Segment(7, f"{batch.running} running" if batch.running else ""),
        Segment(9, f"{batch.waiting} waiting" if batch.waiting else ""),
        Segment(4, sentences.priced_spending(batch)),
        Segment(10, f"{batch.unpriced} of unknown price" if batch.unpriced else ""),
        Segment(8, "" if rate is None else sentences.rate_text(rate)),
        Segment(5, _time_text(seconds_left, elapsed)),
        Segment(3, note or "", "yellow", min_cells=MIN_NOTE_CELLS),
    ]
    return [segment for segment in segments if segment.text]


def _time_text(seconds_left: float | None, elapsed: float | None) -> str:
    if seconds_left is not None:
        return sentences.time_left(seconds_left)
    return "" if elapsed is None else formats.duration(elapsed)


def fit_segments(segments: Sequence[Segment], width: int, *, gap: int) -> list[Segment]:
    """The SEGMENTS for WIDTH cells with GAP cells between them; at least one."""
    chosen = list(segments)
    while len(chosen) > 1 and sum(part.required_cells + gap for part in chosen) - gap > width:
        chosen.remove(max(chosen, key=lambda segment: segment.rank))
    return chosen


def _assign_cells(segments: Sequence[Segment], width: int) -> dict[Segment, int]:
    """The cells of each segment. Cells to spare go to shortened segments, by rank."""
    spare = max(0, width - sum(segment.required_cells for segment in segments))
    cells = {}
    for segment in sorted(segments, key=lambda segment: segment.rank):
        more = min(spare, cell_len(segment.text) - segment.required_cells)
        cells[segment] = segment.required_cells + more
        spare -= more
    return cells
