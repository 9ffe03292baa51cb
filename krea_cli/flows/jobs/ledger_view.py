"""The ledger as reading commands use it: a help, never a reason to stop watching a paid job."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import LedgerUnusable

if TYPE_CHECKING:
    from krea_cli.flows.events import Tell
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, Row

T = TypeVar("T")


class Recall:
    """What a book knows of jobs; nothing where it cannot be used, which is told once."""

    def __init__(self, ledger: "AccountLedger | None", tell: "Tell") -> None:
        self._ledger = ledger
        self._tell = tell
        self._warned = False

    def row(self, job_id: str) -> "Row | None":
        """The request that became this job."""
        return self._ask(lambda ledger: ledger.by_job(job_id), None)

    def files(self, job_id: str) -> "Sequence[FileRow]":
        """What was saved of a job."""
        return self._ask(lambda ledger: ledger.history.files(job_id), ())

    def durations(self, model: str) -> Sequence[float]:
        """Seconds that earlier jobs of MODEL took."""
        return self._ask(lambda ledger: ledger.learned.durations(model), ())

    def note(self, job_id: str, job: Job) -> None:
        """Keep how the job stands, or how it ended."""

        def write(ledger: "AccountLedger") -> None:
            if not job.ended:
                ledger.seen(job_id, job)
                return
            failure = job_failure(job)
            charged, why = (failure.charged, failure.message) if failure else ("yes", None)
            ledger.ended(job_id, job, charged=charged, error=why)

        self._ask(write, None)

    def _ask(self, question: "Callable[[AccountLedger], T]", otherwise: T) -> T:
        if self._ledger is None:
            return otherwise
        try:
            return question(self._ledger)
        except LedgerUnusable as error:
            if not self._warned:
                from krea_cli.flows.events import WarningNote

                # The next question may be answered: other programs let go of it some time.
                self._warned = True
                self._tell(WarningNote(f"going on without the ledger: {error.message}"))
            return otherwise
