"""The size of the terminal's window."""

import os
from contextlib import suppress

from krea_cli.env import Env
from krea_cli.terminal.stream import Stream

DEFAULT_COLUMNS, DEFAULT_LINES = 80, 24


def window_columns(env: Env, stream: Stream | None = None) -> int:
    """Return the width of the window behind STREAM: COLUMNS, else what the terminal says."""
    return _read_number(env, "COLUMNS") or _ask_terminal(stream)[0] or DEFAULT_COLUMNS


def window_lines(env: Env, stream: Stream | None = None) -> int:
    """Return the height of the window behind STREAM: LINES, else what the terminal says."""
    return _read_number(env, "LINES") or _ask_terminal(stream)[1] or DEFAULT_LINES


def _read_number(env: Env, name: str) -> int:
    text = env.get(name) or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _ask_terminal(stream: Stream | None) -> tuple[int, int]:
    descriptor = stream.descriptor if stream else None
    for number in (descriptor,) if descriptor is not None else (1, 2, 0):
        with suppress(OSError):
            return os.get_terminal_size(number)
    return 0, 0
