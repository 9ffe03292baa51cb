"""Show long text in $PAGER, a screen at a time."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from krea_cli.env import Env
from krea_cli.terminal.colours import DUMB_TERMINALS
from krea_cli.terminal.stream import Stream
from krea_cli.terminal.window import window_lines
from krea_cli.text import split_shell_line

DEFAULT_PAGER = "less"
LESS_OPTIONS = "FRX"  # leave at once if all fits, keep colours, and what was shown stays


def show(text: str, env: Env, stream: Stream, warn: Callable[[str], None]) -> None:
    """Write TEXT to STREAM; through $PAGER if it is longer than the window of a terminal.

    PAGER is split into words as a shell does, and runs without one. An empty PAGER shows all text
    at once, as does one that cannot be run: WARN then says why. Raises OSError as STREAM does.
    """
    words = _pager_words(env, warn) if _is_too_long(text, env, stream) else []
    if not words or not _run(words, text, env, stream, warn):
        stream.write(text)


def _is_too_long(text: str, env: Env, stream: Stream) -> bool:
    if not stream.is_terminal or stream.descriptor is None or env.get("TERM") in DUMB_TERMINALS:
        return False
    return text.count("\n") >= window_lines(env, stream)  # the shell's prompt needs a line as well


def _pager_words(env: Env, warn: Callable[[str], None]) -> list[str]:
    import shutil

    pager = env.environ.get("PAGER")
    if pager is None:
        return [DEFAULT_PAGER] if shutil.which(DEFAULT_PAGER, path=env.get("PATH")) else []
    try:
        return split_shell_line(pager)
    except ValueError:
        warn(f"PAGER is not used: {pager} has a quote without an end")
        return []


def _run(
    words: list[str], text: str, env: Env, stream: Stream, warn: Callable[[str], None]
) -> bool:
    """Run the pager over TEXT. Return False, after a warning, if it showed nothing of it."""
    import subprocess

    environ = dict(env.environ)
    if os.path.basename(words[0]) == DEFAULT_PAGER:
        environ.setdefault("LESS", LESS_OPTIONS)
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=stream.descriptor, env=environ
        )
    except OSError as failure:
        warn(f"PAGER is not used: {words[0]} cannot be run: {failure.strerror}")
        return False
    with _ctrl_c_left_to_the_pager():
        process.communicate(text.encode(stream.encoding, "backslashreplace"))
    if process.returncode > 0:
        warn(f"PAGER is not used: {words[0]} ended with exit code {process.returncode}")
    return process.returncode <= 0


@contextmanager
def _ctrl_c_left_to_the_pager() -> Iterator[None]:
    """Ignore SIGINT in this process: a pager ends a search by it, and goes on."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread, which alone has handlers
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
