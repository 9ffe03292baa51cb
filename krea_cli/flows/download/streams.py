"""Results that leave no file: they go to stdout or to a device."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from krea_cli.clock import Clock
from krea_cli.errors import NotSaved
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.whole_writes import READER_GONE_ERRORS, write_all

READ_BYTES = 1 << 20  # at a time
READER_POLL_SECONDS = 0.1


def copy_to_stdout(
    part: PartFile, write_stdout: Callable[[Iterable[bytes]], None], clock: Clock
) -> None:
    """Write the content of PART to stdout. Raises what the writing raises."""
    _copy(part, write_stdout, clock)


def copy_to_device(
    part: PartFile,
    device: Path,
    clock: Clock,
    *,
    descriptor: int | None = None,
    until: float | None = None,
) -> None:
    """Write the content of PART to DEVICE: a FIFO, a terminal, /dev/null.

    descriptor: the open descriptor that DEVICE stands for; opened anew, a pipe without a reader
        would wait for ever
    until: the end of the waiting for a reader of a FIFO, monotonic; None waits for ever

    Raises `OSError`, and `NotSaved` if there is no reader, or none any more.
    """
    # Opened only now: a FIFO waits for its reader, who must not get half a picture.
    opened = _open(device, clock, until) if descriptor is None else os.dup(descriptor)

    def write(pieces: Iterable[bytes]) -> None:
        try:
            for piece in pieces:
                write_all(opened, piece)
        except OSError as failure:
            if failure.errno in READER_GONE_ERRORS:
                raise NotSaved(f"nobody reads {device} any more") from failure
            raise
        finally:
            os.close(opened)

    _copy(part, write, clock)


def _open(device: Path, clock: Clock, until: float | None) -> int:
    while True:
        try:
            return os.open(device, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as failure:
            if failure.errno != errno.ENXIO or not device.is_fifo():
                raise
        if until is not None and clock.monotonic() >= until:
            raise NotSaved(f"nobody opened {device} to read it")
        clock.sleep(READER_POLL_SECONDS)


def _copy(part: PartFile, write: Callable[[Iterable[bytes]], None], clock: Clock) -> None:
    file = os.dup(part.fd)

    def copy() -> None:
        try:
            write(_read_pieces(file))
        finally:
            os.close(file)

    clock.wait_for(copy)  # in a worker, as a reader may keep us waiting for ever


def _read_pieces(file: int) -> Iterator[bytes]:
    at = 0
    while chunk := os.pread(file, READ_BYTES, at):
        yield chunk
        at += len(chunk)
