"""The locks of requests under way: one alone, or several beside each other."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.file_lock import FileLock
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.post_locks import PostLocks

BASE = "https://api.krea.ai"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[AccountLedger]:
    """A ledger on disk."""
    whole_ledger = Ledger.open(tmp_path)
    yield whole_ledger.for_account(BASE, "0123456789abcdef")
    whole_ledger.close()


def locks(ledger: AccountLedger, parallel: int = 1) -> PostLocks:
    """The locks of one more request."""
    made = ledger.post_locks(parallel)
    assert made is not None
    return made


def take(ledger: AccountLedger, parallel: int, row_id: int) -> PostLocks | None:
    """Take the locks of a request beside others; None if it has to wait."""
    taken = locks(ledger, parallel)
    if not taken.try_acquire():
        taken.release()
        return None
    taken.note(row_id)
    taken.let_others_in()
    return taken


def test_as_many_at_once_as_is_said_in_all_processes(ledger: AccountLedger) -> None:
    """The fourth of three waits until one of them is over."""
    first, *_ = held = [take(ledger, 3, number) for number in range(3)]
    assert None not in held
    assert take(ledger, 3, 4) is None
    assert first is not None
    first.release()
    assert take(ledger, 3, 4) is not None


def test_each_is_known_to_be_under_way_while_its_process_lives(ledger: AccountLedger) -> None:
    """Its slot names it, and is locked; a request of a dead process is in no locked slot."""
    first, second = take(ledger, 8, 11), take(ledger, 8, 12)
    assert first and second
    look = locks(ledger, 8)
    assert [look.is_under_way(number) for number in (1, 11, 12, 112)] == [False, True, True, False]
    first.release()
    assert [look.is_under_way(number) for number in (11, 12)] == [False, True]
    # The present holder of a slot is the one that counts.
    assert take(ledger, 8, 13) and not look.is_under_way(11)


def test_one_alone_and_several_keep_each_other_out(ledger: AccountLedger) -> None:
    """Whoever looks for lost jobs, or sends one at a time, has nobody beside it."""
    shared, alone = take(ledger, 8, 1), locks(ledger)
    assert shared and not alone.try_acquire()
    # It waits in front: no other may begin meanwhile, or it might wait for ever.
    assert take(ledger, 8, 2) is None
    shared.release()
    assert alone.try_acquire()
    assert take(ledger, 8, 2) is None
    alone.release()
    assert take(ledger, 8, 2) is not None


def test_while_one_looks_around_no_other_begins(ledger: AccountLedger) -> None:
    """The search for the job of a dead process stops the sending of all."""
    looking = locks(ledger, 8)
    assert looking.try_acquire()
    assert take(ledger, 8, 2) is None
    looking.let_others_in()
    assert take(ledger, 8, 2) is not None
    looking.release()


def test_a_request_whose_slot_cannot_name_it_is_not_sent(
    ledger: AccountLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk, say: others would take it for one of a dead process."""
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(FileLock, "write", Mock(side_effect=full))
    with pytest.raises(LedgerUnusable, match="No space left on device"):
        take(ledger, 8, 1)
