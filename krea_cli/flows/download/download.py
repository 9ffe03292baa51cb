"""`krea download`: what is known of each named job, then wait if need be, and save."""

from collections.abc import Callable, Iterator, Sized
from dataclasses import replace

from krea_cli.api.jobs import parse_job
from krea_cli.api.types import Job
from krea_cli.errors import KreaError, Unanswered, UsageError, WouldOverwrite
from krea_cli.flows.download.collect import JobOutcome, PendingJob, unreadable_job_error
from krea_cli.flows.download.recipe_writer import RecipeWriter, write_missing_sidecars
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.download.save_many import MAX_TAKEN_JOBS, save_many
from krea_cli.flows.events import Note, WarningNote
from krea_cli.flows.files.existing_results import ExistingResults, find_existing_results
from krea_cli.flows.files.naming import NameFacts, escape_braces
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.part_records import remove_abandoned_parts
from krea_cli.flows.files.target import Target, names_stream
from krea_cli.flows.jobs.job_ids import JobMention
from krea_cli.flows.jobs.record import JobReport, Reference, failure_in_record
from krea_cli.flows.jobs.status import StatusReader
from krea_cli.flows.jobs.watch import TypicalSeconds, Watch, watch_reference
from krea_cli.local.ledger.rows import RequestRow


