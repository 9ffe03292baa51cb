"""Where the results of one job go, what is there already, and what to type to get them there."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from krea_cli.errors import KreaError, NotSaved
from krea_cli.flows.files.content_type import content_type
from krea_cli.flows.files.naming import Facts
from krea_cli.flows.files.part_file import Reservation, part_tag
from krea_cli.flows.files.publish import holds
from krea_cli.flows.files.result import Result
from krea_cli.flows.files.target import Target

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow, Row


@dataclass(frozen=True)
class Saved:
    """A result on disk: path as the user would type it, bytes, MIME type, position from 1."""

    path: str
    url: str
    sha256: str
    size: int
    type: str | None
    index: int


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where the results of one job go: the n-th of `count` of a target, and what is held there.

    `lasting`: what the ledger knows of the job, the next command will know as well. `copies` are
    results that are on disk already, by position. `sidecar` and `embed`: the recipe is wanted
    beside the results, or in them, as it is where the request itself asked for it.
    """

    target: Target
    n: int = 1
    count: int = 1
    row: "Row | None" = None
    lasting: bool = True
    record: Mapping[str, Any] | None = None
    copies: "Mapping[int, FileRow]" = field(default_factory=dict)
    sidecar: bool = False
    embed: bool = False
    reservation: Reservation | None = field(default=None, compare=False)

    def name(self, facts: Facts, result: Result, ext: str) -> str:
        """The path, as the user would type it, of RESULT."""
        return self.target.name(
            facts,
            n=self.n,
            count=self.count,
            index=result.number,
            ext=ext,
            preview=result.preview,
        )

    def part(self, position: int, job_id: str) -> Reservation | None:
        """The locked part for the output at POSITION; None while another process holds it."""
        if position == 1 and self.reservation is not None:
            return self.reservation
        row_id = part_tag(self.row) if self.row else job_id
        return self.target.reserve_output(self.n, self.count, position, row_id=row_id)

    def release(self) -> None:
        """Give back what is held."""
        if self.reservation is not None:
            self.reservation.release()

    def command(self, job_id: str) -> str:
        """What to type to get the results here later; the ledger remembers its own targets."""
        target, row = self.target, self.row
        words = f"krea download {job_id}"
        if target.given and not target.to_stdout and not (self.lasting and row and row.target):
            words += f" -o {shlex.quote(target.text)}"
        if target.force and target.given:
            words += " --force"
        return words + (f" --profile {shlex.quote(row.profile)}" if row and row.profile else "")

    def lost(self, job_id: str, cause: str) -> KreaError:
        """The error for a paid result that did not get here, or for a copy of one."""
        if self.copies:
            return KreaError(
                f"the result of job {job_id} could not be copied: {cause}",
                hint="krea generate without --reuse makes it again, and is paid for",
                job_id=job_id,
            )
        return NotSaved(
            f"the result of job {job_id} is paid and could not be saved: {cause}",
            hint=self.command(job_id),
            job_id=job_id,
        )


def on_disk(files: "Sequence[FileRow]", destination: Destination, facts: Facts) -> dict[int, Saved]:
    """What of FILES is where DESTINATION wants it, unchanged, by the position of the result.

    Where the user did not say where, any place that the ledger knows will do.
    """
    target = destination.target
    kept: dict[int, Saved] = {}
    for row in files:
        ext = content_type(b"", row.type).ext
        names = [
            destination.name(facts, Result(row.url, row.index, number, preview), ext)
            for number in range(1, len(files) + 1)
            for preview in (False, True)
        ]
        if not target.given:
            names.append(target.shown(target.real(row.path)))
        shown = next(
            (name for name in names if holds(target.real(name), row.sha256, row.size)), None
        )
        if shown is not None and row.index not in kept:
            saved = Saved(shown, row.url, row.sha256, row.size, row.type, row.index)
            kept[row.index] = saved
    return kept
