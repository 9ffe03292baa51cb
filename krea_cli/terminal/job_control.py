"""Ctrl-Z and the background: whoever draws on the terminal gives it back first."""

import os
import signal
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

CHECK_SECONDS = 0.25  # until a display in the background is noticed


class JobControl:
    """Calls PAUSE before Ctrl-Z stops the process, and LOOK when it goes on, and now and then.

    Both are called by a thread of their own: a signal handler may take no locks. Its main thread
    stops the process, as only that one may set handlers.
    """

    def __init__(self, pause: Callable[[], None], look: Callable[[], None]) -> None:
        self._pause = pause
        self._look = look
        # SimpleQueue.put is safe inside a signal handler.
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._is_paused = False
        self._handles_stop = False

    def start(self) -> None:
        """Begin to watch. Without the main thread, or with Ctrl-Z ignored, it only looks."""
        self._queue = SimpleQueue()
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL:
            signal.signal(signal.SIGTSTP, self._handle_stop)
            self._handles_stop = True
        threading.Thread(target=self._run, args=(self._queue,), daemon=True).start()

    def close(self) -> None:
        """End the watching."""
        if self._handles_stop:
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            self._handles_stop = False
        self._queue.put("close")

    def _handle_stop(self, number: int, frame: Any) -> None:
        if not self._is_paused:
            self._queue.put("stop")
            return
        # The system's own stop: it leaves a process alone that no shell could wake up.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        self._is_paused = False
        if self._handles_stop:
            signal.signal(number, self._handle_stop)
        self._queue.put("continue")

    def _run(self, queue: SimpleQueue[str]) -> None:
        while True:
            try:
                event = queue.get(timeout=CHECK_SECONDS)
            except Empty:
                event = "look"
            if event == "close":
                return
            if event == "stop":
                self._pause()
                self._is_paused = True
                os.kill(os.getpid(), signal.SIGTSTP)
            elif not self._is_paused:
                self._look()
