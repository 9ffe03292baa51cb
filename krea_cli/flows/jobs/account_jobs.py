"""The service's list of the account's jobs, page by page."""

from collections.abc import Iterator, Sequence
from functools import partial

from krea_cli.api.jobs import format_cursor
from krea_cli.api.types import Job
from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.backoff import retry
from krea_cli.flows.context import FlowContext

PAGE_JOBS = 100
MAX_PAGE_JOBS = 1000  # the service's own limit
# A person waits: faults that pass within this time are waited out.
MAX_RETRY_SECONDS = 10.0
GLANCE_SECONDS = 2.0


def list_jobs(
    context: FlowContext,
    *,
    status: str | None = None,
    types: Sequence[str] = (),
    since: float | None = None,
    page_jobs: int = PAGE_JOBS,
) -> Iterator[Job]:
    """Yield the account's jobs, the newest first, each once; the ledger learns of them.

    status, types: as `ApiClient.list_jobs` takes them
    since: only jobs made since then, in seconds since 1970

    Raises `KreaError` if a page cannot be read.
    """
    seen: set[str] = set()
    cursor: str | None = None
    descends = True
    while True:
        page = retry(
            context,
            partial(
                context.api.list_jobs, cursor=cursor, limit=page_jobs, status=status, types=types
            ),
            seconds=MAX_RETRY_SECONDS,
        )
        context.records.record_list(page.jobs, context.clock.now())
        fresh = [job for job in page.jobs if job.id not in seen]
        seen |= {job.id for job in fresh}
        yield from (job for job in fresh if not _is_before(job, since))
        times = [job.created_at for job in page.jobs if job.created_at is not None]
        # Newest first is usual and promised nowhere: a list in another order is read to its end.
        descends = descends and times == sorted(times, reverse=True)
        is_past = since is not None and descends and bool(times) and min(times) < since
        if page.next_cursor is None or not fresh or is_past:
            return
        # The cursor is exclusive and has milliseconds: pages overlap, so that none slips through.
        overlapping = format_cursor(min(times) + 0.001) if times else page.next_cursor
        cursor = overlapping if overlapping != cursor else page.next_cursor


def look_at_list(context: FlowContext) -> set[str] | None:
    """Let the ledger learn of the last thousand jobs by one request of two seconds at most.

    Return the ids of the listed jobs; None if the list could not be read in time.
    """
    try:
        page = context.clock.wait_for(
            lambda: context.api.list_jobs(limit=MAX_PAGE_JOBS, seconds=GLANCE_SECONDS)
        )
    except Interrupted:
        raise
    except KreaError:
        return None
    context.records.record_list(page.jobs, context.clock.now())
    return {job.id for job in page.jobs}


def _is_before(job: Job, since: float | None) -> bool:
    return since is not None and job.created_at is not None and job.created_at < since
