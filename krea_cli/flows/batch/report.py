"""The file that a report goes to: written whole or not at all, and never over something else."""

import errno
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError, UsageError, WouldOverwrite
from krea_cli.flows.batch.report_entry import LONGEST_LINE, entries, parse_entry
from krea_cli.flows.files.part_file import open_part, part_path
from krea_cli.flows.files.publish import publish

if TYPE_CHECKING:
    from krea_cli.clock import Clock
    from krea_cli.flows.batch.item import Item
    from krea_cli.local.ledger.account_ledger import AccountLedger

_DESCRIPTOR = re.compile(r"/dev/(?:(stdout|stderr)|fd/(\d{1,4}))")
_STANDARD = {"stdout": 1, "stderr": 2}


def check_report(path: str, *, cwd: Path) -> None:
    """Refuse a PATH that a report cannot be written to; to be asked before money is spent.

    Raises UsageError, and WouldOverwrite for a file that is there and is no report.
    """
    if path in ("", "-"):
        raise UsageError("--report needs a file", hint="--report report.jsonl, or /dev/stdout")
    try:
        _check(path, _real(path, cwd))
    except OSError as failure:
        raise _unusable(path, failure.strerror or str(failure)) from failure
    except UsageError:
        raise
    except KreaError as error:
        raise _unusable(path, error.message) from error


def _check(path: str, real: Path) -> None:
    if (number := _descriptor(path)) is not None:
        os.fstat(number)
    elif path.endswith("/") or real.is_dir():
        raise _unusable(path, "it is a folder")
    elif _passes_through(real):
        if not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    else:
        _expect_report(real, path)
        if part := open_part(part_path(real)):
            part.release()


def write_report(
    path: str, items: "Iterable[Item]", ledger: "AccountLedger", *, cwd: Path, clock: "Clock"
) -> None:
    """Write the report on ITEMS, in their order, to PATH; what was there is replaced.

    Targets and PATH are relative to CWD. A link is followed; a FIFO, a device and /dev/stdout are
    written to as they are. Raises KreaError and LedgerUnusable; the old report then stays.
    """
    real = _real(path, cwd)
    direct = _descriptor(path) is not None or _passes_through(real)
    folder = None if direct else real.parent
    told = entries(items, ledger, cwd=cwd, folder=folder)
    lines = ((json.dumps(entry) + "\n").encode() for entry in told)
    try:
        if direct:
            _pour(path, real, lines, clock)
        else:
            _replace(real, lines)
    except OSError as failure:
        raise KreaError(
            f"the report {path} could not be written: {failure.strerror or failure}",
            hint="make room for it; the same command again writes it, and pays nothing twice",
        ) from failure


def _replace(real: Path, lines: Iterator[bytes]) -> None:
    import hashlib

    # Two runs of one batch may end at the same moment: each writes its own, the later one stays.
    own = f"{real.name}-{os.getpid()}"
    part = open_part(part_path(real)) or open_part(part_path(real.with_name(own)))
    if part is None or part.path is None:
        raise KreaError(f"another krea is writing {real}", hint="run the same command again")
    content = hashlib.sha256()
    try:
        with os.fdopen(os.dup(part.file), "wb") as file:
            for line in lines:
                content.update(line)
                file.write(line)
        publish(part, real, sha256=content.hexdigest(), force=True)
    finally:
        part.release()


def _pour(path: str, real: Path, lines: Iterator[bytes], clock: "Clock") -> None:
    # A FIFO waits for its reader, who may never come: a signal ends that, and after one nobody
    # is waited for.
    waiting = nullcontext() if clock.stopping else clock.exposed()
    number = _descriptor(path)
    with waiting, suppress(BrokenPipeError):  # whoever left has read enough
        if number is not None:
            file = os.dup(number)
        else:
            file = os.open(real, os.O_WRONLY | (os.O_NONBLOCK if clock.stopping else 0))
            os.set_blocking(file, True)
        with os.fdopen(file, "wb") as stream:
            stream.writelines(lines)


def _real(path: str, cwd: Path) -> Path:
    """The file behind PATH, links followed."""
    return Path(os.path.realpath(cwd / path))


def _descriptor(path: str) -> int | None:
    """The open file that PATH names, as /dev/stdout does; to open it anew would truncate it."""
    met = _DESCRIPTOR.fullmatch(path)
    if met is None:
        return None
    return _STANDARD[met[1]] if met[1] else int(met[2])


def _passes_through(real: Path) -> bool:
    """Whether what is written there does not stay: a FIFO, a device, a socket."""
    try:
        return not (stat.S_ISREG(mode := real.stat().st_mode) or stat.S_ISDIR(mode))
    except (FileNotFoundError, NotADirectoryError):
        return False


def _expect_report(real: Path, path: str) -> None:
    """Refuse to replace what may be the file of prompts itself."""
    try:
        with real.open("rb") as file:
            first = file.readline(LONGEST_LINE)
    except (FileNotFoundError, NotADirectoryError):
        return
    if first and parse_entry(first) is None:
        raise WouldOverwrite(
            f"{path} is there, and is no report of a batch",
            hint="--report with another name; only a report is replaced",
        )


def _unusable(path: str, reason: str) -> UsageError:
    return UsageError(
        f"a report cannot be written to {path}: {reason}",
        hint="--report FILE, in a folder that can be written",
    )
