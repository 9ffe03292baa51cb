"""FlowContext: the outside of a flow, handed in by the command."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, TypeVar

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.clock import Clock
from krea_cli.errors import LedgerUnusable

if TYPE_CHECKING:
    from krea_cli.api.client import ApiClient
    from krea_cli.api.http import HttpClient
    from krea_cli.flows.events import Tell
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.heartbeat import Heartbeat
    from krea_cli.local.ledger.other_ledgers import OtherLedgers
    from krea_cli.local.ledger.rows import FileRow, RequestRow

T = TypeVar("T")


class BestEffortLedger:
    """The ledger for reading commands, where a failure must not stop work on a paid job.

    It answers with nothing where the ledger fails, and tells the first failure. LEDGER is None
    where there is none.
    """

    def __init__(self, ledger: "AccountLedger | None", tell: "Tell") -> None:
        self._ledger = ledger
        self._tell = tell
        self._warned = False

    def row(self, job_id: str) -> "RequestRow | None":
        """The request of this job."""
        return self._ask(lambda ledger: ledger.requests.find_by_job(job_id), None)

    def files(self, job_id: str) -> "Sequence[FileRow]":
        """The saved files of a job."""
        return self._ask(lambda ledger: ledger.history.list_files(job_id), ())

    def durations(self, model: str) -> Sequence[float]:
        """The durations of earlier jobs of MODEL, in seconds."""
        return self._ask(lambda ledger: ledger.statistics.durations(model), ())

    def record_job(self, job_id: str, job: Job) -> None:
        """Write the status of a job, or its end."""

        def write(ledger: "AccountLedger") -> None:
            if not job.ended:
                ledger.requests.record_status(job_id, job)
                return
            failure = job_failure(job)
            charged, reason = (failure.charged, failure.message) if failure else ("yes", None)
            ledger.requests.mark_ended(job_id, job, charged=charged, error=reason)

        self._ask(write, None)

    def record_list(self, jobs: "Sequence[Job]", at: float) -> None:
        """Write of JOBS, as the list told of them at AT (seconds since 1970), what is sure.

        A list may leave out results and reasons. Without them only the status of an ended job is
        written: its state stays, and the next download asks for the job.
        """

        def write(ledger: "AccountLedger") -> None:
            under_way = set(ledger.sightings.list_under_way())
            known = [job for job in jobs if job.id in under_way]
            if not known:
                return
            ledger.sightings.record([job.id for job in known], at)
            for job in known:
                if job.ended and not (job.outputs or job.style_id or job.error):
                    ledger.requests.record_status(job.id, job)
                else:
                    self.record_job(job.id, job)

        self._ask(write, None)

    def jobs_under_way(self) -> "Sequence[str]":
        """The ids of the jobs whose end the ledger does not know, the newest first."""
        return self._ask(lambda ledger: ledger.sightings.list_under_way(), ())

    def job_numbers(self, job_ids: "Sequence[str]") -> "Mapping[str, tuple[int, str]]":
        """Number and model of the requests that became the jobs JOB_IDS, by job."""
        return self._ask(lambda ledger: ledger.sightings.find_numbers(job_ids), {})

    def record_seen(self, job_ids: "Sequence[str]", at: float) -> None:
        """Write that the service told of JOB_IDS at AT, in seconds since 1970."""
        self._ask(lambda ledger: ledger.sightings.record(job_ids, at), None)

    def _ask(self, question: "Callable[[AccountLedger], T]", otherwise: T) -> T:
        if self._ledger is None:
            return otherwise
        try:
            return question(self._ledger)
        except LedgerUnusable as error:
            if not self._warned:
                # The next question may be answered: other programs release it some time.
                self._warned = True
                from krea_cli.flows.events import WarningNote  # reading commands do without

                self._tell(WarningNote(f"going on without the ledger: {error.message}"))
            return otherwise


@dataclass(frozen=True, kw_only=True)
class FlowContext:
    """Everything from outside the flows.

    api: the endpoints
    http: the connections, for results that other hosts serve
    account_ledger: the ledger of this base and account; None where it cannot be used
    clock: time, and waiting that a signal ends
    tell: takes the events
    random: the source of seeds and jitter
    parallel: how many requests of the account may be under way at once
    shared: others submit jobs on this account, so a job in the list proves nothing
    alone: the user said that nobody else does, whatever the list shows
    budget: the caps on spending; None without any
    others: the ledgers of other hosts; None without a ledger on disk
    heartbeat: shows other hosts that this one uses its ledger; None without other hosts
    """

    api: "ApiClient"
    http: "HttpClient"
    account_ledger: "AccountLedger | None"
    clock: Clock
    tell: "Tell"
    random: Random
    parallel: int = 1
    shared: bool = False
    alone: bool = False
    budget: "Budget | None" = None
    others: "OtherLedgers | None" = None
    heartbeat: "Heartbeat | None" = None

    @cached_property
    def ledger(self) -> "AccountLedger":
        """The ledger, for flows that cannot do without. Raises `LedgerUnusable`."""
        if self.account_ledger is None:
            raise LedgerUnusable("there is no ledger", hint="krea doctor")
        return self.account_ledger

    @cached_property
    def records(self) -> BestEffortLedger:
        """The ledger, for flows that go on when it fails."""
        return BestEffortLedger(self.account_ledger, self.tell)
