"""Save many ended jobs, several at a time: most of each save is waiting for its host."""

from collections.abc import Iterable, Iterator
from typing import Literal

from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted
from krea_cli.flows.download.collect import (
    JobOutcome,
    PendingJob,
    collect,
    collecting,
    save_ended_job,
)
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.jobs.watch import Watch

MAX_SAVERS = 10


def save_many(
    pending: Iterable[PendingJob], watch: Watch, saver: ResultSaver
) -> Iterator[JobOutcome]:
    """Save the results of PENDING, ended jobs and errors; yield the outcomes in their order.

    Raises `Interrupted` with the jobs left.
    """
    jobs = list(pending)
    if sum(map(_is_savable, jobs)) < 2:
        yield from collect(watch, iter(jobs), saver)
        return
    clock = saver.context.clock
    tasks: Mailbox[PendingJob | Literal["over"]] = clock.mailbox()
    results: Mailbox[JobOutcome | Exception] = clock.mailbox()

    def work() -> None:
        while (each := tasks.get()) != "over":
            if isinstance(each, PendingJob):
                results.put(_save(each, saver))

    def report() -> None:
        try:
            work()
        except Interrupted:
            return
        except Exception as bug:  # carried over to the thread that waits
            results.put(bug)

    with collecting(watch, saver) as collector:
        for each in jobs:
            collector.expect(each)
            if _is_savable(each):
                tasks.put(each)
        savers = min(MAX_SAVERS, len(jobs))
        for _ in range(savers):
            tasks.put("over")
            clock.start_thread(report)
        ready: dict[str, JobOutcome] = {}
        for each in jobs:
            if not _is_savable(each):
                yield from collector.add(each)
                continue
            while each.job_id not in ready:
                outcome = results.get()
                if isinstance(outcome, Exception):
                    raise outcome
                if outcome is not None:
                    ready[outcome.job_id] = outcome
            yield collector.finish(ready.pop(each.job_id))


def _is_savable(pending: PendingJob) -> bool:
    return pending.job is not None and pending.error is None


def _save(pending: PendingJob, saver: ResultSaver) -> JobOutcome:
    job = pending.job
    assert job is not None
    # Nobody watched this job: its end is not in the ledger yet.
    saver.context.records.record_job(pending.job_id, job)
    return save_ended_job(pending, job, saver)
