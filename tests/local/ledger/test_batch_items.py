"""Items of batches in the ledger: each belongs to one living run, and is sent once."""

from collections.abc import Callable

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.batch_items import ItemClaim
from tests.local.ledger.conftest import NOW, MakeDraft

ITEM = "ab" * 32


@pytest.fixture
def claim(ledger: AccountLedger, make_draft: MakeDraft) -> Callable[..., ItemClaim | None]:
    """Claim the item for a run."""

    def ask(
        run: str,
        *,
        alive: tuple[str, ...] = (),
        retry: bool = False,
        fresh: bool = True,
        target: str = "/home/me/fox.png",
    ) -> ItemClaim | None:
        return ledger.items.claim(
            ITEM,
            run,
            draft=make_draft(item_fingerprint=ITEM, batch="list.txt", claim=run) if fresh else None,
            target=target,
            label="list.txt",
            is_alive=lambda name: name in alive,
            find_retry=lambda row: 0 if retry else None,
        )

    return ask


def end_job(ledger: AccountLedger, row_id: int, status: str) -> None:
    """Let the request become a job that ends with STATUS."""
    ledger.requests.mark_sending(row_id, NOW)
    ledger.requests.mark_submitted(
        row_id, Job(f"job-{row_id}", "queued", created_at=NOW), answered_at=NOW
    )
    ledger.requests.mark_ended(
        f"job-{row_id}", Job(f"job-{row_id}", status), charged="no", error=None
    )


ClaimItem = Callable[..., ItemClaim | None]


def test_a_new_item_is_ours(ledger: AccountLedger, claim: ClaimItem) -> None:
    """Its request is inserted with batch and claim."""
    claimed = claim("one")
    assert claimed and claimed.ours
    assert (claimed.row.item_fingerprint, claimed.row.batch, claimed.row.claim) == (
        ITEM,
        "list.txt",
        "one",
    )
    assert ledger.items.find_state(ITEM) == "checked"


def test_an_item_of_a_living_run_is_left_alone(claim: ClaimItem) -> None:
    """Until that run is dead; the request stays the same one."""
    first = claim("one")
    second = claim("two", alive=("one",))
    assert first and second and not second.ours
    third = claim("two", target="/home/me/red.png", fresh=False)
    assert third and third.ours
    assert (third.row.id, third.row.claim) == (first.row.id, "two")
    assert third.row.target == "/home/me/red.png"  # where it is wanted now


def test_an_unsent_request_is_redrafted(ledger: AccountLedger, claim: ClaimItem) -> None:
    """An unsent request takes the options of today; a sent one stays as it was."""
    first, second = claim("one"), claim("two")
    assert first and second and second.ours
    assert (second.row.id, second.row.claim) == (first.row.id, "two")
    ledger.requests.mark_sending(second.row.id, NOW)
    third = claim("three")
    assert third and (third.ours, third.row.id) == (True, second.row.id)


def test_an_unsent_request_with_a_part_file_has_the_price_of_now(
    ledger: AccountLedger, claim: ClaimItem
) -> None:
    """Its row goes on, and is sent at the price of the list as it is checked now."""
    first = claim("one")
    assert first
    ledger.requests.record_price(first.row.id, "$0.09", 90_000, 1.0)
    ledger.requests.record_part(first.row.id, "/home/me/.fox.png.part")
    second, draft = claim("two"), first.row
    assert second and second.row.id == first.row.id
    assert (second.row.price, second.row.cost) == (draft.price, draft.cost)
    assert second.row.priced_at == draft.priced_at


def test_a_released_item_is_free_for_others(ledger: AccountLedger, claim: ClaimItem) -> None:
    """Although its run lives on: it came to its end there, and not by being done."""
    first = claim("one")
    assert first
    ledger.requests.mark_sending(first.row.id, NOW)
    ledger.items.release(ITEM, "two")
    still = claim("two", alive=("one",))
    assert still and not still.ours
    ledger.items.release(ITEM, "one")
    free = claim("two", alive=("one",))
    assert free and free.ours


def test_what_failed_is_sent_again_only_on_request(ledger: AccountLedger, claim: ClaimItem) -> None:
    """A failed item is over; `retry` makes a new request of it."""
    first = claim("one")
    assert first
    end_job(ledger, first.row.id, "failed")
    again = claim("two")
    assert again and (again.ours, again.row.state) == (False, "failed")
    retried = claim("two", retry=True)
    assert retried and retried.ours
    assert retried.row.id != first.row.id
    assert ledger.items.find_latest(ITEM) == retried.row


def test_what_is_done_is_never_ours(ledger: AccountLedger, claim: ClaimItem) -> None:
    """Not even with `retry`."""
    first = claim("one")
    assert first
    end_job(ledger, first.row.id, "completed")
    ledger.requests.mark_saved(f"job-{first.row.id}")
    again = claim("two", retry=True)
    assert again and (again.ours, again.row.state) == (False, "saved")


def test_a_forgotten_item_is_as_if_it_never_was(ledger: AccountLedger, claim: ClaimItem) -> None:
    """Without a draft, a claim of it has no answer."""
    first = claim("one")
    assert first
    ledger.requests.mark_sending(first.row.id, NOW)
    ledger.requests.mark_in_doubt(first.row.id, "reset")
    assert ledger.items.find_state(ITEM) == "unknown"
    ledger.requests.change_state(first.row.id, ("unknown",), "forgotten")
    assert ledger.items.find_state(ITEM) is None
    assert claim("two", fresh=False) is None


@pytest.mark.parametrize("state", ["checked", "saved"])
def test_an_equal_item_that_came_meanwhile_is_joined(
    ledger: AccountLedger, make_draft: MakeDraft, state: str
) -> None:
    """Another form of the item was inserted since the list was checked: it is paid for once."""
    other, same = "cd" * 32, {"given_digest": "g", "sent_digest": "s", "occurrence": 2}
    first = ledger.requests.insert(make_draft(item_fingerprint=other, claim="one", **same))
    if state == "saved":
        end_job(ledger, first.id, "completed")
        ledger.requests.mark_saved(f"job-{first.id}")
    draft = make_draft(item_fingerprint=ITEM, claim="two", **same | {"given_digest": "x"})
    claimed = ledger.items.claim(
        ITEM,
        "two",
        draft=draft,
        target="/home/me/fox.png",
        label="list.txt",
        is_alive=lambda name: name == "one",
        find_retry=lambda row: None,
    )
    assert claimed == ItemClaim(ledger.requests.get(first.id), ours=False)
    assert ledger.items.find_state(ITEM) == state
    assert ledger.items.find_latest(ITEM) == ledger.requests.get(first.id)


def test_another_number_among_equals_is_another_item(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """Without a seed each of equal items is a picture of its own."""
    draft = make_draft(item_fingerprint=ITEM, given_digest="g", sent_digest="s", occurrence=2)
    ledger.requests.insert(draft)
    found = [ledger.items.find_same(draft.identity, number) for number in (1, 2, 3)]
    assert found == [None, ITEM, None]
