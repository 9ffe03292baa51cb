"""Where jobs stand now: each read once, in as few requests as will do, without waiting for any."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.clock import Clock
from krea_cli.errors import KreaError, NotFound, UsageError
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.jobs.job_ids import Mention
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.list_lookup import Roll
from krea_cli.flows.jobs.record import Reference, record

if TYPE_CHECKING:
    from krea_cli.api.client import Api

T = TypeVar("T")

# A person waits for the answer: faults that pass within this are passed over, others told.
PATIENCE_SECONDS = 10.0
# From so many ids on, one look at the list is worth its request.
ENOUGH_FOR_THE_LIST = 3


@dataclass(frozen=True)
class Sight:
    """One job as it stands: its record, or the error that kept it from being read."""

    job_id: str
    job: Job | None
    record: dict[str, Any] | None
    error: KreaError | None = None


class Glance:
    """Reads the jobs of a stream of mentions; those that come together share requests."""

    def __init__(self, api: "Api", recall: Recall, clock: Clock, random: Random) -> None:
        self._api = api
        self._recall = recall
        self._clock = clock
        self._random = random

    def groups(self, mentions: Iterator[Mention]) -> Iterator[Sequence[Sight | UsageError]]:
        """Yield the jobs in the order of their mention, those together that came together.

        A bad line comes as its error. Raises what no other job survives either: TokenRefused,
        BalanceEmpty, PlanRequired.
        """
        gathered: list[Reference | UsageError] = []
        for mention in mentions:
            if mention is not None:
                gathered.append(mention)
            elif gathered:
                yield self._group(gathered)
                gathered = []
        if gathered:
            yield self._group(gathered)

    def _group(self, gathered: Sequence[Reference | UsageError]) -> list[Sight | UsageError]:
        listed = self._listed([each.job_id for each in gathered if isinstance(each, Reference)])
        return [
            self._sight(each.job_id, listed.get(each.job_id))
            if isinstance(each, Reference)
            else each
            for each in gathered
        ]

    def _listed(self, job_ids: Sequence[str]) -> dict[str, Job]:
        if len(job_ids) < ENOUGH_FOR_THE_LIST:
            return {}
        try:
            return self._patiently(lambda: Roll(self._api).call(job_ids))
        except KreaError as error:
            if not is_transient(error):
                raise
            return {}

    def _sight(self, job_id: str, listed: Job | None) -> Sight:
        try:
            # A list may leave out the results: a job that has ended is read by itself then.
            proven = listed is not None and not (listed.ended and not listed.outputs)
            job = listed if proven and listed else self._patiently(lambda: self._api.job(job_id))
        except KreaError as error:
            if not (is_transient(error) or isinstance(error, NotFound | UsageError)):
                raise
            error.job_id = error.job_id or job_id
            return Sight(job_id, None, None, error)
        return self._seen(job)

    def _seen(self, job: Job) -> Sight:
        row = self._recall.row(job.id)
        files = self._recall.files(job.id) if row else ()
        failure = job_failure(job) if job.ended else None
        return Sight(job.id, job, record(job, row, files=files, error=failure))

    def _patiently(self, call: Callable[[], T]) -> T:
        patience = Backoff(self._random)
        end = self._clock.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._clock.attend(call)
            except KreaError as error:
                hold = patience.hold(error)
                if not is_transient(error) or self._clock.monotonic() + hold > end:
                    raise
                self._clock.pause(hold)
