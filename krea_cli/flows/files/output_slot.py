"""The place for the results of one job, the files in it, and the command that fills it later."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.types import JobOutput
from krea_cli.errors import KreaError, NotSaved
from krea_cli.flows.files.naming import NameFacts, escape_braces
from krea_cli.flows.files.part_file import PartFile, part_tag
from krea_cli.flows.files.part_records import open_recorded_part
from krea_cli.flows.files.target import Target
from krea_cli.local.ledger.rows import FileRow
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, RequestRow


@dataclass(frozen=True)
class Result:
    """An output of a job.

    position: its place among all outputs of the job, from 1
    index: its place among those of its kind, results or previews, from 1
    """

    url: str
    position: int
    index: int
    preview: bool


def list_results(outputs: Iterable[JobOutput]) -> list[Result]:
    """Number OUTPUTS for saving. Previews count as results if the job made nothing else."""
    outputs = tuple(outputs)
    only_previews = all(output.preview for output in outputs)
    counts = {True: 0, False: 0}
    results = []
    for position, output in enumerate(outputs, 1):
        preview = output.preview and not only_previews
        counts[preview] += 1
        results.append(Result(output.url, position, counts[preview], preview))
    return results


PAYING_HINT = "choose another name with -o; or --force, which pays for a new one and overwrites it"


@dataclass(frozen=True)
class SavedFile:
    """A result on disk.

    path: as the user would type it
    size: in bytes
    type: MIME type
    position: among all outputs of the job, from 1
    """

    path: str
    url: str
    sha256: str
    size: int
    type: str | None
    position: int

    def to_row(self, path: Path, *, at: float, preview: bool) -> FileRow:
        """Return the ledger's record of the file, which is at PATH; AT in seconds since 1970."""
        modified = None
        with suppress(OSError):
            modified = path.stat().st_mtime_ns
        return FileRow(
            index=self.position,
            url=self.url,
            path=str(path),
            sha256=self.sha256,
            size=self.size,
            type=self.type,
            preview=preview,
            modified=modified,
            at=at,
        )


@dataclass(frozen=True, kw_only=True)
class OutputSlot:
    """The place for the results of one job: the n-th of `count` of a target.

    row: the job's request in the ledger
    ledger_lasts: the ledger will still know the job when the next command runs
    copies: results that are on disk already, by position
    sidecar, embed: write the recipe beside the results, or into them, even if `row` says no
    convert: convert pictures to what their names say, even if `row` says no
    original: with `convert`, keep the picture as it came beside the result
    part_file: the locked part file for the first result
    """

    target: Target
    n: int = 1
    count: int = 1
    row: "RequestRow | None" = None
    ledger_lasts: bool = True
    copies: "Mapping[int, FileRow]" = field(default_factory=dict)
    sidecar: bool = False
    embed: bool = False
    convert: bool = False
    original: bool = True
    part_file: PartFile | None = field(default=None, compare=False)

    @cached_property
    def key(self) -> str | None:
        """The absolute place, as the ledger knows it; None when no -o was given."""
        return self.target.key(self.n, self.count)

    @property
    def converts(self) -> bool:
        """True if pictures are converted; a copy of one is another file than its row's."""
        return self.convert or bool(self.row and self.row.convert and not self.copies)

    @property
    def keeps_original(self) -> bool:
        """True if the picture stays beside what was made of it."""
        return self.original if self.convert or self.row is None else self.row.original

    def refuse_existing(self, facts: NameFacts | None = None) -> None:
        """Raise `WouldOverwrite` if the name is known and taken, before anything is paid."""
        self.target.refuse_existing(self.n, self.count, facts=facts, hint=PAYING_HINT)

    def reserve(self, row: "RequestRow", ledger: "AccountLedger | None") -> PartFile | None:
        """Lock the part file of this slot for ROW; None while a living process holds it."""
        opener = partial(open_recorded_part, ledger=ledger, request_id=row.id)
        return self.target.reserve(self.n, self.count, row_id=part_tag(row), opener=opener)

    def path(self, facts: NameFacts, result: Result, ext: str) -> str:
        """Path of RESULT, as the user would type it."""
        return self.target.path(
            facts,
            n=self.n,
            count=self.count,
            index=result.index,
            ext=ext,
            preview=result.preview,
        )

    def open_part(
        self, position: int, job_id: str, ledger: "AccountLedger | None"
    ) -> PartFile | None:
        """Open the part file for the output at POSITION; None while another process holds it."""
        if position == 1 and self.part_file is not None:
            return self.part_file
        row_id, tag = (self.row.id, part_tag(self.row)) if self.row else (None, job_id)
        opener = partial(open_recorded_part, ledger=ledger, request_id=row_id, position=position)
        return self.target.reserve(self.n, self.count, position, row_id=tag, opener=opener)

    def release(self) -> None:
        """Release the part file."""
        if self.part_file is not None:
            self.part_file.release()

    def download_command(self, job_id: str) -> str:
        """Command that saves the results here later; it needs no -o if the ledger knows it."""
        target, row = self.target, self.row
        words = f"krea download {job_id}"
        is_in_ledger = self.ledger_lasts and row and row.target
        if target.is_given and target.makes_files and not is_in_ledger:
            words += f" -o {shell_line(target.text)}"
        if target.force and target.is_given:
            words += " --force"
        return words + (f" --profile {shell_line(row.profile)}" if row and row.profile else "")

    def not_saved(self, job_id: str, cause: str, *, hint: str | None = None) -> KreaError:
        """Error for a paid result, or for a copy of one, that could not be saved.

        HINT takes the place of the command that saves it here later.
        """
        if self.copies and not (self.row and self.row.item_fingerprint):
            return KreaError(
                f"the result of job {job_id} could not be copied: {cause}",
                hint="the same command copies it again, and pays nothing",
                job_id=job_id,
            )
        return NotSaved(
            f"the result of job {job_id} is paid and could not be saved: {cause}",
            hint=hint or self.download_command(job_id),
            job_id=job_id,
        )


def download_command(job_id: str, path: str, profile: str | None = None) -> str:
    """Command that saves the results of a job at PATH, as the user would type it."""
    command = f"krea download {job_id} -o {shell_line(escape_braces(path))}"
    return command + (f" --profile {shell_line(profile)}" if profile else "")
