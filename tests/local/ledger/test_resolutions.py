"""The user's decisions about requests in doubt, as the ledger carries them out."""

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.resolutions import Resolutions
from krea_cli.local.ledger.rows import RequestRow
from tests.local.ledger.conftest import NOW, MakeDraft


@pytest.fixture
def resolutions(ledger: AccountLedger) -> Resolutions:
    """The user's words about that ledger."""
    return Resolutions(ledger)


@pytest.fixture(params=["unknown", "unfound"])
def lost(
    ledger: AccountLedger, make_draft: MakeDraft, request: pytest.FixtureRequest
) -> RequestRow:
    """A request in doubt."""
    row = ledger.requests.insert(
        make_draft(target="/home/me/fox.png", seed=7, part="/home/me/.fox.png.part")
    )
    ledger.requests.mark_sending(row.id, NOW)
    ledger.requests.mark_in_doubt(row.id, "reset")
    if request.param == "unfound":
        ledger.requests.mark_unfound(row.id)
    return ledger.requests.get(row.id)


def ids_in_doubt(ledger: AccountLedger) -> list[int]:
    """Return the ids of the requests in doubt."""
    return [row.id for row in ledger.history.list_in_doubt()]


def test_a_doubt_is_forgotten(
    ledger: AccountLedger, resolutions: Resolutions, lost: RequestRow
) -> None:
    """Once; its job still blocks the way for others."""
    resolutions.forget(lost.id)
    assert ledger.requests.get(lost.id).state == "forgotten"
    assert [row.id for row in ledger.ownership.list_claimants()] == [lost.id]
    with pytest.raises(KreaError, match="is forgotten, so it cannot become forgotten"):
        resolutions.forget(lost.id)


def test_a_replacement_asks_for_the_same(
    ledger: AccountLedger, resolutions: Resolutions, lost: RequestRow
) -> None:
    """The old row is looked for no longer once the new one has left."""
    new = resolutions.replace(lost)
    old = ledger.requests.get(lost.id)
    assert (old.state, old.error) == ("forgotten", f"sent again as request {new.id}")
    assert (new.state, new.target, new.part, new.body) == ("checked", lost.target, None, lost.body)
    assert ids_in_doubt(ledger) == [lost.id]
    ledger.requests.mark_sending(new.id, NOW + 1)
    assert ids_in_doubt(ledger) == []


def test_a_replacement_that_was_never_sent_is_taken_back(
    ledger: AccountLedger, resolutions: Resolutions, lost: RequestRow
) -> None:
    """All is as it was."""
    new = resolutions.replace(lost)
    resolutions.restore(lost, new)
    assert (ledger.requests.get(lost.id), ledger.requests.find(new.id)) == (lost, None)


def test_a_refused_replacement_leaves_the_doubt(
    ledger: AccountLedger, resolutions: Resolutions, lost: RequestRow
) -> None:
    """The copy made no job; the first request may have made one."""
    new = resolutions.replace(lost)
    ledger.requests.mark_sending(new.id, NOW + 1)
    ledger.requests.mark_refused(new.id, "no")
    resolutions.restore(lost, new)
    assert (ledger.requests.get(lost.id), ledger.requests.get(new.id).state) == (lost, "refused")


def test_a_replacement_that_somebody_joined_stays(
    ledger: AccountLedger, resolutions: Resolutions, lost: RequestRow
) -> None:
    """The copy will be sent: the first request must not be sent again beside it."""
    new = resolutions.replace(lost)
    ledger.requests.record_part(new.id, "/home/me/.fox.png.part")
    resolutions.restore(lost, new)
    assert (ledger.requests.get(lost.id).state, ledger.requests.get(new.id).state) == (
        "forgotten",
        "checked",
    )
    with pytest.raises(KreaError, match="is about to send request"):
        resolutions.reopen(lost.id)


def test_a_kill_before_it_was_sent_again_is_no_loss(
    ledger: AccountLedger, resolutions: Resolutions, lost: RequestRow
) -> None:
    """The request is in doubt again, and what was about to be sent can be sent no more."""
    new = resolutions.replace(lost)
    assert resolutions.reopen(lost.id)
    assert (ledger.requests.get(lost.id).state, ledger.requests.find(new.id)) == ("unknown", None)
    with pytest.raises(KreaError, match=f"the ledger has no request {new.id}"):
        ledger.requests.mark_sending(new.id, NOW + 1)
    assert not resolutions.reopen(lost.id)


def test_a_job_that_nobody_can_read_is_forgotten(
    ledger: AccountLedger, resolutions: Resolutions, make_draft: MakeDraft
) -> None:
    """The job counts as missing no longer; its id stays taken."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW)
    ledger.requests.mark_submitted(row.id, Job("j1", "queued"), answered_at=NOW)
    resolutions.forget(row.id)
    assert ledger.history.list_unsaved() == []
    assert ledger.ownership.owned_job_ids(["j1"]) == {"j1"}
