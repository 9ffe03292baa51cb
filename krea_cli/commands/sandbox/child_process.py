"""A command of the user's run as a child: who gets the signals, and when it is over."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from krea_cli.clock import taken
from krea_cli.errors import UsageError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run COMMAND to its end, hand on the signals that come meanwhile, and give its exit code.

    In the foreground of a terminal an INT is taken for a Ctrl-C, which reached the child as well.
    Raises `UsageError` where there is no such program.
    """
    # With a terminal the child stays in our group: it may read there whenever we may, and Ctrl-C,
    # Ctrl-Z and fg reach all of us. Without, a group of its own lets a signal reach all below it.
    shared = _foreground() is not None
    with _received() as numbers:
        try:
            child = subprocess.Popen(command, env=environ, process_group=None if shared else 0)
        except OSError as failure:
            raise UsageError(
                f"cannot run {command[0]}: {failure.strerror}",
                hint="krea sandbox -- COMMAND takes a program, as the shell would find it",
            ) from failure
        threading.Thread(target=_await, args=(child, numbers), daemon=True).start()
        while (number := taken(numbers)) is not None:
            forward(number, child, shared=shared)
        code = child.wait()
    return code if code >= 0 else 128 - code


def _await(child: subprocess.Popen[bytes], numbers: "SimpleQueue[int | None]") -> None:
    child.wait()
    numbers.put(None)


@contextmanager
def _received() -> Iterator["SimpleQueue[int | None]"]:
    """The signals that arrive inside, in their order; those that are ignored stay so."""
    numbers: SimpleQueue[int | None] = SimpleQueue()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: numbers.put(number))
    try:
        yield numbers
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _foreground() -> int | None:
    """The group in the foreground of our terminal, wherever our streams go; None without one."""
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


def forward(number: int, child: subprocess.Popen[bytes], *, shared: bool) -> None:
    """Pass a signal on to CHILD and all it started, unless the terminal has done so already."""
    if child.returncode is not None:
        return
    if shared and number == signal.SIGINT and _foreground() == os.getpgrp():
        return
    # One that is stopped would not notice: it has to go on in order to end.
    for each in (number, signal.SIGCONT):
        if not shared:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, each)
            continue
        for process in (*descendants(child.pid), child.pid):
            with suppress(ProcessLookupError, PermissionError):  # gone by now, or another user's
                os.kill(process, each)


def descendants(process: int) -> list[int]:
    """Every process below PROCESS, the deepest first; none where the system does not tell."""
    parents = dict(_parents())
    below = [found for found, parent in parents.items() if parent == process]
    return [each for found in below for each in (*descendants(found), found)]


def _parents() -> list[tuple[int, int]]:
    """The processes of this machine, each with its parent."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name in brackets may hold anything, brackets too.
            after = file.read_text(errors="replace").rpartition(")")[2].split()
            found.append((int(file.parent.name), int(after[1])))
    if found:
        return found
    listing = ""
    with suppress(OSError):  # macOS
        asked = ["/bin/ps", "-axo", "pid=,ppid="]
        listing = subprocess.run(asked, capture_output=True, text=True, check=False, env={}).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]
