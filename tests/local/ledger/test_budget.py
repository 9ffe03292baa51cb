"""Caps on what is spent: what counts, and that no two processes spend the same rest."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.budget import Budget, Spent, midnight
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.resolutions import Verdicts
from krea_cli.local.ledger.rows import Draft, Row
from tests.local.ledger.conftest import NOW

Drafts = Callable[..., Draft]
DOLLARS = 1_000_000


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A day that begins at 23:00 UTC."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def sent(book: AccountLedger, draft: Draft, at: float = NOW, budget: Budget | None = None) -> Row:
    """A request that left, with its answer still to come."""
    row = book.begin(draft)
    book.sending(row.id, at, budget=budget)
    return book.row(row.id)


def test_all_that_may_have_cost_something_counts(book: AccountLedger, draft: Drafts) -> None:
    """With the service, paid, in doubt, forgotten in doubt; not what is known to be free."""
    two = draft(cost=2 * DOLLARS, batch="b")
    book.begin(two)  # never sent
    sent(book, two)
    book.refused(sent(book, two).id, "no such field")
    book.returned(sent(book, two).id)
    doubtful, lost, gone = (sent(book, two) for _ in range(3))
    for row in (doubtful, lost, gone):
        book.doubtful(row.id, "HTTP 524")
    book.unfound(lost.id)
    Verdicts(book).forget(gone.id)
    for name, status, charged in (("a", "completed", "yes"), ("b", "failed", "no")):
        book.submitted(sent(book, two).id, Job(name, "queued"), answered_at=NOW)
        book.ended(name, Job(name, status), charged=charged, error=None)
    book.submitted(sent(book, two).id, Job("c", "queued"), answered_at=NOW)
    book.ended("c", Job("c", "completed"), charged="yes", error=None)
    book.saved("c")

    six = Spent(6 * 2 * DOLLARS)  # sending, three in doubt, completed, saved
    assert book.spending.batch("b") == six
    assert book.spending.since(NOW) == six
    assert book.spending.since(NOW + 1) == book.spending.batch("c") == Spent()


def test_a_cap_is_reached_and_never_exceeded(book: AccountLedger, draft: Drafts) -> None:
    """What is exactly the rest still goes; the next stays as it was, and the error has the sums."""
    budget = Budget(max_cost=4 * DOLLARS, batch="b")
    for _ in range(2):
        sent(book, draft(cost=2 * DOLLARS, batch="b"), budget=budget)
    row = book.begin(draft(cost=1, batch="b"))
    with pytest.raises(OverBudget) as raised:
        book.sending(row.id, NOW, budget=budget)
    assert book.row(row.id) == row
    assert raised.value.as_dict() == {
        "code": "over_budget",
        "message": "bfl/flux-1-dev may cost $0.000001, and $4.00 of --max-cost $4.00 is spent",
        "hint": "--max-cost 4.000001 allows it",
        "charged": "no",
        "job_id": None,
        "limit": "--max-cost",
        "spent": 4.0,
        "cost": 0.000001,
        "cap": 4.0,
    }


def test_the_day_begins_at_local_midnight(berlin: None, book: AccountLedger, draft: Drafts) -> None:
    """All batches and commands of the account count, those of yesterday and of others do not."""
    start = midnight(NOW)  # 14 November 2023, 23:13 in Berlin
    assert time.strftime("%d %H:%M:%S", time.gmtime(start)) == "13 23:00:00"
    budget = Budget(day=5 * DOLLARS)
    two = draft(cost=2 * DOLLARS)
    sent(book, two, at=start - 1, budget=budget)
    sent(book, two, at=start, budget=budget)
    sent(book, draft(cost=2 * DOLLARS, batch="b"), budget=budget)
    with pytest.raises(OverBudget, match=r"\$4.00 of budget.day \$5.00 is spent") as raised:
        sent(book, two, budget=budget)
    assert raised.value.hint == (
        "krea config set budget.day 6.00 allows it; at midnight a new day begins"
    )
    sent(book, two, at=start + 86_400, budget=budget)


def test_another_account_has_a_budget_of_its_own(
    ledger: Ledger, book: AccountLedger, draft: Drafts
) -> None:
    """Sums are of one base and account."""
    budget = Budget(day=2 * DOLLARS)
    sent(ledger.for_account("https://api.krea.ai", "other"), draft(cost=2 * DOLLARS), budget=budget)
    sent(ledger.for_account("https://other.example", book.account), draft(cost=2), budget=budget)
    sent(book, draft(cost=2 * DOLLARS), budget=budget)


def test_each_cap_is_held(book: AccountLedger, draft: Drafts) -> None:
    """A batch within its cap may be over that of the day."""
    sent(book, draft(cost=2 * DOLLARS))
    with pytest.raises(OverBudget) as raised:
        sent(
            book,
            draft(cost=2 * DOLLARS, batch="b"),
            budget=Budget(max_cost=9 * DOLLARS, batch="b", day=3 * DOLLARS),
        )
    assert raised.value.limit == "budget.day"


def test_without_a_label_the_cap_is_for_what_was_counted(
    book: AccountLedger, draft: Drafts
) -> None:
    """The requests of one command, what an earlier run of it sent, and what they replaced."""
    other, lost, earlier = (sent(book, draft(cost=2 * DOLLARS)) for _ in range(3))
    book.doubtful(lost.id, "HTTP 524")
    again = Verdicts(book).replace(lost.id)
    book.sending(again.id, NOW)
    budget = Budget(max_cost=7 * DOLLARS)
    budget.count(earlier.id)
    budget.count(again.id)
    assert other.id not in (earlier.id, again.id)
    with pytest.raises(OverBudget, match=r"\$6.00 of --max-cost \$7.00 is spent"):
        sent(book, draft(cost=2 * DOLLARS), budget=budget)
    sent(book, draft(cost=1 * DOLLARS), budget=budget)


def test_an_unknown_price_is_over_every_cap(book: AccountLedger, draft: Drafts) -> None:
    """Unless one is assumed: then it is what the row costs."""
    with pytest.raises(OverBudget) as raised:
        sent(book, draft(), budget=Budget(day=900 * DOLLARS))
    assert raised.value.message == (
        "the price of bfl/flux-1-dev is unknown, which is more than budget.day $900.00 allows"
    )
    assert raised.value.hint == (
        "--assume-price USD says what a request without a known price may cost"
    )
    assert sent(book, draft(), budget=Budget(day=5, assumed=3)).cost == 3


def test_what_was_sent_without_a_price_makes_the_sum_unknown(
    book: AccountLedger, draft: Drafts
) -> None:
    """An assumed price stands in for those as well."""
    sent(book, draft())
    for expected in ("1 earlier request has", "2 earlier requests have"):
        with pytest.raises(OverBudget, match=f"{expected} no known price"):
            sent(book, draft(cost=1), budget=Budget(day=9 * DOLLARS))
        sent(book, draft())
    budget = Budget(day=9 * DOLLARS, assumed=2 * DOLLARS)
    sent(book, draft(cost=3 * DOLLARS), budget=budget)
    with pytest.raises(OverBudget) as raised:
        sent(book, draft(cost=1), budget=budget)
    assert raised.value.spent == 9 * DOLLARS


def test_the_price_of_today_counts(book: AccountLedger, draft: Drafts) -> None:
    """What was thought when the request was put down is replaced."""
    budget = Budget(day=5, price=lambda row: 4)
    assert sent(book, draft(cost=9), budget=budget).cost == 4
    with pytest.raises(OverBudget):
        sent(book, draft(cost=1), budget=budget)


def test_what_was_not_taken_is_free_again(book: AccountLedger, draft: Drafts) -> None:
    """After "not now" another may have the rest."""
    budget = Budget(day=2 * DOLLARS)
    book.returned(sent(book, draft(cost=2 * DOLLARS), budget=budget).id)
    sent(book, draft(cost=2 * DOLLARS), budget=budget)


SENDER = """
import sys
from pathlib import Path
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.budget import Budget
from krea_cli.local.ledger.ledger import Ledger
book = Ledger.open(Path(sys.argv[1])).book("https://api.krea.ai", "a")
budget = Budget(max_cost=10_000_000, batch="b")
print("ready", flush=True)
sys.stdin.readline()
for row_id in map(int, sys.argv[2:]):
    try:
        book.sending(row_id, 5.0, budget=budget)
    except OverBudget:
        pass
"""


def test_two_processes_never_exceed_a_cap(tmp_path: Path, draft: Drafts) -> None:
    """Eight requests of 2 USD under 10: five are sent, whoever sends them."""
    ledger = Ledger.open(tmp_path / "state")
    book = ledger.for_account("https://api.krea.ai", "a")
    ids = [str(book.begin(draft(cost=2 * DOLLARS, batch="b")).id) for _ in range(8)]
    senders = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER, str(tmp_path / "state"), *ids[start::2]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for start in (0, 1)
    ]
    for sender in senders:
        assert sender.stdout and sender.stdout.readline() == "ready\n"
    for sender in senders:
        assert sender.stdin
        sender.stdin.write("go\n")
        sender.stdin.flush()
    for sender in senders:
        sender.communicate()
        assert sender.returncode == 0
    assert [book.row(int(row_id)).state for row_id in ids].count("sending") == 5
    ledger.close()
