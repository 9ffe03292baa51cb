"""Save the results of a finished job: whole or not at all, at the place that was asked for."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING, Any

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import EmptyResult, Interrupted, JobFailed, KreaError, LedgerUnusable, NotSaved
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.content_warnings import warn_of_content
from krea_cli.flows.download.embed_saved import embed_in_saved
from krea_cli.flows.download.local_copy import not_moved_error
from krea_cli.flows.download.recipe_writer import RecipeWriter, warn_of_stale_sidecar
from krea_cli.flows.download.streams import copy_to_device, copy_to_stdout
from krea_cli.flows.events import Note, WarningNote
from krea_cli.flows.files.content_type import ContentType
from krea_cli.flows.files.existing_results import ExistingResults, find_existing_results
from krea_cli.flows.files.kept_files import MOVE_LOCK, KeptFiles, remove_kept_files
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.originals import conversion_of
from krea_cli.flows.files.output_slot import OutputSlot, Result, SavedFile, list_results
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.publish import publish
from krea_cli.flows.transfer.fetch import PartContent, disk_error

if TYPE_CHECKING:
    from krea_cli.flows.download.fetch_lanes import FetchLanes
    from krea_cli.flows.download.fetch_result import Fetched
    from krea_cli.local.ledger.account_ledger import AccountLedger

MAX_SPARE_LANES = 8  # in a process; the jobs themselves are saved side by side as well


@dataclass(frozen=True)
class ResultSaver:
    """Saves results and records them in the ledger.

    write_stdout: writes the bytes of a result to stdout
    published: the files made here, which --force does not overwrite
    kept_files: moves files aside that --force would overwrite; None overwrites them
    spare_lanes: places for threads that fetch further results of a job
    """

    context: FlowContext
    write_stdout: Callable[[Iterable[bytes]], None] | None = None
    published: set[Path] = field(default_factory=set)
    kept_files: KeptFiles | None = None
    spare_lanes: Semaphore = field(default_factory=lambda: Semaphore(MAX_SPARE_LANES))

    def save(
        self,
        job: Job,
        slot: OutputSlot,
        record: Mapping[str, Any] | None = None,
        *,
        until: float | None = None,
    ) -> Iterator[SavedFile]:
        """Save every output of JOB at SLOT, and yield each once it is on disk and recorded.

        RECORD is the line of stdin that named the job. UNTIL (monotonic) ends the waiting for it;
        only what comes in quickly is saved after it. An unchanged file of the ledger is not
        fetched again. The part file is released in any case.
        Raises `EmptyResult`, `NotSaved` and `Interrupted`.
        """
        try:
            yield from _SaveJob(self, job, slot, record, until).run()
        except (EmptyResult, JobFailed, Interrupted):
            raise
        except NotSaved as error:
            if error.job_id:
                raise
            raise self._not_saved(job, slot, error, hint=error.hint) from error
        except KreaError as error:
            names_job = error.job_id is not None and slot.copies
            raise error if names_job else self._not_saved(job, slot, error) from error
        except OSError as failure:
            raise self._not_saved(job, slot, disk_error(failure)) from failure
        finally:
            slot.release()

    def _not_saved(
        self, job: Job, slot: OutputSlot, cause: KreaError, *, hint: str | None = None
    ) -> KreaError:
        not_moved = not_moved_error(self.context.records.files(job.id), slot, job.id, cause)
        return not_moved or slot.not_saved(job.id, cause.message, hint=hint)

    def record(self, entry: "Callable[[AccountLedger], None]") -> bool:
        """Write something that has happened; warn and return False if the ledger fails."""
        if self.context.account_ledger is None:
            return True
        try:
            entry(self.context.account_ledger)
        except LedgerUnusable as error:
            self.context.tell(WarningNote(f"the ledger is not kept up to date: {error.message}"))
            return False
        return True

    def record_places(self, job_id: str, existing: ExistingResults, slot: OutputSlot) -> None:
        """Record where the files of a job are in their place, if the ledger does not know.

        After a folder was moved, the request goes there as well.
        """
        if existing.moved:
            target = slot.key if existing.gone else None
            self.record(
                lambda ledger: ledger.files.move(
                    job_id, existing.moved, existing.gone, target=target
                )
            )


class _SaveJob:
    """The results of one job on their way to disk."""

    def __init__(
        self,
        saver: ResultSaver,
        job: Job,
        slot: OutputSlot,
        record: Mapping[str, Any] | None,
        until: float | None,
    ) -> None:
        self._saver = saver
        self._context = saver.context
        self._job = job
        self._slot = slot
        self._until = until
        self._facts = NameFacts.of_job(job, slot.row, record)
        self._is_recorded = True
        self._recipe_writer = RecipeWriter(job, slot, saver.context)
        self._true_sidecars = None
        if slot.target.force and slot.target.makes_files:
            from krea_cli.flows.download.true_sidecars import TrueSidecars

            self._true_sidecars = TrueSidecars(job, slot, saver.context)

    def run(self) -> Iterator[SavedFile]:
        if self._job.style_id and not self._job.outputs:
            note = f"job {self._job.id} made style {self._job.style_id}, and no file"
            self._context.tell(Note(note))
            return
        results = self._list_results()
        existing = self._find_existing()
        self._saver.record_places(self._job.id, existing, self._slot)
        missing = [each for each in results if each.position not in existing.saved]
        with closing(self._fetch(missing)) as lanes:
            for result in results:
                saved = existing.saved.get(result.position)
                if saved is None:
                    saved = self._save(result, lanes.take(result))
                else:
                    saved = embed_in_saved(self._job, self._slot, saved, self._context)
                target = self._slot.target
                if not target.to_stdout:  # which names no file
                    if target.makes_files:
                        self._write_sidecar(saved, target.real_path(saved.path))
                    yield saved
        self._mark_saved(len(results))

    def _fetch(self, results: list[Result]) -> "FetchLanes":
        # Imported when a job has ended: nobody needs it before its POST.
        from krea_cli.flows.download.fetch_lanes import FetchLanes
        from krea_cli.flows.download.fetch_result import ResultFetcher

        context = self._context
        fetcher = ResultFetcher(
            self._job, self._slot, context, self._find_existing, until=self._until
        )
        return FetchLanes(results, fetcher.fetch, context.clock, self._saver.spare_lanes)

    def _list_results(self) -> list[Result]:
        if failure := job_failure(self._job):
            raise failure
        results = list_results(self._job.outputs)
        target = self._slot.target
        if target.takes_one:
            results = [each for each in results if not each.preview]
            if len(results) > 1:
                cause = f"it has {len(results)} results, and -o {target.text} takes one"
                raise self._slot.not_saved(self._job.id, cause)
        return results

    def _mark_saved(self, results: int) -> None:
        """Mark the job as saved, unless the ledger does not know all of its files."""
        if not self._is_recorded:
            return
        job, slot = self._job, self._slot
        # What goes to stdout or a device leaves no file.
        count = results if slot.target.makes_files else 0

        def mark(ledger: "AccountLedger") -> None:
            if count and slot.row:
                remove_kept_files(ledger, job.id)
            if slot.converts and not slot.keeps_original:
                from krea_cli.flows.download.convert_saved import remove_originals

                remove_originals(ledger, job.id)
            ledger.requests.mark_saved(job.id, job=job, files=count)

        self._saver.record(mark)

    def _find_existing(self) -> ExistingResults:
        """The files that an earlier run saved."""
        if self._slot.row is None or not self._slot.target.makes_files:
            return ExistingResults()
        files = self._context.records.files(self._job.id)
        return find_existing_results(files, self._slot, self._facts)

    def _save(self, result: Result, fetched: "Fetched") -> SavedFile:
        if isinstance(fetched, SavedFile):
            return fetched
        part = fetched.part
        try:
            content = fetched.content
            if not fetched.is_original:  # which has its recipe
                content = self._recipe_writer.embed(part, content)
            return self._put(part, content, replace(result, url=fetched.url))
        finally:
            part.release()

    def _write_sidecar(self, saved: SavedFile, path: Path) -> None:
        self._recipe_writer.write_sidecar(saved, path)
        if self._true_sidecars:
            self._true_sidecars.write(saved)
        else:
            warn_of_stale_sidecar(saved, path, self._job.id, self._context)

    def _put(self, part: PartFile, content: PartContent, result: Result) -> SavedFile:
        target = self._slot.target
        path = self._slot.path(self._facts, result, content.type.ext)
        saved = SavedFile(
            path, result.url, content.sha256, content.size, content.type.mime, result.position
        )
        if not target.makes_files:
            self._pass_on(part, None if target.to_stdout else target.real_path(path))
            return saved
        converts = self._slot.converts and target.makes_files
        if converts and (kind := conversion_of(path, content.type)):
            record = partial(self._record_file, preview=result.preview)
            return self._convert(part, saved, kind, record)
        saved = self._publish(part, saved)
        warn_of_content(saved.path, content, self._context)
        self._record_file(saved, preview=result.preview)
        return saved

    def _publish(self, part: PartFile, saved: SavedFile) -> SavedFile:
        target, published = self._slot.target, self._saver.published
        wanted = target.real_path(saved.path)
        force = target.force and wanted not in published
        kept_files = self._saver.kept_files
        with MOVE_LOCK if kept_files else nullcontext():
            if kept_files and force:
                kept_files.clear(wanted, job_id=self._job.id, sha256=saved.sha256)
            if force and self._true_sidecars:
                self._true_sidecars.make_way(wanted, saved.sha256)
            done = publish(part, wanted, sha256=saved.sha256, force=force)
        published.add(done.path)
        if not done.is_synced:
            text = f"the disk did not confirm that it has {saved.path}: open it to be sure"
            self._context.tell(WarningNote(text))
        if not done.name_was_taken:
            return saved
        shown = os.path.join(os.path.dirname(saved.path), done.path.name)
        self._context.tell(WarningNote(f"{saved.path} exists already: the result is in {shown}"))
        return replace(saved, path=shown)

    def _pass_on(self, part: PartFile, device: Path | None) -> None:
        write_stdout = self._saver.write_stdout
        if device is not None:
            clock, descriptor = self._context.clock, self._slot.target.descriptor
            copy_to_device(part, device, clock, descriptor=descriptor, until=self._until)
        elif write_stdout is not None:
            copy_to_stdout(part, write_stdout, self._context.clock)
        else:
            cause = "there is no standard output to write it to"
            raise self._slot.not_saved(self._job.id, cause)

    def _convert(
        self, part: PartFile, saved: SavedFile, kind: ContentType, record: Callable[..., None]
    ) -> SavedFile:
        from krea_cli.flows.download.convert_saved import ResultConversion

        job_id, slot, find, until = self._job.id, self._slot, self._find_existing, self._until
        conversion = ResultConversion(job_id, slot, kind, self._context, find, record, until=until)
        return conversion.run(part, saved, put=self._publish)

    def _record_file(self, saved: SavedFile, *, preview: bool) -> None:
        path = self._slot.target.absolute_path(saved.path)
        file = saved.to_row(path, at=self._context.clock.now(), preview=preview)
        is_recorded = self._saver.record(lambda ledger: ledger.files.record(self._job.id, [file]))
        self._is_recorded = self._is_recorded and is_recorded
