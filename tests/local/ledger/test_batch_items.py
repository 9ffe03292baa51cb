"""Items of batches in the ledger: each belongs to one living run, and is sent once."""

from collections.abc import Callable

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.batch_items import Claimed
from krea_cli.local.ledger.rows import Draft
from tests.local.ledger.conftest import NOW

Drafts = Callable[..., Draft]
ITEM = "ab" * 32


@pytest.fixture
def claim(book: AccountLedger, draft: Drafts) -> Callable[..., Claimed | None]:
    """Claims the item for a run, with what differs."""

    def ask(
        run: str,
        *,
        alive: tuple[str, ...] = (),
        retry: bool = False,
        fresh: bool = True,
        target: str = "/home/me/fox.png",
    ) -> Claimed | None:
        return book.items.claim(
            ITEM,
            run,
            draft=draft(item=ITEM, batch="list.txt", claim=run) if fresh else None,
            target=target,
            label="list.txt",
            alive=lambda name: name in alive,
            retry=retry,
        )

    return ask


def end(book: AccountLedger, row_id: int, status: str) -> None:
    """The request becomes a job that ends so."""
    book.sending(row_id, NOW)
    book.submitted(row_id, Job(f"job-{row_id}", "queued", created_at=NOW), answered_at=NOW)
    book.ended(f"job-{row_id}", Job(f"job-{row_id}", status), charged="no", error=None)


Ask = Callable[..., Claimed | None]


def test_a_new_item_is_ours(book: AccountLedger, claim: Ask) -> None:
    """It is put down with batch and claim."""
    claimed = claim("one")
    assert claimed and claimed.ours
    assert (claimed.row.item, claimed.row.batch, claimed.row.claim) == (ITEM, "list.txt", "one")
    assert book.items.state(ITEM) == "checked"


def test_an_item_of_a_living_run_is_left_alone(claim: Ask) -> None:
    """Until that run is dead; the request stays the same one."""
    first = claim("one")
    second = claim("two", alive=("one",))
    assert first and second and not second.ours
    third = claim("two", target="/home/me/red.png", fresh=False)
    assert third and third.ours
    assert (third.row.id, third.row.claim) == (first.row.id, "two")
    assert third.row.target == "/home/me/red.png"  # where it is wanted now


def test_what_was_never_sent_is_put_down_anew(book: AccountLedger, claim: Ask) -> None:
    """By the options of today; what was sent stays what it was."""
    first, second = claim("one"), claim("two")
    assert first and second and second.ours
    assert (second.row.id, second.row.claim) == (first.row.id, "two")
    book.sending(second.row.id, NOW)
    third = claim("three")
    assert third and (third.ours, third.row.id) == (True, second.row.id)


def test_a_released_item_is_free_for_others(book: AccountLedger, claim: Ask) -> None:
    """Although its run lives on: it came to its end there, and not by being done."""
    first = claim("one")
    assert first
    book.sending(first.row.id, NOW)
    book.items.release(ITEM, "two")
    still = claim("two", alive=("one",))
    assert still and not still.ours
    book.items.release(ITEM, "one")
    free = claim("two", alive=("one",))
    assert free and free.ours


def test_what_failed_is_sent_again_only_on_request(book: AccountLedger, claim: Ask) -> None:
    """A failed item is over; `retry` makes a new request of it."""
    first = claim("one")
    assert first
    end(book, first.row.id, "failed")
    again = claim("two")
    assert again and (again.ours, again.row.state) == (False, "failed")
    retried = claim("two", retry=True)
    assert retried and retried.ours
    assert retried.row.id != first.row.id
    assert book.items.latest(ITEM) == retried.row


def test_what_is_done_is_never_ours(book: AccountLedger, claim: Ask) -> None:
    """Not even with `retry`."""
    first = claim("one")
    assert first
    end(book, first.row.id, "completed")
    book.saved(f"job-{first.row.id}")
    again = claim("two", retry=True)
    assert again and (again.ours, again.row.state) == (False, "saved")


def test_a_forgotten_item_is_as_if_it_never_was(book: AccountLedger, claim: Ask) -> None:
    """The user let it go; who has no request for it is told that there is none."""
    first = claim("one")
    assert first
    book.sending(first.row.id, NOW)
    book.doubtful(first.row.id, "reset")
    assert book.items.state(ITEM) == "unknown"
    book.move(first.row.id, ("unknown",), "forgotten")
    assert book.items.state(ITEM) is None
    assert claim("two", fresh=False) is None
