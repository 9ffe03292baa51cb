"""Results that leave no file: they go to stdout or to a device."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from krea_cli.clock import Clock
from krea_cli.flows.files.part_file import PartFile

READ_BYTES = 1 << 20  # at a time


def copy_to_stdout(
    part: PartFile, write_stdout: Callable[[Iterable[bytes]], None], clock: Clock
) -> None:
    """Write the content of PART to stdout. Raises what the writing raises."""
    _copy(part, write_stdout, clock)


def copy_to_device(part: PartFile, device: Path, clock: Clock) -> None:
    """Write the content of PART to DEVICE: a FIFO, a terminal, /dev/null. Raises `OSError`."""

    def write(pieces: Iterable[bytes]) -> None:
        # Opened only now: a FIFO waits for its reader, who must not get half a picture.
        with device.open("wb") as target:
            target.writelines(pieces)

    _copy(part, write, clock)


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
