"""The figures of past jobs: times and types."""

from collections.abc import Iterator

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from tests.local.ledger.conftest import MakeDraft, Submit

MODEL = "bfl/flux-1-dev"


@pytest.fixture
def ledger() -> Iterator[AccountLedger]:
    """A ledger in memory: hundreds of requests without waiting for the disk."""
    whole_ledger = Ledger.in_memory()
    yield whole_ledger.for_account("https://api.krea.ai", "0123456789abcdef")
    whole_ledger.close()


def complete(ledger: AccountLedger, job_id: str, *, created_at: float, seconds: float) -> None:
    """Record the end of a job after SECONDS."""
    job = Job(job_id, "completed", created_at=created_at, completed_at=created_at + seconds)
    ledger.requests.mark_ended(job_id, job, charged="yes", error=None)


def test_nothing_is_known_at_first(ledger: AccountLedger) -> None:
    """An empty ledger has no figures."""
    assert (
        ledger.statistics.clock_offset_range(500.0, ("boot", 500.0)),
        ledger.statistics.durations(MODEL),
        ledger.statistics.job_types(MODEL),
    ) == (
        None,
        [],
        set(),
    )


def test_the_clock_offset_comes_from_answered_submits(
    ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Least and greatest created − sent; an adopted job was a guess and does not count."""
    submit("j1", sent_at=100.0, created_at=100.5)
    submit("j2", sent_at=200.0, created_at=198.0)
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, 300.0)
    guess = Job("j3", "queued", created_at=390.0, type="other")
    ledger.requests.mark_submitted(row.id, guess, answered_at=400.0, adopted=True)

    assert ledger.statistics.clock_offset_range(500.0, ("boot", 500.0)) == (-2.0, 0.5)
    assert ledger.statistics.job_types(MODEL) == {"flux"}


def test_the_clock_offset_forgets_what_is_long_ago(ledger: AccountLedger, submit: Submit) -> None:
    """Only the last 200 submits count: a clock that was wrong once is forgiven."""
    submit("j0", sent_at=100.0, created_at=900.0)
    assert ledger.statistics.clock_offset_range(500.0, ("boot", 500.0)) == (800.0, 800.0)
    for number in range(1, 201):
        submit(f"j{number}", sent_at=100.0, created_at=101.0)
    assert ledger.statistics.clock_offset_range(500.0, ("boot", 500.0)) == (1.0, 1.0)


def test_durations_leave_out_jobs_that_stood_in_a_queue(
    ledger: AccountLedger, submit: Submit
) -> None:
    """A backlogged job says how full the service was, not how long the model takes."""
    for number, seconds in enumerate((7.0, 8.0, 60.0)):
        submit(f"j{number}", sent_at=100.0, created_at=100.0)
        if seconds == 60.0:
            ledger.requests.record_status(
                f"j{number}", Job(f"j{number}", "backlogged", created_at=100.0)
            )
            ledger.requests.record_status(
                f"j{number}", Job(f"j{number}", "sampling", created_at=100.0)
            )
        complete(ledger, f"j{number}", created_at=100.0, seconds=seconds)
    submit("failed")
    ledger.requests.mark_ended(
        "failed", Job("failed", "failed", completed_at=1e10), charged="no", error="failed"
    )
    submit("running")

    assert ledger.statistics.durations(MODEL) == [8.0, 7.0]
    ledger.requests.mark_saved("j1")
    assert ledger.statistics.durations(MODEL) == [8.0, 7.0]
    assert ledger.statistics.durations("other/model") == []


def test_durations_are_the_last_fifty(ledger: AccountLedger, submit: Submit) -> None:
    """Durations of long ago do not count."""
    for number in range(60):
        submit(f"j{number}", sent_at=100.0, created_at=100.0)
        complete(ledger, f"j{number}", created_at=100.0, seconds=float(number))
    assert ledger.statistics.durations(MODEL) == [float(number) for number in range(59, 9, -1)]
