"""The list of other hosts' ledgers: it is old at no time, and seldom read."""

import errno
import os
from pathlib import Path

import pytest

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.ledger_list import TICK_SECONDS, LedgerList
from tests.clocks.fake_clock import FakeClock


def test_ledgers_are_listed_but_for_the_own(tmp_path: Path) -> None:
    """Under whatever name the own one goes; other files are left out."""
    own, other, local = (
        tmp_path / name for name in ("ledger-a.sqlite3", "ledger-b.sqlite3", "ledger.sqlite3")
    )
    for path in (own, other, local, tmp_path / "ledger-b.sqlite3-wal"):
        path.touch()
    (tmp_path / "ledger-c.sqlite3").symlink_to(own)
    assert LedgerList(own, FakeClock().monotonic).others() == (local, other)
    missing = tmp_path / "missing" / "ledger.sqlite3"
    assert LedgerList(missing, FakeClock().monotonic).others() == ()


def test_a_change_within_one_tick_of_the_disk_is_seen(tmp_path: Path) -> None:
    """The time of the folder may stay as it is then; it proves something only later."""
    clock, own, other = FakeClock(), tmp_path / "ledger-a.sqlite3", tmp_path / "ledger-b.sqlite3"
    own.touch()
    tick = os.stat(tmp_path).st_mtime_ns
    ledgers = LedgerList(own, clock.monotonic)
    assert ledgers.others() == ()
    other.touch()
    os.utime(tmp_path, ns=(tick, tick))
    assert ledgers.others() == (other,)


def test_a_folder_that_has_not_changed_is_not_listed_again(tmp_path: Path) -> None:
    """A batch of many items asks for each; one stat answers that."""
    clock, own, other = FakeClock(), tmp_path / "ledger-a.sqlite3", tmp_path / "ledger-b.sqlite3"
    own.touch()
    tick = os.stat(tmp_path).st_mtime_ns
    ledgers = LedgerList(own, clock.monotonic)
    assert ledgers.others() == ()
    clock.sleep(TICK_SECONDS + 1)
    assert ledgers.others() == ()
    other.touch()
    os.utime(tmp_path, ns=(tick, tick))  # which no disk does so late
    assert ledgers.others() == ()
    os.utime(tmp_path, ns=(tick + 1, tick + 1))
    assert ledgers.others() == (other,)


def test_a_folder_that_cannot_be_read_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an item that another host has paid for would be sent: a disk fails in one sentence."""
    own = tmp_path / "ledger-a.sqlite3"
    ledgers = LedgerList(own, FakeClock().monotonic)

    def fail(path: object) -> os.stat_result:
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(os, "stat", fail)
    with pytest.raises(LedgerUnusable, match="cannot be used: Stale file handle"):
        ledgers.others()
