"""Caps on spending: they count every sent request, and no two processes spend one rest."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.budget import Budget, midnight, month_start
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.resolutions import Resolutions
from krea_cli.local.ledger.rows import RequestDraft, RequestRow
from krea_cli.local.ledger.spending import SpendingTotal
from tests.local.ledger.conftest import NOW, MakeDraft

DOLLARS = 1_000_000


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A day that begins at 23:00 UTC."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def send(
    ledger: AccountLedger, draft: RequestDraft, at: float = NOW, budget: Budget | None = None
) -> RequestRow:
    """Send a request, whose answer is still to come."""
    row = ledger.requests.insert(draft)
    ledger.requests.mark_sending(row.id, at, budget=budget)
    return ledger.requests.get(row.id)


def test_all_that_may_have_cost_something_counts(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """With the service, paid, in doubt, forgotten in doubt; not what is known to be free."""
    two = make_draft(cost=2 * DOLLARS, batch="b")
    ledger.requests.insert(two)  # never sent
    send(ledger, two)
    ledger.requests.mark_refused(send(ledger, two).id, "no such field")
    ledger.requests.mark_unsent(send(ledger, two).id)
    unknown, unfound, forgotten = (send(ledger, two) for _ in range(3))
    for row in (unknown, unfound, forgotten):
        ledger.requests.mark_in_doubt(row.id, "HTTP 524")
    ledger.requests.mark_unfound(unfound.id)
    Resolutions(ledger).forget(forgotten.id)
    for name, status, charged in (("a", "completed", "yes"), ("b", "failed", "no")):
        ledger.requests.mark_submitted(send(ledger, two).id, Job(name, "queued"), answered_at=NOW)
        ledger.requests.mark_ended(name, Job(name, status), charged=charged, error=None)
    ledger.requests.mark_submitted(send(ledger, two).id, Job("c", "queued"), answered_at=NOW)
    ledger.requests.mark_ended("c", Job("c", "completed"), charged="yes", error=None)
    ledger.requests.mark_saved("c")

    six = SpendingTotal(6 * 2 * DOLLARS)  # sending, three in doubt, completed, saved
    assert ledger.spending.sum_batch("b") == six
    assert ledger.spending.sum_batch("b").open == 4
    assert ledger.spending.sum_since(NOW) == six
    assert ledger.spending.sum_since(NOW + 1) == ledger.spending.sum_batch("c") == SpendingTotal()


def test_a_cap_is_reached_and_never_exceeded(ledger: AccountLedger, make_draft: MakeDraft) -> None:
    """A request for exactly the rest goes; the next one stays, and the error has the sums."""
    budget = Budget(max_cost=4 * DOLLARS, batch_label="b")
    for _ in range(2):
        send(ledger, make_draft(cost=2 * DOLLARS, batch="b"), budget=budget)
    row = ledger.requests.insert(make_draft(cost=1, batch="b"))
    with pytest.raises(OverBudget) as raised:
        ledger.requests.mark_sending(row.id, NOW, budget=budget)
    assert ledger.requests.get(row.id) == row
    assert raised.value.as_dict() == {
        "code": "over_budget",
        "message": "bfl/flux-1-dev may cost $0.000001, and $4.00 of --max-cost $4.00"
        " is spent or may still be",
        "hint": "--max-cost 4.000001 allows it",
        "charged": "no",
        "job_id": None,
        "limit": "--max-cost",
        "spent": 4.0,
        "cost": 0.000001,
        "cap": 4.0,
    }


def test_the_day_begins_at_local_midnight(
    berlin: None, ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """All batches and commands of the account count, those of yesterday and of others do not."""
    start = midnight(NOW)  # 14 November 2023, 23:13 in Berlin
    assert time.strftime("%d %H:%M:%S", time.gmtime(start)) == "13 23:00:00"
    budget = Budget(day=5 * DOLLARS)
    two = make_draft(cost=2 * DOLLARS)
    send(ledger, two, at=start - 1, budget=budget)
    send(ledger, two, at=start, budget=budget)
    send(ledger, make_draft(cost=2 * DOLLARS, batch="b"), budget=budget)
    with pytest.raises(OverBudget, match=r"\$4.00 of budget.day \$5.00 is spent") as raised:
        send(ledger, two, budget=budget)
    assert raised.value.hint == (
        "krea config set budget.day 6.00 allows it; at midnight a new day begins"
    )
    send(ledger, two, at=start + 86_400, budget=budget)


def test_the_month_begins_on_its_first(
    berlin: None, ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """Requests of this month count, from local midnight on; those of the month before do not."""
    start = month_start(NOW)  # in November 2023
    assert time.strftime("%m-%d %H:%M:%S", time.gmtime(start)) == "10-31 23:00:00"
    budget = Budget(month=3 * DOLLARS)
    two = make_draft(cost=2 * DOLLARS)
    send(ledger, two, at=start - 1, budget=budget)
    send(ledger, two, at=start, budget=budget)
    with pytest.raises(OverBudget, match=r"\$2.00 of budget.month \$3.00 is spent") as raised:
        send(ledger, two, budget=budget)
    assert raised.value.hint == (
        "krea config set budget.month 4.00 allows it; on the first a new month begins"
    )
    send(ledger, two, at=start + 31 * 86_400, budget=budget)


def test_another_account_has_a_budget_of_its_own(
    whole_ledger: Ledger, ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """Sums are of one base and account; the user's word tells two accounts apart."""
    budget = Budget(day=2 * DOLLARS)
    send(
        whole_ledger.for_account("https://api.krea.ai", "other"),
        make_draft(cost=2 * DOLLARS),
        budget=budget,
    )
    ledger.keys.relate("other", "other", "absent", NOW)
    with pytest.raises(OverBudget):
        send(ledger, make_draft(cost=2 * DOLLARS), budget=budget)
    ledger.keys.relate("other", "other", "user", NOW)
    send(
        whole_ledger.for_account("https://other.example", ledger.account),
        make_draft(cost=2),
        budget=budget,
    )
    send(ledger, make_draft(cost=2 * DOLLARS), budget=budget)


