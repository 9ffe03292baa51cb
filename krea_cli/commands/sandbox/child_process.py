"""Run a command as a child process, and forward signals to it."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from krea_cli.clock import get_interruptibly
from krea_cli.errors import UsageError

FORWARDED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_child(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run COMMAND to its end, forward signals to it, and return its exit code.

    An INT in the foreground of a terminal counts as Ctrl-C, which has reached the child already.
    A child ended by a signal gives 128 plus its number. Raises `UsageError` for no such program.
    """
    # With a terminal the child stays in our process group: it may read from the terminal, and
    # Ctrl-C, Ctrl-Z and fg reach it. Without one, its own group lets a signal reach its children.
    in_our_group = _foreground_group() is not None
    with _queue_signals() as numbers:
        try:
            child = subprocess.Popen(
                command, env=environ, process_group=None if in_our_group else 0
            )
        except OSError as failure:
            raise UsageError(
                f"cannot run {command[0]}: {failure.strerror}",
                hint="krea sandbox -- COMMAND takes a program, as the shell would find it",
            ) from failure

        def announce_end() -> None:
            child.wait()
            numbers.put(None)

        threading.Thread(target=announce_end, daemon=True).start()
        while (number := get_interruptibly(numbers)) is not None:
            forward_signal(number, child, in_our_group=in_our_group)
        code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _queue_signals() -> Iterator["SimpleQueue[int | None]"]:
    """Queue the signals that arrive inside the block; leave ignored ones ignored."""
    numbers: SimpleQueue[int | None] = SimpleQueue()
    handlers = {number: signal.getsignal(number) for number in FORWARDED_SIGNALS}
    for number, handler in handlers.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: numbers.put(number))
    try:
        yield numbers
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _foreground_group() -> int | None:
    """Return the process group in the foreground of our terminal; None without a terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.tcgetpgrp(terminal)
    except OSError:
        return None
    finally:
        os.close(terminal)


def forward_signal(number: int, child: subprocess.Popen[bytes], *, in_our_group: bool) -> None:
    """Send a signal to CHILD and its descendants, unless the terminal has done so already."""
    if child.returncode is not None:
        return
    if in_our_group and number == signal.SIGINT and _foreground_group() == os.getpgrp():
        return
    # A stopped process handles no signal but CONT.
    for each in (number, signal.SIGCONT):
        if not in_our_group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, each)
            continue
        for process in (*descendants(child.pid), child.pid):
            with suppress(ProcessLookupError, PermissionError):  # gone by now, or another user's
                os.kill(process, each)


def descendants(process: int) -> list[int]:
    """Return the processes below PROCESS, the deepest first; none if the system hides them."""
    children = [child for child, parent in _parent_pairs() if parent == process]
    return [each for child in children for each in (*descendants(child), child)]


def _parent_pairs() -> list[tuple[int, int]]:
    """Return the processes of this machine, each with its parent."""
    pairs = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The program's name, in brackets, may itself contain brackets.
            fields = file.read_text(errors="replace").rpartition(")")[2].split()
            pairs.append((int(file.parent.name), int(fields[1])))
    if pairs:
        return pairs
    listing = ""
    with suppress(OSError):  # macOS
        ps = ["/bin/ps", "-axo", "pid=,ppid="]
        listing = subprocess.run(ps, capture_output=True, text=True, check=False, env={}).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]
