"""Appearance of the live display, in rich."""

import threading
from contextlib import suppress
from dataclasses import replace
from io import TextIOBase

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.measure import Measurement
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from krea_cli.env import Env
from krea_cli.terminal import formats, sentences
from krea_cli.terminal.batch_bar import BatchBar, Segment, draw_beside, join_segments
from krea_cli.terminal.colours import shows_colours
from krea_cli.terminal.progress_state import ProgressState, Transfer
from krea_cli.terminal.stream import Stream
from krea_cli.terminal.top_render import TopRender
from krea_cli.text import one_line

FRAMES_PER_SECOND = 8
MAX_TRANSFER_BARS = 3
MIN_STEP_SECONDS = 2.0  # before they are shown: most steps take less
MIN_SEGMENT_CELLS = 12  # of a part that is cut
MIN_STEP_CELLS = 28


class _StreamFile(TextIOBase):
    """A file for rich on top of a `Stream`, which survives its reader."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding; rich chooses its characters by it."""
        return self._stream.encoding

    def write(self, text: str, /) -> int:
        """Write TEXT at once; ignore failures of the terminal, which are none of the work."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def isatty(self) -> bool:
        """Return True for a terminal."""
        return self._stream.is_terminal


class LiveView:
    """Moving picture of PROGRESS: a line for the jobs, and a bar for each of a few files.

    A batch has one bar for all of it.

    lock: guards PROGRESS
    started_at: monotonic seconds
    ascii_only: True for a terminal without UTF-8
    paths_on_stdout: True if stdout lists saved files on the same terminal
    """

    def __init__(
        self,
        progress: ProgressState,
        lock: threading.RLock,
        env: Env,
        *,
        started_at: float,
        ascii_only: bool,
        paths_on_stdout: bool = False,
    ) -> None:
        self._progress = progress
        self._lock = lock
        self._env = env
        self._started_at = started_at
        self._ascii_only = ascii_only
        self._paths_on_stdout = paths_on_stdout
        self._separator = " - " if ascii_only else " · "
        self._spinner = Spinner("line" if ascii_only else "dots", style="cyan")

    def render(self) -> RenderableType:
        """The picture at this moment."""
        with self._lock:
            if self._progress.batch is not None:
                return BatchBar(
                    self._progress,
                    ascii_only=self._ascii_only,
                    paths_on_stdout=self._paths_on_stdout,
                    spinner=self._spinner,
                    elapsed=self._env.clock.monotonic() - self._started_at,
                )
            picture = Table.grid(padding=(0, 1))
            picture.add_row(_Headline(self._spinner, self._headline(), self._separator))
            transfers = self._progress.active_transfers
            if transfers:
                picture.add_row(_transfer_bars(transfers[:MAX_TRANSFER_BARS]))
            if len(transfers) > MAX_TRANSFER_BARS:
                more = len(transfers) - MAX_TRANSFER_BARS
                picture.add_row(Text(f"  and {more} more", style="dim"))
            return picture

    def _headline(self) -> list[Segment]:
        progress = self._progress
        if progress.jobs and progress.job_count == 1:
            return self._job_line()
        if progress.job_count:
            return self._jobs_line()
        return self._step_line()

    def _step_line(self) -> list[Segment]:
        """The line before a job has an id: a lost answer is looked for half a minute."""
        if (parts := self._progress.step_parts) is None:
            return _segments((0, "at work"))
        act, reason, seconds = parts
        elapsed = formats.duration(seconds) if seconds >= MIN_STEP_SECONDS else ""
        first, *others = _segments((1, act), (2, reason), (0, elapsed))
        # A narrow window rather goes without the reason than without the act.
        return [replace(first, min_cells=min(len(act), MIN_STEP_CELLS)), *others]

    def _job_line(self) -> list[Segment]:
        (job,) = self._progress.jobs.values()
        seconds = self._env.clock.now() - job.started_at
        elapsed = formats.duration(seconds)
        if job.typical_seconds is not None:
            usual = formats.duration(job.typical_seconds)
            if seconds <= job.typical_seconds and not job.from_ledger:
                elapsed += f" of about {usual}"
            else:
                usual = sentences.usual_time(job.typical_seconds, from_ledger=job.from_ledger)
                elapsed += f" ({usual})"
        model, status = one_line(job.model or "job"), sentences.status_text(job.status)
        price = "" if job.price in (None, "unknown") else one_line(str(job.price))
        return _segments((2, model), (3, status), (0, elapsed), (1, price))

    def _jobs_line(self) -> list[Segment]:
        progress = self._progress
        elapsed = formats.duration(self._env.clock.monotonic() - self._started_at)
        usual = {(job.typical_seconds, job.from_ledger) for job in progress.jobs.values()}
        (seconds, from_ledger), *others = usual or {(None, False)}
        each = (
            ""
            if seconds is None or others
            else sentences.usual_time(seconds, from_ledger=from_ledger)
        )
        return _segments(
            (1, progress.summary()),
            (2, progress.step or ""),
            (0, elapsed),
            (4, f"{each} each" if each else ""),
            (3, progress.cost),
        )


def _segments(*parts: tuple[int, str]) -> list[Segment]:
    """Parts of a line, each with its rank; the first is bold, and the longest are cut."""
    return [
        Segment(rank, text, "" if number else "bold", min_cells=MIN_SEGMENT_CELLS)
        for number, (rank, text) in enumerate(parts)
        if text
    ]


class _Headline:
    """The spinner and the line beside it, as wide as the terminal: rich would break it in two."""

    def __init__(self, spinner: Spinner, segments: list[Segment], separator: str) -> None:
        self._spinner, self._segments, self._separator = spinner, segments, separator

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The line, never broken."""
        # One cell less than there is: a full line would wrap on some terminals.
        yield from draw_beside(self._spinner, self._line, console.width - 1, console)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, max(1, console.width - 1))

    def _line(self, width: int) -> Text:
        cut = "ellipsis" if "·" in self._separator else "crop"  # without UTF-8 there is no …
        return join_segments(self._segments, width, separator=self._separator, cut=cut)


def _transfer_bars(transfers: list[Transfer]) -> Table:
    bars = Table.grid(padding=(0, 1))
    bars.add_column(overflow="ellipsis", no_wrap=True, max_width=30)
    bars.add_column()
    bars.add_column(overflow="ellipsis", no_wrap=True)
    for transfer in transfers:
        done, total = transfer.done_bytes, transfer.total_bytes
        verb = "sending" if transfer.is_upload else "saving"
        amount = (
            formats.size(done)
            if total is None
            else (f"{formats.size(done)} of {formats.size(total)}")
        )
        bars.add_row(
            Text(f"  {verb} {one_line(transfer.name)}"),
            ProgressBar(total, done, width=24, pulse=total is None),
            Text(amount),
        )
    return bars


def create_console(stream: Stream, env: Env) -> Console:
    """A console for the terminal behind STREAM."""
    return Console(
        file=_StreamFile(stream),  # type: ignore[arg-type]
        force_terminal=True,
        no_color=not shows_colours(env, is_terminal=True),
        markup=False,
        emoji=False,
        highlight=False,
        _environ=env.environ,
    )


def create_live(view: LiveView, console: Console) -> Live:
    """A moving display of VIEW, not started yet."""
    live = Live(
        console=console,
        get_renderable=view.render,
        refresh_per_second=FRAMES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    live._live_render = TopRender(live.get_renderable())  # rich has no way to hand it in
    return live
