"""Whose turn it is to draw on a terminal, when a pipe puts several processes on one."""

import os
from contextlib import suppress

from krea_cli.terminal.stream import Stream


class Turn:
    """The right to draw in place on the terminal behind STREAM.

    In `krea wait | krea download` both would draw over each other; a process in the background
    would draw over whatever is typed. The lock is on the terminal itself and ends with the process.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._own: int | None = None  # a descriptor of our own: an inherited one shares its lock

    def take(self) -> bool:
        """Take the turn, or keep it; False in the background, or when another process has it."""
        descriptor = self._terminal
        return descriptor is None or (_in_foreground(descriptor) and self._lock(descriptor))

    @property
    def elsewhere(self) -> bool:
        """True while another process draws: its line has to be cleared before one is written."""
        descriptor = self._terminal
        if descriptor is None or self._own is not None or not _in_foreground(descriptor):
            return False
        free = self._lock(descriptor)
        self.give_back()
        return not free

    def give_back(self) -> None:
        """Let another process draw."""
        if self._own is not None:
            os.close(self._own)
            self._own = None

    @property
    def _terminal(self) -> int | None:
        """The terminal's descriptor; None if it is no device, so that nobody can share it."""
        descriptor = self._stream.descriptor
        return descriptor if descriptor is not None and os.isatty(descriptor) else None

    def _lock(self, descriptor: int) -> bool:
        import fcntl

        if self._own is not None:
            return True
        try:
            own = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            return True  # a terminal without a name, as in some containers
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(own)
            return False
        except OSError:
            pass  # no locks on this device: draw as if alone
        self._own = own
        return True


def _in_foreground(descriptor: int) -> bool:
    with suppress(OSError):  # not our controlling terminal
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    return True
