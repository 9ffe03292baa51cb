"""Hold the files on disk against the report of a batch."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import UsageError
from krea_cli.flows.batch.report_entry import Entry, Reported, parse_entry

if TYPE_CHECKING:
    from krea_cli.clock import Clock

CHUNK = 1 << 20


@dataclass(frozen=True)
class Finding:
    """A file that is not as reported: "missing", "changed" or "unreadable", and why."""

    state: str
    path: str
    line: int  # of the item in the file of the batch
    job_id: str | None
    reason: str

    def record(self) -> dict[str, object]:
        """The finding as `--json` tells it."""
        return dict(vars(self))


@dataclass
class Verification:
    """What was found so far: files looked at, those that are wrong, items that have no file."""

    items: int = 0
    files: int = 0
    wrong: Counter[str] = field(default_factory=Counter)  # by the state of the finding
    without: Counter[str] = field(default_factory=Counter)  # by the state of the item
    first: Finding | None = None

    @property
    def good(self) -> int:
        """How many files are as reported."""
        return self.files - self.wrong.total()

    def findings(
        self, lines: Iterable[bytes], *, name: str, folder: Path, clock: "Clock"
    ) -> Iterator[Finding]:
        """Look at each file of the report; yield those that are not as it says, as they are met.

        LINES are read as a stream; NAME is what the report is called. Paths in it are relative to
        FOLDER. Raises UsageError for a line that is none of a report, Interrupted at a signal.
        """
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            entry = parse_entry(text)
            if entry is None:
                raise UsageError(
                    f"line {number} of {name} is no line of a report",
                    hint="krea batch FILE --report REPORT writes one; then krea verify REPORT",
                )
            yield from self._of_entry(entry, folder, clock)

    def _of_entry(self, entry: Entry, folder: Path, clock: "Clock") -> Iterator[Finding]:
        self.items += 1
        if not entry.files:
            self.without[entry.state] += 1
        for file in entry.files:
            clock.check()
            self.files += 1
            if wrong := _looked_at(file, folder, clock):
                state, reason = wrong
                self.wrong[state] += 1
                path = str(folder / file.path)
                finding = Finding(state, path, entry.line, entry.job_id, reason)
                self.first = self.first or finding
                yield finding


def _looked_at(file: Reported, folder: Path, clock: "Clock") -> tuple[str, str] | None:
    """What is wrong with FILE, and why; None when it is as reported."""
    path = folder / file.path
    try:
        found = path.stat()
        # Whoever wrote the report may have named a FIFO, which would keep us waiting for ever.
        if not stat.S_ISREG(found.st_mode):
            return "changed", "no file any more"
        if found.st_size != file.size:
            return "changed", f"{found.st_size} bytes instead of {file.size}"
        if _digest(path, clock) != file.sha256:
            return "changed", "other content of the same size"
    except (FileNotFoundError, NotADirectoryError):
        return "missing", "no such file"
    except OSError as failure:
        return "unreadable", failure.strerror or str(failure)
    return None


def _digest(path: Path, clock: "Clock") -> str:
    """As `publish.digest`, but answers a signal between two pieces: videos are large."""
    import hashlib

    content = hashlib.sha256()
    with open(path, "rb", buffering=0, opener=_opener) as file:
        while chunk := file.read(CHUNK):
            content.update(chunk)
            clock.check()
    return content.hexdigest()


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # in case it became a FIFO a moment ago