class Download:
    """One `krea download`.

    several: more than one job may come, so an exact -o is numbered
    typical: gives the usual seconds of a model, None where unknown
    timeout_for: gives the seconds to wait for a job of a kind; None waits for ever
    refuse: takes a line of stdin that names no job
    """

    def __init__(
        self,
        saver: ResultSaver,
        target: Target,
        *,
        several: bool,
        typical: TypicalSeconds,
        timeout_for: Callable[[str | None], float | None],
        refuse: Callable[[UsageError], None],
        sidecar: bool = False,
        embed: bool = False,
        convert: bool = False,
        original: bool = True,
    ) -> None:
        self._saver = saver
        self._context = saver.context
        self._target = target
        self._several = several
        self._typical = typical
        self._timeout_for = timeout_for
        self._refuse = refuse
        self._sidecar = sidecar
        self._embed = embed
        self._convert = convert
        self._original = original
        self._watch = Watch(saver.context)

    def outcomes(self, mentions: Iterator[JobMention]) -> Iterator[JobOutcome]:
        """Yield an outcome per named job, in the order in which they end or are known."""
        return save_many(
            self._named(mentions),
            self._watch,
            self._saver,
            look_again=self._look_again,
            max_taken=MAX_TAKEN_JOBS,
        )

    def missing(self, reader: StatusReader) -> Iterator[JobOutcome]:
        """Yield an outcome per ended job of the ledger whose results were never saved.

        They go where they were first meant to, whatever the current folder is. Jobs that still
        run are left alone, and told at the end.
        """
        yield from save_many(self._unsaved(reader), self._watch, self._saver)
        remove_abandoned_parts(self._saver.context.ledger)

    def _unsaved(self, reader: StatusReader) -> Iterator[PendingJob]:
        rows = {row.job_id: row for row in self._unsaved_rows() if row.job_id}
        running = []
        for group in reader.groups(Reference(job_id) for job_id in rows):
            for status in group:
                if isinstance(status, UsageError):
                    continue
                if status.job is not None and not status.job.ended:
                    running.append(status.job_id)
                    continue
                yield self._unsaved_job(status, rows[status.job_id])
        if running:
            run = "job still runs" if len(running) == 1 else "jobs still run"
            self._context.tell(Note(f"{len(running)} {run}: {' '.join(running)}"))

    def _unsaved_job(self, status: JobReport, row: RequestRow) -> PendingJob:
        slot = OutputSlot(
            target=self._target.or_remembered(_with_folder_as_target(row)),
            count=_remembered_count(row),
            row=row,
            sidecar=self._sidecar,
            embed=self._embed,
            convert=self._convert,
            original=self._original,
        )
        until = self._until(row)
        pending = PendingJob(job_id=status.job_id, slot=slot, job=status.job, until=until)
        if status.error is None:
            return pending
        return replace(pending, error=unreadable_job_error(pending, status.error))

    def _unsaved_rows(self) -> list[RequestRow]:
        ledger = self._context.account_ledger
        if ledger is None:
            raise KreaError("without the ledger nobody knows what is missing", hint="krea doctor")
        return ledger.history.list_unsaved()

    def _named(self, mentions: Iterator[JobMention]) -> Iterator[PendingJob | None]:
        n = 0
        for mention in mentions:
            if mention is None:
                yield None
            elif isinstance(mention, UsageError):
                self._refuse(mention)
            else:
                pending = self._pending_job(mention, n + 1)
                n += pending.error is None
                yield pending

    def _pending_job(self, reference: Reference, n: int) -> PendingJob:
        """Look up a named job with as few requests as possible."""
        slot = self._slot(self._context.records.row(reference.job_id), n)
        job = _recorded_job(reference)
        pending = PendingJob(job_id=reference.job_id, slot=slot, job=job, record=reference.record)
        if failure := failure_in_record(reference.record or {}):
            return replace(pending, error=failure)
        existing = self._find_saved(pending)
        if existing.is_done:
            self._saver.record_places(pending.job_id, existing, slot)
            return self._write_sidecars(replace(pending, saved=existing.files))
        pending = self._judge_names(pending, existing)
        if pending.error is not None:
            return pending
        pending = replace(pending, until=self._until(slot.row))
        if job is None:
            watch_reference(self._watch, reference, slot.row, self._context, typical=self._typical)
        return pending

    def _judge_names(self, pending: PendingJob, existing: ExistingResults) -> PendingJob:
        try:
            self._refuse_existing(pending, existing)
        except KreaError as error:
            error.job_id = error.job_id or pending.job_id
            return replace(pending, error=error)
        return pending

    def _look_again(self, pending: PendingJob) -> PendingJob:
        """Judge the name of a finished job again, once the job before it that wanted it is over."""
        if pending.job is None:
            return pending
        return self._judge_names(pending, self._find_saved(pending))

    def _slot(self, row: RequestRow | None, n: int) -> OutputSlot:
        target = self._target.or_remembered(row)
        # A target that the ledger remembers has its number in its name already.
        is_numbered = self._several and not target.is_remembered
        remembered = _remembered_count(row) if row and target.is_remembered else 1
        return OutputSlot(
            target=target,
            n=n if is_numbered else 1,
            count=2 if is_numbered else remembered,
            row=row,
            sidecar=self._sidecar,
            embed=self._embed,
            convert=self._convert,
            original=self._original,
        )

    def _find_saved(self, pending: PendingJob) -> ExistingResults:
        """The files of a job that was saved before."""
        slot, row = pending.slot, pending.slot.row
        if row is None or row.state != "saved" or not slot.target.makes_files:
            return ExistingResults()
        files = self._context.records.files(pending.job_id)
        facts = NameFacts(row.prompt, row.model, row.seed, pending.job_id, row.created_at)
        return find_existing_results(files, slot, facts)

    def _write_sidecars(self, pending: PendingJob) -> PendingJob:
        """Write the sidecars asked for now beside files that were saved before."""
        slot, job_id = pending.slot, pending.job_id
        if self._embed:
            text = f"the files of job {job_id} are saved already: --embed leaves them alone"
            self._context.tell(WarningNote(text))
        if slot.row is None:
            return pending
        if not self._sidecar:
            try:
                write_missing_sidecars(job_id, slot, pending.saved, self._context)
            except KreaError as error:
                return replace(pending, error=error)
            return pending
        job = Job(job_id, "completed")
        writer = RecipeWriter(job, replace(slot, embed=False), self._context)
        try:
            for saved in pending.saved:
                writer.write_sidecar(saved, slot.target.real_path(saved.path))
        except OSError as failure:
            cause = failure.strerror or str(failure)
            return replace(pending, error=slot.not_saved(job_id, cause))
        except KreaError as error:
            return replace(pending, error=slot.not_saved(job_id, error.message))
        return pending

    def _refuse_existing(self, pending: PendingJob, existing: ExistingResults) -> None:
        """Refuse a name that is taken, and a second result for stdout."""
        slot, target, row = pending.slot, pending.slot.target, pending.slot.row
        if existing.occupied and not target.force:
            raise WouldOverwrite(
                f"{existing.occupied[0]} exists, and is not what was saved there",
                hint="--force puts the result there; or choose another name with -o",
            )
        if target.takes_one:
            expect_one(range(slot.n), target)
        # What stands at the row's own target may be its own result, from a run that was killed.
        is_own = target.is_remembered or (row and row.target == slot.key)
        if not existing.saved and (row is None or row.state == "saved" or not is_own):
            facts = NameFacts.of_job(Job(pending.job_id, ""), row, pending.record)
            target.refuse_existing(slot.n, slot.count, facts=facts)

    def _until(self, row: RequestRow | None) -> float | None:
        seconds = self._timeout_for(row.kind if row else None)
        return None if seconds is None else self._context.clock.monotonic() + seconds


def _remembered_count(row: RequestRow) -> int:
    """The count that names the results of ROW at its own target as its command did.

    The first of several jobs has no number in its name: fox.png. Its second result must not take
    the name of the second job: fox-1-2.png. The others have their number: fox-2.png, fox-2-2.png.
    """
    return row.count if row.index == 1 else 1


def _with_folder_as_target(row: RequestRow) -> RequestRow:
    """ROW with a place for its results: without -o, that is the folder it was asked for in."""
    if row.folder is None or (row.target and not names_stream(row.target)):
        return row
    return replace(row, target=escape_braces(row.folder).rstrip("/") + "/")


def expect_one(jobs: Sized | None, target: Target) -> None:
    """Refuse to write the results of several jobs to TARGET, a stream, one after the other."""
    if jobs is not None and len(jobs) > 1:
        raise UsageError(f"-o {target.text} takes one result", hint="-o FOLDER/ takes many")


def _recorded_job(reference: Reference) -> Job | None:
    """The finished job that a record from stdin describes, results and all."""
    if not reference.ended:
        return None
    try:
        job = parse_job(reference.record)
    except Unanswered:
        return None
    return job if job.outputs else None
