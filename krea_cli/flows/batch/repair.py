"""Put back the files of a report: copied, or fetched once more. Nothing is ever paid.

Only the bytes that were reported are put back. A file with other bytes stays in its place, unless
the user forces it.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import (
    Interrupted,
    KreaError,
    LedgerUnusable,
    NoToken,
    StillRunning,
    TokenRefused,
    Unreachable,
)
from krea_cli.flows.backoff import retry
from krea_cli.flows.batch.report_entry import ReportedFile, ReportEntry
from krea_cli.flows.batch.verify import BrokenFile
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.convert_saved import convert_part
from krea_cli.flows.download.recipe_writer import RecipeWriter
from krea_cli.flows.events import WarningNote
from krea_cli.flows.files.kept_files import is_only_copy
from krea_cli.flows.files.links import follow_links
from krea_cli.flows.files.naming import add_suffix
from krea_cli.flows.files.originals import is_original
from krea_cli.flows.files.output_slot import OutputSlot, Result, list_results
from krea_cli.flows.files.part_file import PartFile, part_path
from krea_cli.flows.files.part_records import open_recorded_part
from krea_cli.flows.files.publish import has_hash, publish
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.transfer.fetch import PartContent, copy_into, disk_error
from krea_cli.flows.transfer.result_source import ResultSource
from krea_cli.flows.transfer.result_status import ResultGone

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger

REPAIRED_SUFFIX = ".repaired"  # of a name beside the place of another file
MAX_RETRY_SECONDS = 30.0  # that a job is asked for, while faults may pass
# With these, the next file would fail as well.
LASTING_ERRORS = (NoToken, TokenRefused, Unreachable)


@dataclass(frozen=True)
class Repair:
    """The end of one repair.

    state: "repaired", "beside" the place of another file, or the state of the problem still
    reason: where the bytes came from, or why there are none
    path: the file with the reported bytes; None without one
    """

    broken: BrokenFile
    state: str
    reason: str
    path: Path | None = None


class Repairer:
    """Repairs files of a report whose paths are relative to FOLDER.

    intact: paths of contents that are as reported, by their hash
    force: files with other bytes are replaced
    open_context: gives the context; raises `NoToken`
    list_ledgers: gives the ledger of each account, also without a token; raises LedgerUnusable
    """

    def __init__(
        self,
        folder: Path,
        intact: Mapping[str, Path],
        *,
        force: bool,
        open_context: Callable[[], FlowContext],
        list_ledgers: "Callable[[], Sequence[AccountLedger]]",
    ) -> None:
        self._folder = folder
        self._intact = intact
        self._force = force
        self._open_context = open_context
        self._list_ledgers = list_ledgers
        self._context: FlowContext | None = None
        self._lasting_error: KreaError | None = None
        self._jobs: dict[str, Job] = {}  # of the last entry

    def repair(self, broken: BrokenFile) -> Repair:
        """Put the reported bytes of BROKEN back. Raises Interrupted."""
        self._context = self._context or self._find_context()
        try:
            return self._repair(broken)
        except Interrupted:
            raise
        except KreaError as error:
            if isinstance(error, LASTING_ERRORS):
                self._lasting_error = error
            return Repair(broken, broken.problem.state, error.message)
        except OSError as failure:
            return Repair(broken, broken.problem.state, disk_error(failure).message)

    def _find_context(self) -> FlowContext | None:
        try:
            return self._open_context()
        except NoToken as error:
            self._lasting_error = error
            return None

    def _repair(self, broken: BrokenFile) -> Repair:
        file, state = broken.file, broken.problem.state
        place = Path(follow_links(self._folder / file.path))
        self._refuse_foreign_place(place, broken)
        replaces = self._force and place.is_file()
        if state == "missing" or replaces:
            goal, state = place, "repaired"
        else:
            goal, state = place.with_name(add_suffix(place.name, REPAIRED_SUFFIX)), "beside"
            if has_hash(goal, file.sha256, file.size):
                return Repair(broken, state, "it is there already", goal)
        if replaces and any(is_only_copy(place, each) for each in self._list_ledgers()):
            raise KreaError("another result of the ledger is there, and nowhere else")
        ledger = self._context.account_ledger if self._context else None
        part = open_recorded_part(part_path(goal), ledger, request_id=None)
        if part is None:
            raise KreaError(f"another krea is writing {goal}")
        try:
            source = self._fill(part, broken.entry, file, place)
            done = publish(part, goal, sha256=file.sha256, force=replaces)
        finally:
            part.release()
        if done.name_was_taken:
            state = "beside"
        self._record(broken, done.path)
        return Repair(broken, state, source, done.path)

    def _refuse_foreign_place(self, place: Path, broken: BrokenFile) -> None:
        """Raise KreaError for a place outside: anybody may have written the report."""
        if place.is_relative_to(os.path.realpath(self._folder)):
            return
        records = self._context.records.files(broken.entry.job_id or "") if self._context else ()
        if not any(os.path.realpath(file.path) == str(place) for file in records):
            raise KreaError(
                "it is outside of the folder of the report, and the ledger knows nothing of it"
            )

    def _fill(self, part: PartFile, entry: ReportEntry, file: ReportedFile, place: Path) -> str:
        """Fill PART with the bytes of FILE; return where they came from. Raises KreaError."""
        for path in self._list_copies(file):
            if path != place and has_hash(path, file.sha256, file.size):
                if copy_into(path, part).sha256 == file.sha256:
                    return f"copied from {path}"
                os.ftruncate(part.fd, 0)
        for path in self._list_originals(entry):
            if path != place:
                copy_into(path, part)
                if convert_part(part, file.path, wanted=file.sha256):
                    return f"converted from {path}"
                os.ftruncate(part.fd, 0)
        self._fetch(part, entry, file)
        return "fetched"

    def _list_copies(self, file: ReportedFile) -> Iterator[Path]:
        """Yield places that may have the bytes of FILE."""
        if file.sha256 in self._intact:
            yield self._intact[file.sha256]
        if self._context and (ledger := self._context.account_ledger):
            try:
                owners = ledger.files.list_owners(file.sha256)
            except LedgerUnusable:
                return
            for owner in owners:
                yield from (Path(each.path) for each in owner.files)

    def _list_originals(self, entry: ReportEntry) -> Iterator[Path]:
        """Yield the unchanged originals of pictures of ENTRY that were converted."""
        if self._context and entry.job_id:
            for each in self._context.records.files(entry.job_id):
                if is_original(each.path) and has_hash(Path(each.path), each.sha256, each.size):
                    yield Path(each.path)

    def _fetch(self, part: PartFile, entry: ReportEntry, file: ReportedFile) -> None:
        """Fetch the result that is FILE into PART. Raises KreaError."""
        if self._lasting_error:
            raise self._lasting_error
        if entry.job_id is None:
            raise KreaError("no copy is known, and the report names no job")
        assert self._context is not None
        job = self._read_job(entry.job_id, self._context)
        gone: ResultGone | None = None
        for result in self._order(job, entry, file, self._context):
            try:
                content, _ = ResultSource(self._context).fetch(job.id, result, part)
            except ResultGone as error:
                gone = error
                continue
            if content.sha256 == file.sha256:
                return
            if self._embed(part, content, job, self._context) == file.sha256:
                return
            if convert_part(part, file.path, wanted=file.sha256):
                return
            os.ftruncate(part.fd, 0)
        raise gone or KreaError(f"job {job.id} has no result with the reported bytes")

    def _read_job(self, job_id: str, context: FlowContext) -> Job:
        """Read the ended job JOB_ID, once for all files of an entry. Raises KreaError."""
        if job_id not in self._jobs:
            read = partial(context.api.get_job, job_id)
            self._jobs = {job_id: retry(context, read, seconds=MAX_RETRY_SECONDS)}
        job = self._jobs[job_id]
        if failure := job_failure(job):
            raise failure
        if not job.ended:
            raise StillRunning(f"job {job.id} still runs", job_id=job.id)
        return job

    def _order(
        self, job: Job, entry: ReportEntry, file: ReportedFile, context: FlowContext
    ) -> list[Result]:
        """Order the results of JOB, the one first that is FILE by the ledger or by its number."""
        records = context.records.files(job.id)
        known = {each.index for each in records if each.sha256 == file.sha256}
        number = entry.files.index(file) + 1
        results = list_results(job.outputs)
        return sorted(
            results, key=lambda each: (each.position not in known, each.position != number)
        )

    def _embed(self, part: PartFile, content: PartContent, job: Job, context: FlowContext) -> str:
        """Write the recipe into PART, if --embed did; return the hash of what it is then."""
        row = context.records.row(job.id)
        if row is None or not row.embed:
            return content.sha256
        target = parse_target("./", cwd=self._folder)
        writer = RecipeWriter(job, OutputSlot(target=target, row=row), context)
        return writer.embed(part, content).sha256

    def _record(self, broken: BrokenFile, path: Path) -> None:
        """Record that the result is at PATH, if the ledger knows its job."""
        context, job_id = self._context, broken.entry.job_id
        if context is None or job_id is None or context.account_ledger is None:
            return
        for record in context.records.files(job_id):
            if record.sha256 == broken.file.sha256:
                modified, now = path.stat().st_mtime_ns, context.clock.now()
                row = replace(record, path=str(path), modified=modified, at=now)
                try:
                    context.account_ledger.files.record(job_id, [row])
                except LedgerUnusable as error:
                    text = f"the ledger is not kept up to date: {error.message}"
                    context.tell(WarningNote(text))
                return
