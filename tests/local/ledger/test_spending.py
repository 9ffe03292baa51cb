"""The sums of what requests cost: kept by each move, and equal to the sum over the requests."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.budget import Budget
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.history import prune
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.migrations import ADD_SUMS, MIGRATIONS, migrate
from krea_cli.local.ledger.resolutions import Resolutions
from krea_cli.local.ledger.spending import SpendingTotal
from krea_cli.local.ledger.sums import count_wrong_sums, rebuild_sums
from tests.local.ledger.conftest import NOW, MakeDraft, Submit

BEFORE_SUMS = MIGRATIONS[: MIGRATIONS.index(ADD_SUMS)]
COUNTED = "FROM requests WHERE sent_at IS NOT NULL AND charged != 'no'"
BATCHES = ("b", "b#1/2", "b#2/2", "b other", 'b"', "c", None)
BASE, KEY, OTHER_KEY = "https://api.krea.ai", "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def ledger() -> Iterator[AccountLedger]:
    """A ledger in memory: a thousand moves need not wait for the disk."""
    whole = Ledger.in_memory(clock_now=lambda: NOW)
    yield whole.for_account(BASE, KEY)
    whole.close()


class Moves:
    """Moves requests at random, as commands do and as no command does."""

    def __init__(self, ledger: AccountLedger, make_draft: MakeDraft, random: Random) -> None:
        self.ledger = ledger
        self.rows = ledger.requests
        self.make_draft = make_draft
        self.random = random
        self.database = ledger._database
        self.names = iter(range(10_000))

    def insert(self) -> None:
        """A new request, of any batch or none, with a price or none."""
        cost = self.random.choice((None, 0, 1, 40_000, 10**12))
        self.rows.insert(self.make_draft(cost=cost, batch=self.random.choice(BATCHES)))

    def send(self) -> None:
        """Send one, perhaps under a cap that refuses it."""
        cap = self.random.choice((None, 1, 10**15))
        budget = None if cap is None else Budget(max_cost=cap, day=cap, batch_label="b")
        at = NOW + self.random.choice((-86_400.0, -1800.5, -900, -0.25, 0, 0.25, 7200))
        self.rows.mark_sending(self.any_id(), at, budget=budget)

    def answer(self) -> None:
        """The service has it."""
        job = Job(f"job-{next(self.names)}", "queued")
        self.rows.mark_submitted(self.any_id(), job, answered_at=NOW)

    def doubt(self) -> None:
        """No clear answer came."""
        self.rows.mark_in_doubt(self.any_id(), "HTTP 524")

    def unfound(self) -> None:
        """The list shows nothing of it."""
        self.rows.mark_unfound(self.any_id())

    def refuse(self) -> None:
        """The service refused it, and it cost nothing."""
        self.rows.mark_refused(self.any_id(), "no such field")

    def come_back(self) -> None:
        """Its process died before the first byte left."""
        self.rows.mark_unsent(self.any_id())

    def forget(self) -> None:
        """The user lets it go."""
        Resolutions(self.ledger).forget(self.any_id())

    def end(self) -> None:
        """Its job ends, billed or not."""
        job = Job(f"job-{self.random.randrange(1, 40)}", "completed")
        charged = self.random.choice(("yes", "no", "unknown"))
        self.rows.mark_ended(job.id, job, charged=charged, error=None)
        if self.random.random() < 0.5:
            self.rows.mark_saved(job.id, job=job)

    def discard(self) -> None:
        """Take it out."""
        self.rows.discard(self.any_id())

    def prune(self) -> None:
        """Let old ones go."""
        prune(self.database, NOW - self.random.choice((0, 100_000)))

    def change_key(self) -> None:
        """Another key, or another batch or time, as no command writes it today."""
        column, value = self.random.choice(
            (("account", OTHER_KEY), ("account", KEY), ("batch", "c"), ("sent_at", NOW - 5000))
        )
        statement = f"UPDATE requests SET {column} = ? WHERE id = ?"
        self.database.execute(statement, (value, self.any_id()))

    def delete(self) -> None:
        """Delete it, as a user with a tool for databases might."""
        if self.random.random() < 0.2:
            self.database.execute("DELETE FROM requests WHERE id = ?", (self.any_id(),))

    def any_id(self) -> int:
        """The number of a request, which may be in no state for the move."""
        rows = self.database.query("SELECT id FROM requests ORDER BY id DESC LIMIT 12")
        return int(self.random.choice(rows)[0]) if rows else 1

    def all(self) -> list[Callable[[], None]]:
        """Every kind of move; the usual ones more often."""
        usual = [self.insert, self.send, self.send, self.answer, self.end]
        rare = [self.doubt, self.unfound, self.refuse, self.come_back, self.forget]
        odd = [self.discard, self.prune, self.change_key, self.delete]
        return [*usual, *usual, *rare, *odd]


def true_sum(database: Database, condition: str, *values: Any, excluding: int) -> SpendingTotal:
    """Sum up the requests themselves."""
    [row] = database.query(
        "SELECT coalesce(sum(cost), 0), count(*) - count(cost), coalesce(sum(charged != 'yes'), 0)"
        f" {COUNTED} AND base = ? AND id != ? AND {condition}",
        (BASE, excluding, *values),
    )
    return SpendingTotal(*row)


def tell(total: SpendingTotal) -> tuple[int, int, int]:
    """All three amounts: `open` does not count where totals are compared."""
    return total.priced, total.unpriced, total.open


@pytest.mark.parametrize("seed", range(4))
def test_every_move_keeps_the_sums(ledger: AccountLedger, make_draft: MakeDraft, seed: int) -> None:
    """After each of hundreds of moves, every sum is that over the requests."""
    moves = Moves(ledger, make_draft, Random(seed))
    database, spending = ledger._database, ledger.spending
    for _ in range(300):
        with suppress(KreaError):
            moves.random.choice(moves.all())()
        assert count_wrong_sums(database) == 0
        excluding = moves.any_id()
        for moment in (
            NOW - 90_000.0,
            NOW - 900,
            NOW - 1800.5,
            NOW - 0.3,
            NOW,
            NOW - NOW % 900,
            -5.0,
        ):
            summed = spending.sum_since(moment, excluding=excluding)
            # Another key may be of this account, as nobody says that it is not.
            true = true_sum(database, "sent_at >= ?", moment, excluding=excluding)
            assert tell(summed) == tell(true)
        summed = spending.sum_batch("b", excluding=excluding)
        own = "account = ? AND (batch = 'b' OR batch LIKE 'b#%')"
        true = true_sum(database, own, KEY, excluding=excluding)
        assert tell(summed) == tell(true)
    assert tell(spending.sum_since(0.0)) > (0, 0, 0)


def test_the_sums_of_an_older_ledger_are_made(tmp_path: Path) -> None:
    """A ledger with sent requests has its sums as soon as this version opens it."""
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)) as old:
        migrate(old, BEFORE_SUMS)
        columns = "created_at, base, account, model, kind, route, body, given, identity"
        for number, (batch, cost, charged) in enumerate(
            (("b", 5, "yes"), ("b#1/2", None, "unknown"), (None, 7, "unknown"), ("b", 9, "no"))
        ):
            old.execute(
                f'INSERT INTO requests ({columns}, "index", state, sent_at, batch, cost, charged)'
                " VALUES (?, ?, ?, 'm', 'image', '/m', '{}', '{}', 'x', 1, 'saved', ?, ?, ?, ?)",
                (NOW, BASE, KEY, NOW + 1000 * number, batch, cost, charged),
            )
    with closing(Ledger.open(tmp_path, clock_now=lambda: NOW)) as whole:
        spending = whole.for_account(BASE, KEY).spending
        assert tell(spending.sum_batch("b")) == (5, 1, 1)
        assert tell(spending.sum_since(NOW)) == (12, 1, 2)
        assert tell(spending.sum_since(NOW + 1500)) == (7, 0, 1)


def test_wrong_sums_are_counted_and_made_right(ledger: AccountLedger, submit: Submit) -> None:
    """A sum that is missing, wrong or of nothing is found, and mended by adding up again."""
    submit("a", batch="b", cost=3)
    database = ledger._database
    database.execute("INSERT INTO batch_sums VALUES (?, ?, 'gone', 1, 0, 0)", (BASE, KEY))
    database.execute("INSERT INTO batch_sums VALUES (?, ?, 'nothing', 0, 0, 0)", (BASE, KEY))
    database.execute("UPDATE batch_sums SET priced = 2 WHERE batch = 'b'", ())
    database.execute("DELETE FROM quarter_sums", ())
    assert count_wrong_sums(database) == 3
    rebuild_sums(database)
    assert count_wrong_sums(database) == 0
    assert ledger.spending.sum_batch("b").priced == ledger.spending.sum_since(NOW).priced == 3
