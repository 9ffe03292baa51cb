"""What the ledger teaches about times and types."""

from collections.abc import Callable, Iterator

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft

MODEL = "bfl/flux-1-dev"
Submits = Callable[..., int]


@pytest.fixture
def book() -> Iterator[AccountLedger]:
    """A book in memory: hundreds of requests without waiting for the disk."""
    ledger = Ledger.in_memory()
    yield ledger.for_account("https://api.krea.ai", "0123456789abcdef")
    ledger.close()


def complete(book: AccountLedger, job_id: str, *, created_at: float, seconds: float) -> None:
    """Book the end of a job after SECONDS."""
    job = Job(job_id, "completed", created_at=created_at, completed_at=created_at + seconds)
    book.ended(job_id, job, charged="yes", error=None)


def test_nothing_is_known_at_first(book: AccountLedger) -> None:
    """An empty ledger teaches nothing."""
    assert (book.learned.spread(), book.learned.durations(MODEL), book.learned.types(MODEL)) == (
        None,
        [],
        set(),
    )


def test_the_spread_comes_from_answered_submits(
    book: AccountLedger, draft: Callable[..., Draft], submitted: Submits
) -> None:
    """Least and most of created − sent; an adopted job was a guess and teaches nothing."""
    submitted("j1", sent_at=100.0, created_at=100.5)
    submitted("j2", sent_at=200.0, created_at=198.0)
    row = book.begin(draft())
    book.sending(row.id, 300.0)
    guess = Job("j3", "queued", created_at=390.0, type="other")
    book.submitted(row.id, guess, answered_at=400.0, adopted=True)

    assert book.learned.spread() == (-2.0, 0.5)
    assert book.learned.types(MODEL) == {"flux"}


def test_the_spread_forgets_what_is_long_ago(book: AccountLedger, submitted: Submits) -> None:
    """Only the last 200 submits count: a clock that was wrong once is forgiven."""
    submitted("j0", sent_at=100.0, created_at=900.0)
    assert book.learned.spread() == (800.0, 800.0)
    for number in range(1, 201):
        submitted(f"j{number}", sent_at=100.0, created_at=101.0)
    assert book.learned.spread() == (1.0, 1.0)


def test_durations_leave_out_jobs_that_stood_in_a_queue(
    book: AccountLedger, submitted: Submits
) -> None:
    """A backlogged job says how full the service was, not how long the model takes."""
    for number, seconds in enumerate((7.0, 8.0, 60.0)):
        submitted(f"j{number}", sent_at=100.0, created_at=100.0)
        if seconds == 60.0:
            book.seen(f"j{number}", Job(f"j{number}", "backlogged", created_at=100.0))
            book.seen(f"j{number}", Job(f"j{number}", "sampling", created_at=100.0))
        complete(book, f"j{number}", created_at=100.0, seconds=seconds)
    submitted("failed")
    book.ended("failed", Job("failed", "failed", completed_at=1e10), charged="no", error="failed")
    submitted("running")

    assert book.learned.durations(MODEL) == [8.0, 7.0]
    book.saved("j1")
    assert book.learned.durations(MODEL) == [8.0, 7.0]
    assert book.learned.durations("other/model") == []


def test_durations_are_the_last_fifty(book: AccountLedger, submitted: Submits) -> None:
    """What a model took long ago does not count."""
    for number in range(60):
        submitted(f"j{number}", sent_at=100.0, created_at=100.0)
        complete(book, f"j{number}", created_at=100.0, seconds=float(number))
    assert book.learned.durations(MODEL) == [float(number) for number in range(59, 9, -1)]
