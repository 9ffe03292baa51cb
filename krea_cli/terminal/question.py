"""A question at the terminal that is answered with yes or no."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from krea_cli.clock import Clock
from krea_cli.errors import Interrupted

YES = ("y", "yes")
MAX_ANSWER_CHARACTERS = 1000
HANDLERS_RUN_SECONDS = 0.25


def ask(question: str, *, answers: TextIO, clock: Clock, write: Callable[[str], None]) -> bool:
    """Return True if the next line of ANSWERS says yes; anything else means no.

    After Ctrl-Z and `fg`, the question is shown again. Raises `Interrupted`.
    """
    prompt = f"{question} [y/N] "
    write(prompt)
    try:
        with _shown_again(lambda: write(prompt)), clock.interruptible():
            _wait_for_line(answers)
            answer = answers.readline(MAX_ANSWER_CHARACTERS)
    except Interrupted:
        write("\n")  # the cursor still stands behind the question
        raise
    except (OSError, UnicodeDecodeError):  # a terminal that hung up; a key that is no letter
        answer = ""
    if not answer.endswith("\n"):
        write("\n")
    return answer.strip().casefold() in YES


def _wait_for_line(answers: TextIO) -> None:
    """Wait until a line of ANSWERS can be read, and let handlers of signals run meanwhile.

    A signal that comes just before a blocking read waits for its end: Ctrl-Z would be lost.
    """
    import select

    with suppress(OSError, ValueError):  # no real file
        while not select.select([answers.fileno()], [], [], HANDLERS_RUN_SECONDS)[0]:
            pass


@contextmanager
def _shown_again(show: Callable[[], None]) -> Iterator[None]:
    """Call SHOW when the process goes on after a stop: the shell has written meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGCONT, lambda number, frame: show())
    try:
        yield
    finally:
        signal.signal(signal.SIGCONT, handler)
