"""The owners of listed jobs, over all accounts of a base."""

import sqlite3
from pathlib import Path

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import InDoubt
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.migrations import MIGRATIONS, migrate
from krea_cli.local.ledger.ownership import STRANGER_MEMORY_SECONDS, Sending
from tests.local.ledger.conftest import NOW, MakeDraft, Submit

OTHER_KEY = "fedcba9876543210"
BOOT = ("boot", 5_000.0)


def test_a_job_has_one_owner_whatever_the_key(
    whole_ledger: Ledger, ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Two keys of one workspace see one list: a row of the other key owns its job as well."""
    submit("j1")
    other = whole_ledger.for_account(ledger.base, OTHER_KEY)
    row = other.requests.insert(make_draft())
    other.requests.mark_sending(row.id, NOW)
    other.requests.mark_in_doubt(row.id, "reset")
    assert other.ownership.owned_job_ids(["j1", "j2"]) == {"j1"}
    with pytest.raises(InDoubt, match="job j1 belongs to request 1 of the ledger already"):
        other.requests.mark_submitted(row.id, Job("j1", "queued"), answered_at=NOW, adopted=True)
    assert [each.id for each in ledger.ownership.list_claimants()] == [row.id]
    sandbox = whole_ledger.for_account("http://127.0.0.1:8000", ledger.account)
    assert sandbox.ownership.owned_job_ids(["j1"]) == set()
    assert sandbox.ownership.list_claimants() == []


def test_one_post_at_a_time_for_all_keys_of_a_base(
    whole_ledger: Ledger, ledger: AccountLedger
) -> None:
    """The first lock is for the base; the second is for the account, as in older versions."""
    other = whole_ledger.for_account(ledger.base, OTHER_KEY)
    sandbox = whole_ledger.for_account("http://127.0.0.1:8000", ledger.account)
    locks = [each.post_locks() for each in (ledger, other, sandbox)]
    paths = [each.paths for each in locks if each]
    assert paths[0][0] == paths[1][0] != paths[2][0]
    assert len({path for each in paths for path in each}) == 5


def test_each_sending_keeps_its_own_moment(ledger: AccountLedger, make_draft: MakeDraft) -> None:
    """A try is kept if its job may appear after all."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW, boot=BOOT)
    ledger.requests.mark_unsent(row.id)
    ledger.requests.mark_sending(row.id, NOW + 10, boot=("boot", 5_010.0))
    ledger.requests.mark_unsent(row.id, forget_sending=False)
    assert ledger.requests.discard(row.id) is False
    ledger.requests.mark_sending(row.id, NOW + 20, boot=("boot", 5_020.0))
    sendings = ledger.ownership.list_sendings(ledger.requests.get(row.id))
    assert sendings == [
        Sending(NOW + 10, "boot", 5_010.0, leaving=False),
        Sending(NOW + 20, "boot", 5_020.0, leaving=False),
    ]


def test_a_request_without_the_mark_of_its_first_byte_never_left(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """The mark outlives the process; a crash of the machine may lose it."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW, boot=BOOT)
    sending = ledger.ownership.last_sending(ledger.requests.get(row.id))
    assert (sending.never_left("boot"), sending.never_left("next boot")) == (True, False)
    ledger.requests.mark_leaving(row.id)
    assert not ledger.ownership.last_sending(ledger.requests.get(row.id)).never_left("boot")


def test_a_system_that_names_no_boots_proves_nothing() -> None:
    """A crash of the machine may have lost the mark, and would look like one boot."""
    assert not Sending(NOW, "", 5_000.0, leaving=False).never_left("")


def test_the_last_sending_is_the_last_by_the_row_after_a_leap_back(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """A clock that was set back makes the last try the earliest in the list."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW, boot=BOOT)
    ledger.requests.mark_leaving(row.id)
    ledger.requests.mark_unsent(row.id, forget_sending=False)
    ledger.requests.mark_sending(row.id, NOW - 600, boot=("boot", 5_030.0))
    assert ledger.ownership.last_sending(ledger.requests.get(row.id)).never_left("boot")


def test_a_sending_that_an_older_version_booked_may_have_left(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """An older version books no sendings, and knows no mark."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.change_state(row.id, ("checked",), "sending", sent_at=NOW)
    assert not ledger.ownership.last_sending(ledger.requests.get(row.id)).never_left("boot")


def test_a_leap_of_the_clock_shifts_no_sending() -> None:
    """Seconds since the boot tell the moment on the clock of now; another boot does not."""
    sending = Sending(NOW, "boot", 5_000.0)
    assert sending.on_clock(NOW + 60, ("boot", 5_060.0)) == NOW
    assert sending.on_clock(NOW + 660, ("boot", 5_060.0)) == NOW + 600
    assert sending.on_clock(NOW + 660, ("next boot", 60.0)) == NOW
    assert Sending(NOW).on_clock(NOW + 660, ("boot", 5_060.0)) == NOW


def test_a_stranger_is_remembered_for_thirty_days(ledger: AccountLedger, submit: Submit) -> None:
    """A job from before the first request says nothing: nobody knows who made it."""
    submit("j1")
    ownership = ledger.ownership
    first = ledger.requests.get(1).created_at
    jobs = [("s1", first - 1), ("s2", first + 1)]
    assert ownership.has_strangers(NOW) is False
    assert ownership.record_strangers(jobs, NOW) == ["s2"]
    assert ownership.record_strangers(jobs, NOW + 5) == []
    assert ownership.has_strangers(NOW + STRANGER_MEMORY_SECONDS - 1) is True
    assert ownership.has_strangers(NOW + STRANGER_MEMORY_SECONDS + 1) is False


def test_what_was_pruned_is_no_stranger_s(
    whole_ledger: Ledger, ledger: AccountLedger, submit: Submit
) -> None:
    """A job of a request that history.keep let go has no owner any more."""
    submit("j1")
    ledger.requests.mark_saved("j1")
    assert whole_ledger.prune(NOW + 50) == 1
    submit("j2")
    assert ledger.ownership.record_strangers([("j1", NOW + 40)], NOW) == []
    assert ledger.ownership.record_strangers([("s1", NOW + 60)], NOW) == ["s1"]


def test_a_ledger_in_which_two_rows_own_one_job_is_opened(tmp_path: Path) -> None:
    """The row that was answered keeps it; the adopted one is in doubt again, and says why."""
    path = tmp_path / "ledger.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, MIGRATIONS[:3])
    for account, state, adopted in (("a", "saved", 1), ("b", "saved", 0), ("c", "submitted", 1)):
        connection.execute(
            "INSERT INTO requests (created_at, base, account, model, kind, route, body, given,"
            ' identity, "index", state, job_id, adopted, charged)'
            " VALUES (?, 'b', ?, 'm', 'image', '/r', '{}', '{}', 'i', 1, ?, 'j1', ?, 'yes')",
            (NOW, account, state, adopted),
        )
    connection.close()
    ledger = Ledger.open(tmp_path)
    rows = [
        ledger.for_account("b", account).requests.get(id) for id, account in enumerate("abc", 1)
    ]
    assert [(row.state, row.job_id, row.charged) for row in rows] == [
        ("unknown", None, "unknown"),
        ("saved", "j1", "yes"),
        ("unknown", None, "unknown"),
    ]
    assert rows[0].error == "its job j1 belongs to another request"
    assert [row.id for row in ledger.for_account("b", "a").history.list_in_doubt()] == [1]
    ledger.close()
