"""The live display on a terminal: what runs, how it stands, how long it usually takes.

rich is imported by a thread, shortly after the first event: by then the request has left.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.terminal import sentences
from krea_cli.terminal.progress_state import Tracker
from krea_cli.terminal.stream import Stream
from krea_cli.terminal.terminal_lock import Turn
from krea_cli.text import one_line

if TYPE_CHECKING:
    from rich.live import Live

CLEAR_LINE = "\r\x1b[2K"
APPEARS_AFTER_SECONDS = 0.15
REDRAW_SECONDS = 0.1  # what is written beside it clears it, perhaps hundreds of times a second
IDS_KEPT = 10  # of more jobs at once, the ids only pass by: the ledger has them


class Display:
    """Shows work in place, and what shall stay (ids, remarks) as lines above it.

    SHARED: what is saved is listed on the same terminal, so that it need not be told here.
    """

    def __init__(self, env: Env, stream: Stream, *, shared: bool = False) -> None:
        self._shared = shared
        self._env = env
        self._stream = stream
        self._tracker = Tracker(env.clock)
        # Two locks: rich draws under a lock of its own, which `_screen` may be waiting for.
        self._state = threading.RLock()
        self._screen = threading.RLock()
        self._turn = Turn(stream)
        self._live: Live | None = None
        self._active = False  # inside `running`
        self._woken = False  # the thread that imports rich was started
        self._ready = False  # rich is there
        self._began = env.clock.monotonic()
        self._shown = 0.0  # monotonic: when it last appeared
        self._due = False  # a thread will show it in a moment
        self._over = threading.Event()

    def tell(self, event: events.Event) -> None:
        """Take EVENT into the display; a job's id and remarks also stay as a line."""
        with self._state:
            new = self._tracker.apply(event)
            few = self._tracker.seen <= IDS_KEPT
            idle = self._tracker.idle
        with self._screen:
            if isinstance(event, events.Note):
                self._keep(sentences.phrase(event))
            elif isinstance(event, events.Running) and new and few:
                self._keep(f"job {one_line(event.job_id)}")
            if idle:
                self._rest()
            elif self._active and self._live is None:
                self._appear_soon()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show the work as long as the block runs; nothing of it is left after."""
        self._over.clear()
        self._active, self._woken = True, False
        self._began = self._env.clock.monotonic()
        try:
            yield
        finally:
            self.close()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Clear the display, let the caller write, draw it again."""
        with self._screen:
            live = self._live
            if live is not None:
                self._vanish()
            elif self._turn.elsewhere:
                with suppress(OSError):
                    self._stream.write(CLEAR_LINE)
            yield
            if live is not None and self._active and not self._tracker.idle:
                self._appear_soon()

    def close(self) -> None:
        """Remove the display and give the cursor back."""
        self._over.set()
        with self._screen:
            self._active = False
            self._rest()

    def _keep(self, text: str) -> None:
        with self.aside(), suppress(OSError):
            self._stream.write(text.replace("\n", "\n    ") + "\n")

    def _appear_soon(self) -> None:
        wait = self._shown + REDRAW_SECONDS - self._env.clock.monotonic()
        if not self._ready:
            if not self._woken:
                self._woken = True
                threading.Thread(target=self._get_ready, daemon=True).start()
        elif wait <= 0:
            self._show()
        elif not self._due:
            self._due = True
            threading.Thread(target=self._show_after, args=(wait,), daemon=True).start()

    def _show_after(self, seconds: float) -> None:
        self._over.wait(seconds)
        with self._screen:
            self._due = False
            if self._active and self._live is None and not self._tracker.idle:
                self._show()

    def _get_ready(self) -> None:
        if self._over.wait(APPEARS_AFTER_SECONDS):
            return
        from krea_cli.terminal import live_view  # noqa: F401  (outside the locks: it takes 60 ms)

        with self._screen:
            self._ready = True
            if self._active and self._live is None and not self._tracker.idle:
                self._show()

    def _show(self) -> None:
        if not self._turn.take():
            return
        from krea_cli.terminal import live_view

        plain = not self._stream.encoding.startswith("utf")
        view = live_view.View(
            self._tracker,
            self._state,
            self._env,
            began=self._began,
            ascii=plain,
            shared=self._shared,
        )
        self._shown = self._env.clock.monotonic()
        self._live = live_view.live(view, live_view.console_for(self._stream, self._env))
        self._live.start()

    def _rest(self) -> None:
        self._vanish()
        self._turn.give_back()

    def _vanish(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()
