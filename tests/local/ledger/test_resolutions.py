"""What the user decides about requests in doubt, as the ledger carries it out."""

from collections.abc import Callable

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.resolutions import Verdicts
from krea_cli.local.ledger.rows import Draft, Row
from tests.local.ledger.conftest import NOW

Drafts = Callable[..., Draft]


@pytest.fixture
def verdicts(book: AccountLedger) -> Verdicts:
    """The user's words about that book."""
    return Verdicts(book)


@pytest.fixture(params=["unknown", "unfound"])
def lost(book: AccountLedger, draft: Drafts, request: pytest.FixtureRequest) -> Row:
    """A request in doubt."""
    row = book.begin(draft(target="/home/me/fox.png", seed=7, part="/home/me/.fox.png.part"))
    book.sending(row.id, NOW)
    book.doubtful(row.id, "reset")
    if request.param == "unfound":
        book.unfound(row.id)
    return book.row(row.id)


def doubts(book: AccountLedger) -> list[int]:
    """The numbers of the requests that count as in doubt."""
    return [row.id for row in book.history.doubts()]


def test_a_doubt_is_forgotten(book: AccountLedger, verdicts: Verdicts, lost: Row) -> None:
    """Once; its job still blocks the way for others."""
    verdicts.forget(lost.id)
    assert book.row(lost.id).state == "forgotten"
    assert [row.id for row in book.history.forgotten(NOW - 1)] == [lost.id]
    with pytest.raises(KreaError, match="is forgotten, so it cannot become forgotten"):
        verdicts.forget(lost.id)


def test_a_replacement_asks_for_the_same(
    book: AccountLedger, verdicts: Verdicts, lost: Row
) -> None:
    """The old row is looked for no longer once the new one has left."""
    new = verdicts.replace(lost.id)
    old = book.row(lost.id)
    assert (old.state, old.error) == ("forgotten", f"sent again as request {new.id}")
    assert (new.state, new.target, new.part, new.body) == ("checked", lost.target, None, lost.body)
    assert doubts(book) == [lost.id]
    book.sending(new.id, NOW + 1)
    assert doubts(book) == []


def test_a_replacement_that_was_never_sent_is_taken_back(
    book: AccountLedger, verdicts: Verdicts, lost: Row
) -> None:
    """All is as it was."""
    new = verdicts.replace(lost.id)
    verdicts.reinstate(lost, new)
    assert (book.row(lost.id), book.find(new.id)) == (lost, None)


def test_a_refused_replacement_leaves_the_doubt(
    book: AccountLedger, verdicts: Verdicts, lost: Row
) -> None:
    """No job was made by it; the first may have made one."""
    new = verdicts.replace(lost.id)
    book.sending(new.id, NOW + 1)
    book.refused(new.id, "no")
    verdicts.reinstate(lost, new)
    assert (book.row(lost.id), book.row(new.id).state) == (lost, "refused")


def test_a_replacement_that_somebody_joined_stays(
    book: AccountLedger, verdicts: Verdicts, lost: Row
) -> None:
    """It will be sent: the first must not be sent again beside it."""
    new = verdicts.replace(lost.id)
    book.take_part(new.id, "/home/me/.fox.png.part")
    verdicts.reinstate(lost, new)
    assert (book.row(lost.id).state, book.row(new.id).state) == ("forgotten", "checked")
    with pytest.raises(KreaError, match="is about to send request"):
        verdicts.revive(lost.id)


def test_a_kill_before_it_was_sent_again_is_no_loss(
    book: AccountLedger, verdicts: Verdicts, lost: Row
) -> None:
    """The request is in doubt again, and what was about to be sent can be sent no more."""
    new = verdicts.replace(lost.id)
    assert verdicts.revive(lost.id)
    assert (book.row(lost.id).state, book.find(new.id)) == ("unknown", None)
    with pytest.raises(KreaError, match=f"the ledger has no request {new.id}"):
        book.sending(new.id, NOW + 1)
    assert not verdicts.revive(lost.id)


def test_a_job_that_nobody_can_read_is_forgotten(
    book: AccountLedger, verdicts: Verdicts, draft: Drafts
) -> None:
    """It is missing no longer; its id stays taken."""
    row = book.begin(draft())
    book.sending(row.id, NOW)
    book.submitted(row.id, Job("j1", "queued"), answered_at=NOW)
    verdicts.forget(row.id)
    assert book.history.unsaved() == []
    assert book.owned(["j1"]) == {"j1"}
