"""Look-ups among many requests: none reads them all."""

from collections.abc import Callable, Iterator

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import RequestDraft
from krea_cli.local.ledger.spend_report import SpendReport
from tests.local.ledger.conftest import NOW, MakeDraft

BASE, KEY = "https://api.krea.ai", "0123456789abcdef"
REQUESTS = 2000
# Of SQLite's virtual machine, and above what a few rows take.
MAX_STEPS = 2000


def identity(number: int) -> RequestIdentity:
    """The identity of the request NUMBER."""
    return RequestIdentity(f"f{number}", f"given-{number}", f"sent-{number}")


def draft(make_draft: MakeDraft, number: int) -> RequestDraft:
    """The draft of a batch's item NUMBER."""
    return make_draft(
        target=f"/home/me/{number}.png",
        item_fingerprint=f"item-{number}",
        given_digest=f"given-{number}",
        sent_digest=f"sent-{number}",
        batch="list.txt",
        cost=1,
    )


@pytest.fixture(scope="module")
def ledger(make_draft: MakeDraft) -> Iterator[AccountLedger]:
    """A ledger in memory whose newer half is over; the look-ups only read it."""
    whole = Ledger.in_memory(clock_now=lambda: NOW)
    account = whole.for_account(BASE, KEY)
    for number in range(2 * REQUESTS):
        row = account.requests.insert(draft(make_draft, number))
        account.requests.mark_sending(row.id, NOW + number)
        if number >= REQUESTS:
            job = Job(f"job-{number}", "completed", created_at=NOW, completed_at=NOW + 5)
            account.requests.mark_submitted(row.id, job, answered_at=NOW)
            account.requests.mark_ended(job.id, job, charged="yes", error=None)
    yield account
    whole.close()


def count_steps(ledger: AccountLedger, look_up: Callable[[], object]) -> int:
    """Count the steps of SQLite, in hundreds, while LOOK_UP is at work."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 100
        return 0

    connection = ledger._database._connection
    connection.set_progress_handler(count, 100)
    look_up()
    connection.set_progress_handler(None, 0)
    return steps


LOOK_UPS: dict[str, Callable[[AccountLedger], object]] = {
    "equal item": lambda book: book.items.find_same(identity(1000), 1, old=("item-x", "item-y")),
    "equal item, at a claim": lambda book: book.items.find_same(identity(1000), 1),
    "item": lambda book: book.items.find_latest("item-7"),
    "files of an item": lambda book: book.items.list_files("item-7"),
    "unfinished": lambda book: book.requests.find_unfinished(identity(9), "/home/me/9.png"),
    "latest": lambda book: book.requests.find_latest(identity(-1), "/home/me/fox.png"),
    "saved": lambda book: book.requests.find_saved(identity(9), "/home/me/9.png"),
    "to reuse": lambda book: book.history.list_saved("none", identity(9), seed=None),
    "durations": lambda book: book.statistics.durations("bfl/flux-1-dev"),
    "durations of a new model": lambda book: book.statistics.durations("kling/kling-3"),
    "job": lambda book: book.requests.find_by_job("job-2009"),
    "files of a job": lambda book: book.history.list_files("no-job"),
    "sum of a batch": lambda book: book.spending.sum_batch("list.txt", excluding=7),
    "sum of a day": lambda book: book.spending.sum_since(NOW - NOW % 900, excluding=7),
    "spending of a day": lambda book: SpendReport(
        book._database, BASE, NOW + 2 * REQUESTS - 9, profiles={}
    ).lines("model"),
    "sum of a command": lambda book: book.spending.sum_requests({1, 2, 3}, excluding=2),
}


@pytest.mark.parametrize("name", LOOK_UPS)
def test_no_look_up_reads_all_requests(ledger: AccountLedger, name: str) -> None:
    """An equal request, an item, a file, a sum for a cap: each costs a few rows."""
    assert count_steps(ledger, lambda: LOOK_UPS[name](ledger)) <= MAX_STEPS
    assert ledger.items.find_same(identity(1000), 1) == "item-1000"
