"""Read the current status of many jobs, in as few requests as possible."""

from collections.abc import Iterator, Sequence

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import KreaError, NotFound, UsageError
from krea_cli.flows.backoff import is_transient, retry
from krea_cli.flows.context import FlowContext
from krea_cli.flows.jobs.job_ids import JobMention
from krea_cli.flows.jobs.list_lookup import MAX_PAGE_JOBS, JobList
from krea_cli.flows.jobs.record import JobReport, Reference, job_record, list_current_files

# A person waits for the answer: faults that pass within this time are waited out, others told.
MAX_RETRY_SECONDS = 10.0
# From so many ids on, one look at the list is worth its request.
MIN_IDS_FOR_LIST = 3
MAX_OLDER_JOBS = 20  # read singly: a ledger may have many jobs that nobody ever fetched


class StatusReader:
    """Reads the jobs of a stream; those that come together share requests.

    DEADLINE (monotonic) ends each request.
    """

    def __init__(self, context: FlowContext, *, deadline: float | None = None) -> None:
        self._context = context
        self._deadline = deadline

    def groups(self, mentions: Iterator[JobMention]) -> Iterator[Sequence[JobReport | UsageError]]:
        """Yield the jobs in the order of the stream, in the groups in which they came.

        A bad line comes as its error.
        Raises what no other job survives: TokenRefused, BalanceEmpty, PlanRequired.
        """
        group: list[Reference | UsageError] = []
        for mention in mentions:
            if mention is not None:
                group.append(mention)
            elif group:
                yield self._read_group(group)
                group = []
        if group:
            yield self._read_group(group)

    def running(self) -> list[JobReport]:
        """Read the jobs that run now, the newest first.

        Those are jobs of the last thousand, and older ones that the ledger has as running.
        Raises `KreaError` if the list cannot be read.
        """
        context = self._context
        page = retry(
            context,
            lambda: context.api.list_jobs(limit=MAX_PAGE_JOBS, seconds=self._seconds),
            seconds=MAX_RETRY_SECONDS,
        )
        context.records.record_list(page.jobs, context.clock.now())
        reports = [self._read(job.id, job) for job in page.jobs if not job.ended]
        listed = {job.id for job in page.jobs}
        older = [job_id for job_id in context.records.jobs_under_way() if job_id not in listed]
        others = [self._read(job_id, None) for job_id in older[:MAX_OLDER_JOBS]]
        return reports + [each for each in others if each.job and not each.job.ended]

    def _read_group(self, group: Sequence[Reference | UsageError]) -> list[JobReport | UsageError]:
        listed = self._read_list([each.job_id for each in group if isinstance(each, Reference)])
        return [
            self._read(each.job_id, listed.get(each.job_id))
            if isinstance(each, Reference)
            else each
            for each in group
        ]

    @property
    def _seconds(self) -> float | None:
        return self._context.clock.seconds_until(self._deadline)

    def _read_list(self, job_ids: Sequence[str]) -> dict[str, Job]:
        if len(job_ids) < MIN_IDS_FOR_LIST:
            return {}
        try:
            return retry(
                self._context,
                lambda: JobList(self._context.api).find(job_ids, seconds=self._seconds),
                seconds=MAX_RETRY_SECONDS,
            )
        except KreaError as error:
            if not is_transient(error):
                raise
            return {}

    def _read(self, job_id: str, listed: Job | None) -> JobReport:
        try:
            job = (
                retry(
                    self._context,
                    lambda: self._context.api.get_job(job_id, seconds=self._seconds),
                    seconds=MAX_RETRY_SECONDS,
                )
                # A list may leave out the results.
                if listed is None or (listed.ended and not listed.outputs)
                else listed
            )
        except KreaError as error:
            if not (is_transient(error) or isinstance(error, NotFound | UsageError)):
                raise
            error.job_id = error.job_id or job_id
            return JobReport(job_id, {}, error)
        self._context.records.record_job(job.id, job)
        self._context.records.record_seen([job.id], self._context.clock.now())
        row = self._context.records.row(job.id)
        files = list_current_files(job.id, self._context) if row else ()
        failure = job_failure(job) if job.ended else None
        return JobReport(job.id, job_record(job, row, files=files, error=failure), job=job)
