"""Compare the files on disk with the report of a batch."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import UsageError
from krea_cli.flows.batch.report_entry import ReportedFile, ReportEntry, parse_entry
from krea_cli.flows.files.naming import add_suffix
from krea_cli.flows.files.originals import is_original

if TYPE_CHECKING:
    from krea_cli.clock import Clock

HASH_CHUNK_BYTES = 1 << 20
NOT_A_FILE = "not a file any more"


@dataclass(frozen=True)
class FileProblem:
    """A file that is not as reported.

    state: "missing", "changed" or "unreadable"
    line: that of the item in the list
    """

    state: str
    path: str
    line: int
    job_id: str | None
    reason: str

    def as_dict(self) -> dict[str, object]:
        """JSON object with the attributes as keys."""
        return dict(vars(self))


@dataclass(frozen=True)
class BrokenFile:
    """A file that is not as reported, and its entry in the report."""

    problem: FileProblem
    entry: ReportEntry
    file: ReportedFile


@dataclass
class Verification:
    """A check of the files in a report, with the totals so far.

    problem_counts: files that are not as reported, by `FileProblem.state`
    fileless_counts: items without a file, by their state in the report
    first_output: path for -o that puts the results of the first problem's job in their places;
        None if there is no such path
    problem_items: number of items with a problem
    intact_paths: a path of each intact content, by its hash; None collects none
    """

    items: int = 0
    files: int = 0
    problem_counts: Counter[str] = field(default_factory=Counter)
    fileless_counts: Counter[str] = field(default_factory=Counter)
    first_problem: FileProblem | None = None
    first_output: Path | None = None
    problem_items: int = 0
    intact_paths: dict[str, Path] | None = None

    @property
    def intact_files(self) -> int:
        """Number of files that are as reported."""
        return self.files - self.problem_counts.total()

    def find_problems(
        self, lines: Iterable[bytes], *, name: str, folder: Path, clock: "Clock"
    ) -> Iterator[FileProblem]:
        """Check each file in the report NAME, as `find_broken` does; yield only the problems."""
        broken = self.find_broken(lines, name=name, folder=folder, clock=clock)
        return (each.problem for each in broken)

    def find_broken(
        self, lines: Iterable[bytes], *, name: str, folder: Path, clock: "Clock"
    ) -> Iterator[BrokenFile]:
        """Check each file in the report NAME, a stream of LINES; yield those with a problem.

        Paths in the report are relative to FOLDER. Raises UsageError for a line that is not an
        entry, and Interrupted at a signal.
        """
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            entry = parse_entry(text)
            if entry is None:
                raise UsageError(
                    f"line {number} of {name} is not a line of a report",
                    hint="krea batch FILE --report REPORT writes one; then krea verify REPORT",
                )
            yield from self._check_entry(entry, folder, clock)

    def _check_entry(
        self, entry: ReportEntry, folder: Path, clock: "Clock"
    ) -> Iterator[BrokenFile]:
        self.items += 1
        if not entry.files:
            self.fileless_counts[entry.state] += 1
        is_counted = False
        for file in entry.files:
            clock.raise_if_interrupted()
            self.files += 1
            if difference := _compare(file, folder, clock):
                state, reason = difference
                self.problem_counts[state] += 1
                path = str(folder / file.path)
                problem = FileProblem(state, path, entry.line, entry.job_id, reason)
                if self.first_problem is None:
                    self.first_problem = problem
                    self.first_output = _common_output(entry, folder)
                self.problem_items += not is_counted
                is_counted = True
                yield BrokenFile(problem, entry, file)
            elif self.intact_paths is not None:
                self.intact_paths.setdefault(file.sha256, folder / file.path)


def _common_output(entry: ReportEntry, folder: Path) -> Path | None:
    """The -o that names all files of ENTRY: its first, if the others are numbered after it."""
    paths = [file.path for file in entry.files if not is_original(file.path)] or [""]
    numbered = [paths[0], *(add_suffix(paths[0], f"-{n}") for n in range(2, len(paths) + 1))]
    return folder / paths[0] if paths == numbered else None


def _compare(file: ReportedFile, folder: Path, clock: "Clock") -> tuple[str, str] | None:
    """Compare FILE with the disk: its state and the reason, or None if it is as reported."""
    path = folder / file.path
    try:
        status = path.stat()
        # The report may come from anybody, and may name a FIFO: to open one could block for ever.
        if not stat.S_ISREG(status.st_mode):
            return "changed", NOT_A_FILE
        if status.st_size != file.size:
            return "changed", f"{status.st_size} bytes instead of {file.size}"
        if _hash_file_unless_stopped(path, clock) != file.sha256:
            return "changed", "other content of the same size"
    except (FileNotFoundError, NotADirectoryError):
        return "missing", "no such file"
    except OSError as failure:
        return "unreadable", failure.strerror or str(failure)
    return None


def _hash_file_unless_stopped(path: Path, clock: "Clock") -> str:
    """Hash a file like `publish.hash_file`; videos are large, so a signal may end it."""
    import hashlib

    hasher = hashlib.sha256()
    # Without waiting, in case it became a FIFO a moment ago.
    with open(
        path, "rb", buffering=0, opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)
    ) as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            hasher.update(chunk)
            clock.raise_if_interrupted()
    return hasher.hexdigest()
