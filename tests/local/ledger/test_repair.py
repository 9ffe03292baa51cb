"""Examining the ledger, and setting a damaged one aside."""

from pathlib import Path

import pytest

from krea_cli.errors import KreaError, LedgerUnusable
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.repair import LedgerHealth, examine_ledger, set_ledger_aside
from tests.local.ledger.conftest import MakeDraft

NAME = "ledger.sqlite3"


def test_a_ledger_is_counted(ledger: AccountLedger, make_draft: MakeDraft, tmp_path: Path) -> None:
    """All requests count, and those that may have been received."""
    for _ in range(3):
        row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, 1.0)
    folder = tmp_path / "state"
    assert examine_ledger(folder) == LedgerHealth(
        folder / NAME, exists=True, requests=3, in_doubt=1
    )


def test_no_ledger_yet(tmp_path: Path) -> None:
    """An examination makes no ledger."""
    assert examine_ledger(tmp_path / "state") == LedgerHealth(
        tmp_path / "state" / NAME, exists=False
    )
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_ledger_is_renamed_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    """Nothing is deleted, a second one beside it is not overwritten, and a new ledger works."""
    for _ in range(2):
        (tmp_path / NAME).write_bytes(b"damaged")
        (tmp_path / f"{NAME}-wal").write_bytes(b"its log")
        set_ledger_aside(tmp_path, now=0.0)
    damaged = sorted(path.name for path in tmp_path.glob("*.damaged*"))
    stamp = damaged[0]
    assert damaged == [stamp, f"{stamp}-2", f"{stamp}-2-wal", f"{stamp}-wal"]
    assert (tmp_path / stamp).read_bytes() == b"damaged"
    Ledger.open(tmp_path).close()


def test_damage_inside_is_found(
    ledger: AccountLedger, make_draft: MakeDraft, tmp_path: Path
) -> None:
    """A ledger that opens and is damaged further in can be set aside too."""
    path = tmp_path / "state" / NAME
    for _ in range(100):
        ledger.requests.insert(make_draft(prompt="x" * 400))
    Ledger.open(path.parent).close()
    ledger._database.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
    problem = examine_ledger(path.parent).problem
    assert problem is not None
    assert "is damaged" in problem.message
    assert set_ledger_aside(path.parent, now=0.0).exists()
    assert not path.exists()


def test_a_healthy_ledger_is_not_set_aside(whole_ledger: Ledger, tmp_path: Path) -> None:
    """An empty ledger would forget what is in doubt."""
    with pytest.raises(KreaError, match="the ledger is not damaged: there is nothing to repair"):
        set_ledger_aside(tmp_path / "state", now=0.0)
    assert (tmp_path / "state" / NAME).exists()


def test_a_problem_that_is_no_damage_is_raised(tmp_path: Path) -> None:
    """A ledger that renaming would not help is left in place."""
    (tmp_path / NAME).mkdir()
    with pytest.raises(LedgerUnusable, match="cannot be used: Is a directory"):
        set_ledger_aside(tmp_path, now=0.0)
    assert (tmp_path / NAME).is_dir()