def test_each_cap_is_held(ledger: AccountLedger, make_draft: MakeDraft) -> None:
    """A batch within its cap may be over that of the day."""
    send(ledger, make_draft(cost=2 * DOLLARS))
    with pytest.raises(OverBudget) as raised:
        send(
            ledger,
            make_draft(cost=2 * DOLLARS, batch="b"),
            budget=Budget(max_cost=9 * DOLLARS, batch_label="b", day=3 * DOLLARS),
        )
    assert raised.value.cap_name == "budget.day"


def test_without_a_label_the_cap_is_for_what_was_counted(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """The requests of one command and of its earlier runs, and the requests that they replaced."""
    send(ledger, make_draft(cost=2 * DOLLARS, target="/other.png"))
    lost, earlier = (
        send(ledger, make_draft(cost=2 * DOLLARS, target=target)) for target in ("/a.png", "/b.png")
    )
    ledger.requests.mark_in_doubt(lost.id, "HTTP 524")
    again = Resolutions(ledger).replace(lost)
    ledger.requests.mark_sending(again.id, NOW)
    budget = Budget(max_cost=7 * DOLLARS)
    for row in (again, earlier):
        budget.count_request(row.id)
    with pytest.raises(OverBudget, match=r"\$6.00 of --max-cost \$7.00 is spent"):
        send(ledger, make_draft(cost=2 * DOLLARS), budget=budget)
    send(ledger, make_draft(cost=1 * DOLLARS), budget=budget)


def test_an_unknown_price_is_over_every_cap(ledger: AccountLedger, make_draft: MakeDraft) -> None:
    """Unless one is assumed: then it is what the row costs."""
    with pytest.raises(OverBudget) as raised:
        send(ledger, make_draft(), budget=Budget(day=900 * DOLLARS))
    assert raised.value.message == (
        "no sure price of bfl/flux-1-dev is known, so budget.day $900.00 cannot be kept"
    )
    assert raised.value.hint == (
        "--assume-price USD says what a request without a known price may cost;"
        " krea config set price.assume USD says it for good"
    )
    assert send(ledger, make_draft(), budget=Budget(day=5, assumed_price=3)).cost == 3


def test_what_was_sent_without_a_price_makes_the_sum_unknown(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """An assumed price stands in for those as well."""
    send(ledger, make_draft())
    for expected in ("1 earlier request has", "2 earlier requests have"):
        with pytest.raises(OverBudget, match=f"{expected} no sure price"):
            send(ledger, make_draft(cost=1), budget=Budget(day=9 * DOLLARS))
        send(ledger, make_draft())
    budget = Budget(day=9 * DOLLARS, assumed_price=2 * DOLLARS)
    send(ledger, make_draft(cost=3 * DOLLARS), budget=budget)
    with pytest.raises(OverBudget) as raised:
        send(ledger, make_draft(cost=1), budget=budget)
    assert raised.value.spent == 9 * DOLLARS


def test_the_price_of_today_counts(ledger: AccountLedger, make_draft: MakeDraft) -> None:
    """The price of the draft is replaced."""
    budget = Budget(day=5, current_price=lambda row: 4)
    assert send(ledger, make_draft(cost=9), budget=budget).cost == 4
    with pytest.raises(OverBudget):
        send(ledger, make_draft(cost=1), budget=budget)


def test_what_was_not_taken_is_free_again(ledger: AccountLedger, make_draft: MakeDraft) -> None:
    """After "not now" another may have the rest."""
    budget = Budget(day=2 * DOLLARS)
    ledger.requests.mark_unsent(send(ledger, make_draft(cost=2 * DOLLARS), budget=budget).id)
    send(ledger, make_draft(cost=2 * DOLLARS), budget=budget)


SENDER_SCRIPT = """
import sys
from pathlib import Path
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.budget import Budget
from krea_cli.local.ledger.ledger import Ledger
requests = Ledger.open(Path(sys.argv[1])).for_account("https://api.krea.ai", "a").requests
budget = Budget(max_cost=10_000_000, batch_label="b")
print("ready", flush=True)
sys.stdin.readline()
for row_id in map(int, sys.argv[2:]):
    try:
        requests.mark_sending(row_id, 5.0, budget=budget)
    except OverBudget:
        pass
"""


def test_two_processes_never_exceed_a_cap(tmp_path: Path, make_draft: MakeDraft) -> None:
    """Eight requests of 2 USD under 10: five are sent, whoever sends them."""
    whole_ledger = Ledger.open(tmp_path / "state")
    ledger = whole_ledger.for_account("https://api.krea.ai", "a")
    ids = [
        str(ledger.requests.insert(make_draft(cost=2 * DOLLARS, batch="b")).id) for _ in range(8)
    ]
    senders = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER_SCRIPT, str(tmp_path / "state"), *ids[start::2]],
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
    assert [ledger.requests.get(int(row_id)).state for row_id in ids].count("sending") == 5
    whole_ledger.close()
