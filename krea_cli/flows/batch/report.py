"""Write the report of a batch: whole or not at all, and never over any other kind of file."""

import errno
import io
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError, UsageError, WouldOverwrite
from krea_cli.flows.batch.report_entry import MAX_ENTRY_BYTES, parse_entry, report_records
from krea_cli.flows.files.links import follow_links
from krea_cli.flows.files.part_file import part_path
from krea_cli.flows.files.part_records import open_recorded_part
from krea_cli.flows.files.publish import write_file
from krea_cli.flows.files.whole_writes import WholeWrites

if TYPE_CHECKING:
    from krea_cli.clock import Clock
    from krea_cli.flows.batch.item import Item
    from krea_cli.flows.batch.report_entry import FindElsewhere
    from krea_cli.local.ledger.account_ledger import AccountLedger

DESCRIPTOR_PATH = r"/dev/(?:(stdout|stderr)|fd/(\d{1,4}))"
STANDARD_DESCRIPTORS = {"stdout": 1, "stderr": 2}


def check_report(path: str, *, cwd: Path, ledger: "AccountLedger | None" = None) -> None:
    """Check that a report can be written to PATH, before money is spent.

    LEDGER records the part file.
    Raises UsageError, and WouldOverwrite if PATH exists and is not a report.
    """
    if path in ("", "-"):
        raise UsageError("--report needs a file", hint="--report report.jsonl, or /dev/stdout")
    try:
        _check_writable(path, Path(follow_links(cwd / os.path.expanduser(path))), ledger)
    except OSError as failure:
        raise _cannot_write_report(path, failure.strerror or str(failure)) from failure
    except UsageError:
        raise
    except KreaError as error:
        raise _cannot_write_report(path, error.message) from error


def _check_writable(path: str, real: Path, ledger: "AccountLedger | None") -> None:
    if (number := _descriptor(path)) is not None:
        os.fstat(number)
    elif path.endswith("/") or real.is_dir():
        raise _cannot_write_report(path, "it is a folder")
    elif _is_stream(real):
        if not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    else:
        _refuse_other_file(real, path)
        if part := open_recorded_part(part_path(real), ledger, request_id=None):
            part.release()


def write_report(
    path: str,
    items: "Iterable[Item]",
    ledger: "AccountLedger",
    *,
    cwd: Path,
    clock: "Clock",
    find_elsewhere: "FindElsewhere" = lambda _: None,
) -> None:
    """Write the report on ITEMS, in their order, to PATH; replace an earlier report.

    Targets and PATH are relative to CWD. A link is followed. A FIFO, a device and /dev/stdout are
    written to as they are. FIND_ELSEWHERE finds what another host has sent for an item.
    Raises KreaError and LedgerUnusable; an earlier report then stays.
    """
    real = Path(follow_links(cwd / os.path.expanduser(path)))
    is_direct = _descriptor(path) is not None or _is_stream(real)
    folder = None if is_direct else real.parent
    records = report_records(items, ledger, cwd=cwd, folder=folder, find_elsewhere=find_elsewhere)
    lines = ((json.dumps(entry) + "\n").encode() for entry in records)
    try:
        if is_direct:
            _write_stream(path, real, lines, clock)
        else:
            # Two runs may end at the same moment: each writes its own, and the later stays.
            own_name = f"{real.name}-{os.getpid()}"
            open_part = partial(open_recorded_part, ledger=ledger, request_id=None)
            part = open_part(part_path(real)) or open_part(part_path(real.with_name(own_name)))
            write_file(part, real, lines, force=True)
    except OSError as failure:
        raise KreaError(
            f"the report {path} could not be written: {failure.strerror or failure}",
            hint="make room for it; the same command again writes it, and pays nothing twice",
        ) from failure


def _write_stream(path: str, real: Path, lines: Iterator[bytes], clock: "Clock") -> None:
    # A FIFO waits for its reader, who may never come: a signal ends the wait. After a signal there
    # is no wait at all.
    waiting = nullcontext() if clock.stopping else clock.interruptible()
    number = _descriptor(path)
    with waiting, suppress(BrokenPipeError):  # the reader had enough
        if number is not None:
            with io.BufferedWriter(WholeWrites(number)) as stream:
                stream.writelines(lines)
            return
        fd = os.open(real, os.O_WRONLY | (os.O_NONBLOCK if clock.stopping else 0))
        os.set_blocking(fd, True)
        with os.fdopen(fd, "wb") as fifo:
            fifo.writelines(lines)


def _descriptor(path: str) -> int | None:
    """Descriptor of the open file that PATH names, such as /dev/stdout.

    To open that file anew would truncate it.
    """
    match = re.fullmatch(DESCRIPTOR_PATH, path)
    if match is None:
        return None
    return STANDARD_DESCRIPTORS[match[1]] if match[1] else int(match[2])


def _is_stream(real: Path) -> bool:
    """Tell if bytes written to REAL do not stay: it is a FIFO, a device or a socket."""
    try:
        return not (stat.S_ISREG(mode := real.stat().st_mode) or stat.S_ISDIR(mode))
    except (FileNotFoundError, NotADirectoryError):
        return False


def _refuse_other_file(real: Path, path: str) -> None:
    """Refuse to replace any other file: it may be the list itself."""
    try:
        with real.open("rb") as file:
            first = file.readline(MAX_ENTRY_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return
    if first and parse_entry(first) is None:
        raise WouldOverwrite(
            f"{path} exists, and is not a report of a batch",
            hint="--report with another name; only a report is replaced",
        )


def _cannot_write_report(path: str, reason: str) -> UsageError:
    return UsageError(
        f"a report cannot be written to {path}: {reason}",
        hint="--report FILE, in a folder that can be written to",
    )
