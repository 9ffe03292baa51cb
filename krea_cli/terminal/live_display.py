"""The live display on a terminal: the running jobs, their status and their usual time.

A thread imports rich shortly after the first event: by then the request has left.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.errors import Interrupted
from krea_cli.flows import events
from krea_cli.terminal import sentences
from krea_cli.terminal.alert import Alert
from krea_cli.terminal.job_control import JobControl
from krea_cli.terminal.progress_state import ProgressState
from krea_cli.terminal.stream import Stream
from krea_cli.terminal.terminal_lock import TerminalLock
from krea_cli.text import one_line

if TYPE_CHECKING:
    from rich.live import Live

CLEAR_LINE = "\r\x1b[2K"
APPEARS_AFTER_SECONDS = 0.15
REDRAW_SECONDS = 0.1  # what is written beside it clears it, perhaps hundreds of times a second
MAX_JOB_ID_LINES = 10  # with more jobs, ids would fill the screen: the ledger has them


class LiveDisplay:
    """A reporter that shows work in place, and job ids and notes as lines above it.

    With PATHS_ON_STDOUT, stdout lists saved files on the same terminal, so the display need not.
    """

    def __init__(
        self,
        env: Env,
        stream: Stream,
        *,
        paths_on_stdout: bool = False,
        read_notify: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._alert = Alert(env, stream, read_notify)
        self._paths_on_stdout = paths_on_stdout
        self._env = env
        self._stream = stream
        self._progress = ProgressState(env.clock)
        # Two locks: rich draws under a lock of its own, and `_screen_lock` may wait for that.
        self._progress_lock = threading.RLock()
        self._screen_lock = threading.RLock()
        self._terminal_lock = TerminalLock(stream)
        self._live: Live | None = None
        self._active = False  # inside `running`
        self._is_hidden = False  # inside `hidden`
        self._import_started = False  # a thread imports rich, or has done so
        self._rich_imported = False
        self._started_at = env.clock.monotonic()
        self._last_drawn_at = 0.0  # monotonic
        self._draw_scheduled = False  # a thread will draw it in a moment
        self._stopped = threading.Event()
        self._job_control = JobControl(self._pause, self._look_at_foreground)

    def tell(self, event: events.Event) -> None:
        """Take EVENT into the display; write a line for a note and for a new job's id."""
        with self._progress_lock:
            is_news = self._progress.apply(event)
            # The line of its result tells the seed of each of several jobs, and the ledger its id.
            is_one_of_many = self._progress.expected_jobs > 1
            few_jobs = self._progress.job_count <= MAX_JOB_ID_LINES and not is_one_of_many
            is_idle, percent = self._progress.is_idle, self._progress.percent
        with self._screen_lock:
            if self._active and not self._is_hidden:
                self._alert.show_progress(percent)
            if isinstance(event, events.SeedDrawn) and is_one_of_many and self._paths_on_stdout:
                pass
            elif isinstance(event, events.Note):
                self._print_above(sentences.event_sentence(event))
            elif isinstance(event, events.Running) and is_news and few_jobs:
                self._print_above(f"job {one_line(event.job_id)}")
            if is_idle:
                self._hide_and_unlock()
            elif self._active and self._live is None:
                self._schedule_draw()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show the work while the block runs; remove the display after it."""
        self._stopped.clear()
        self._active, self._import_started = True, False
        self._started_at = self._env.clock.monotonic()
        self._job_control.start()
        try:
            yield
        except BaseException as failure:
            self._end("ended early", is_told=not isinstance(failure, Interrupted))
            raise
        else:
            with self._progress_lock:
                text = self._progress.end_text
            self._end(text, is_told=True)

    def _end(self, text: str, *, is_told: bool) -> None:
        """Leave the terminal; tell it TEXT, unless the user ended the work."""
        self._job_control.close()
        self.close()
        if is_told:
            self._alert.notify(text, self._env.clock.monotonic() - self._started_at)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Clear the display, let the caller write, and draw it again."""
        with self._screen_lock:
            live = self._live
            if live is not None:
                self._hide()
            elif self._terminal_lock.is_held_elsewhere:
                with suppress(OSError):
                    self._stream.write(CLEAR_LINE)
            yield
            if live is not None and self._active and not self._progress.is_idle:
                self._schedule_draw()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Leave the terminal to a question. No lock is held: Ctrl-Z has to work meanwhile."""
        with self._screen_lock:
            self._is_hidden = True
            self._hide_and_unlock()
        try:
            yield
        finally:
            with self._screen_lock:
                self._is_hidden = False
                if self._active and not self._progress.is_idle:
                    self._schedule_draw()

    def close(self) -> None:
        """Remove the display and give the cursor back."""
        self._stopped.set()
        with self._screen_lock:
            self._active = False
            self._hide_and_unlock()
            self._alert.clear_progress()

    def _pause(self) -> None:
        """Leave the terminal to the shell."""
        with self._screen_lock:
            self._hide_and_unlock()

    def _look_at_foreground(self) -> None:
        """Give the terminal up in the background, and draw again in the foreground."""
        with self._screen_lock:
            if self._live is not None and not self._terminal_lock.acquire():
                self._hide_and_unlock()
            elif self._rich_imported:
                self._draw_if_needed()

    def _print_above(self, text: str) -> None:
        with self.suspended(), suppress(OSError):
            self._stream.write(text.replace("\n", "\n    ") + "\n")

    def _schedule_draw(self) -> None:
        wait_seconds = self._last_drawn_at + REDRAW_SECONDS - self._env.clock.monotonic()
        if not self._rich_imported:
            if not self._import_started:
                self._import_started = True
                threading.Thread(target=self._import_rich, daemon=True).start()
        elif wait_seconds <= 0:
            self._draw()
        elif not self._draw_scheduled:
            self._draw_scheduled = True
            threading.Thread(target=self._draw_after, args=(wait_seconds,), daemon=True).start()

    def _draw_after(self, seconds: float) -> None:
        self._stopped.wait(seconds)
        with self._screen_lock:
            self._draw_scheduled = False
            self._draw_if_needed()

    def _import_rich(self) -> None:
        if self._stopped.wait(APPEARS_AFTER_SECONDS):
            return
        from krea_cli.terminal import live_view  # noqa: F401  (outside the locks: it takes 60 ms)

        with self._screen_lock:
            self._rich_imported = True
            self._draw_if_needed()

    def _draw_if_needed(self) -> None:
        if self._active and self._live is None and not self._progress.is_idle:
            self._draw()

    def _draw(self) -> None:
        if self._is_hidden or not self._terminal_lock.acquire():
            return
        from krea_cli.terminal import live_view

        view = live_view.LiveView(
            self._progress,
            self._progress_lock,
            self._env,
            started_at=self._started_at,
            ascii_only=not self._stream.encoding.startswith("utf"),
            paths_on_stdout=self._paths_on_stdout,
        )
        self._last_drawn_at = self._env.clock.monotonic()
        console = live_view.create_console(self._stream, self._env)
        self._live = live_view.create_live(view, console)
        self._live.start()

    def _hide_and_unlock(self) -> None:
        self._hide()
        self._terminal_lock.release()

    def _hide(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()
