"""A lock on a terminal, for several processes of a pipe that draw on one."""

import os
from contextlib import suppress

from krea_cli.terminal.stream import Stream


class TerminalLock:
    """The right to draw in place on the terminal behind STREAM.

    Without it, both sides of `krea wait | krea download` would draw over each other. A process
    in the background would draw over the user's typing. The lock is on the terminal's device, and
    ends with the process.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        # Opened for the lock alone: an inherited descriptor shares the lock of its parent.
        self._lock_descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock, or keep it; return False in the background or if another process has it.

        Without a terminal there is nothing to lock, and the result is True.
        """
        descriptor = self._terminal
        return descriptor is None or (_is_in_foreground(descriptor) and self._try_lock(descriptor))

    @property
    def is_held_elsewhere(self) -> bool:
        """True while another process draws: clear its line before writing one."""
        descriptor = self._terminal
        if (
            descriptor is None
            or self._lock_descriptor is not None
            or not _is_in_foreground(descriptor)
        ):
            return False
        free = self._try_lock(descriptor)
        self.release()
        return not free

    def release(self) -> None:
        """Let another process draw."""
        if self._lock_descriptor is not None:
            os.close(self._lock_descriptor)
            self._lock_descriptor = None

    @property
    def _terminal(self) -> int | None:
        """The terminal's descriptor; None for a stream that is not a device: it is not shared."""
        descriptor = self._stream.descriptor
        return descriptor if descriptor is not None and os.isatty(descriptor) else None

    def _try_lock(self, descriptor: int) -> bool:
        import fcntl

        if self._lock_descriptor is not None:
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
        self._lock_descriptor = own
        return True


def _is_in_foreground(descriptor: int) -> bool:
    with suppress(OSError):  # not our controlling terminal
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    return True
