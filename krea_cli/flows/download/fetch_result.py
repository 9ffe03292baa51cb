"""Fetch a result of a job into its part file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from krea_cli.api.types import Job
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.local_copy import copy_saved
from krea_cli.flows.files.existing_results import ExistingResults
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.originals import fits, is_original
from krea_cli.flows.files.output_slot import OutputSlot, Result, SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.fetch import PartContent
from krea_cli.flows.transfer.result_source import ResultSource
from krea_cli.flows.transfer.result_status import ResultGone

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow

SAVE_HOLDER_SECONDS = 60.0  # that another process may hold the part file
SAVE_HOLDER_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class FetchedResult:
    """A result in its part file, from the address `url`. Whoever takes it releases the part.

    is_original: it was saved before, for a conversion that is not complete
    """

    part: PartFile
    content: PartContent
    url: str
    is_original: bool = False


Fetched: TypeAlias = FetchedResult | SavedFile  # the latter where another krea has saved it


class ResultFetcher:
    """Fetches results of JOB for SLOT. UNTIL (monotonic) ends the waiting for the job.

    FIND_EXISTING looks for results on disk.
    """

    def __init__(
        self,
        job: Job,
        slot: OutputSlot,
        context: FlowContext,
        find_existing: Callable[[], ExistingResults],
        *,
        until: float | None,
    ) -> None:
        self._job = job
        self._slot = slot
        self._context = context
        self._find_existing = find_existing
        self._until = until

    def fetch(self, result: Result, is_wanted: Callable[[], bool]) -> Fetched:
        """Fetch RESULT, or copy it, while it IS_WANTED. Any thread may.

        Raises KreaError and `Interrupted`.
        """
        part = self._slot.open_part(result.position, self._job.id, self._context.account_ledger)
        if part is None:
            part = wait_for_part(
                self._slot, result.position, self._job.id, self._context, until=self._until
            )
            if (saved := self._find_existing().saved.get(result.position)) is not None:
                # It came from another krea while this one waited.
                part.release()
                return saved
        try:
            content, url = self._fill(part, result, is_wanted)
            is_original = self._slot.converts and any(
                file.sha256 == content.sha256 for file in self._list_originals()
            )
        except BaseException:
            part.release()
            raise
        return FetchedResult(part, content, url, is_original)

    def _fill(
        self, part: PartFile, result: Result, is_wanted: Callable[[], bool]
    ) -> tuple[PartContent, str]:
        """Fetch or copy RESULT into PART; return the content and the address it came from."""
        position, copy = result.position, self._slot.copies.get(result.position)
        if copy is not None:
            files = [copy, *self._context.records.files(self._job.id)]
            path = self._slot.path(NameFacts.of_job(self._job, self._slot.row), result, "")
            # A picture that was converted before need not be converted again.
            files.sort(key=lambda file: not fits(file, path))
            if copied := copy_saved(files, position, part):
                return copied
        elif self._slot.converts and (copied := copy_saved(self._list_originals(), position, part)):
            return copied
        try:
            return ResultSource(self._context).fetch(
                self._job.id, result, part, until=self._until, is_wanted=is_wanted
            )
        except ResultGone:
            if copied := copy_saved(self._context.records.files(self._job.id), position, part):
                return copied
            raise

    def _list_originals(self) -> "list[FileRow]":
        """List the originals that were saved before their conversion was complete."""
        return [
            file for file in self._context.records.files(self._job.id) if is_original(file.path)
        ]


def wait_for_part(
    slot: OutputSlot, position: int, job_id: str, context: FlowContext, *, until: float | None
) -> PartFile:
    """Open the part file for a result of a job, once no other process holds it.

    UNTIL (monotonic) ends the waiting. Raises `NotSaved`.
    """
    clock = context.clock
    give_up = clock.monotonic() + SAVE_HOLDER_SECONDS
    give_up = give_up if until is None else min(give_up, until)
    while (part := slot.open_part(position, job_id, context.account_ledger)) is None:
        if clock.monotonic() > give_up:
            raise slot.not_saved(job_id, "another krea is still saving it")
        clock.sleep(SAVE_HOLDER_POLL_SECONDS)
    return part
