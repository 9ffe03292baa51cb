"""How the live display looks, in rich."""

import threading
from contextlib import suppress
from io import TextIOBase

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from krea_cli.env import Env
from krea_cli.terminal import formats, sentences
from krea_cli.terminal.batch_bar import Bar
from krea_cli.terminal.progress_state import Tracker, Transfer
from krea_cli.terminal.stream import Stream
from krea_cli.text import one_line

FRAMES_PER_SECOND = 8
SHOWN_TRANSFERS = 3


class _Sink(TextIOBase):
    """A file for rich that writes through our stream, which outlives its reader."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What rich chooses its characters by."""
        return self._stream.encoding

    def write(self, text: str, /) -> int:
        """Write at once; a failing terminal is no failure of the work."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def isatty(self) -> bool:
        """As the terminal says."""
        return self._stream.is_terminal


class View:
    """The moving picture of a tracker: one line for the jobs, a bar for each of a few files.

    Of a batch, a bar for the whole of it.
    """

    def __init__(
        self,
        tracker: Tracker,
        lock: threading.RLock,
        env: Env,
        *,
        began: float,
        ascii: bool,
        shared: bool = False,
    ) -> None:
        self._ascii = ascii
        self._shared = shared  # the terminal shows what was saved already
        self._tracker = tracker
        self._lock = lock  # guards the tracker
        self._env = env
        self._began = began  # monotonic
        self._dot = " - " if ascii else " · "
        self._spinner = Spinner("line" if ascii else "dots", style="cyan")

    def render(self) -> RenderableType:
        """The picture at this moment."""
        with self._lock:
            if self._tracker.standing is not None:
                return Bar(self._tracker, ascii=self._ascii, shared=self._shared)
            self._spinner.text = self._headline()
            picture = Table.grid(padding=(0, 1))
            picture.add_row(self._spinner)
            transfers = self._tracker.moving
            if transfers:
                picture.add_row(_bars(transfers[:SHOWN_TRANSFERS]))
            if len(transfers) > SHOWN_TRANSFERS:
                more = len(transfers) - SHOWN_TRANSFERS
                picture.add_row(Text(f"  and {more} more", style="dim"))
            return picture

    def _headline(self) -> Text:
        tracker = self._tracker
        if tracker.jobs and tracker.seen == 1:
            return self._single()
        if tracker.seen:
            elapsed = formats.duration(self._env.clock.monotonic() - self._began)
            return self._joined(tracker.summary(), tracker.step or "", elapsed)
        return self._joined(tracker.step or "at work")

    def _single(self) -> Text:
        ((_, job),) = self._tracker.jobs.items()
        elapsed = self._env.clock.now() - job.since
        took = formats.duration(elapsed)
        if job.typical is not None:
            usual = formats.duration(job.typical)
            took += f" of about {usual}" if elapsed <= job.typical else f" (usually {usual})"
        return self._joined(one_line(job.model or "job"), sentences.status(job.status), took)

    def _joined(self, first: str, *rest: str) -> Text:
        text = Text(first, style="bold", no_wrap=True, overflow="ellipsis")
        for part in rest:
            if part:
                text.append(self._dot, style="not bold dim")
                text.append(part, style="not bold")
        return text


def _bars(transfers: list[Transfer]) -> Table:
    bars = Table.grid(padding=(0, 1))
    bars.add_column(overflow="ellipsis", no_wrap=True, max_width=30)
    for transfer in transfers:
        arrow = "sending" if transfer.up else "saving"
        moved = formats.size(transfer.moved)
        if transfer.total is not None:
            moved += f" of {formats.size(transfer.total)}"
        bars.add_row(
            Text(f"  {arrow} {one_line(transfer.name)}"),
            ProgressBar(transfer.total, transfer.moved, width=24, pulse=transfer.total is None),
            Text(moved),
        )
    return bars


def console_for(stream: Stream, env: Env) -> Console:
    """A console for the terminal behind STREAM."""
    return Console(
        file=_Sink(stream),  # type: ignore[arg-type]
        force_terminal=True,
        no_color=env.get("NO_COLOR") is not None,
        markup=False,
        emoji=False,
        highlight=False,
        _environ=env.environ,
    )


def live(view: View, console: Console) -> Live:
    """The moving display of VIEW, not started yet."""
    return Live(
        console=console,
        get_renderable=view.render,
        refresh_per_second=FRAMES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
