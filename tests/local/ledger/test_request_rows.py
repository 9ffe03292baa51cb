"""The life of a request in the ledger."""

from dataclasses import asdict, replace

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import InDoubt, KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.request_identity import RequestIdentity, request_fingerprint
from krea_cli.local.ledger.rows import FileRow
from tests.local.ledger.conftest import NOW, MakeDraft, Submit

MORE = {
    "prompt": "a fox",
    "folder": "/home/me",
    "sources": {"sha256:ab": {"path": "/home/me/day.png", "url": "https://x/1.png"}},
    "body_hash": "cd",
    "sidecar": True,
    "count": 3,
}


def test_a_request_is_inserted_before_anything_is_sent(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """An inserted request is a checked row with all fields of its draft, and cost nothing."""
    row = ledger.requests.insert(
        make_draft(profile="work", part="/home/me/.fox.part", price="$0.03", seed=7, **MORE)
    )

    assert asdict(row) == {
        "id": 1,
        "created_at": NOW,
        "profile": "work",
        "model": "bfl/flux-1-dev",
        "kind": "image",
        "route": "/generate/image/bfl/flux-1-dev",
        "body": {"prompt": "a fox", "width": 1024, "seed": 7},
        "given": {"prompt": "a fox"},
        "fingerprint": request_fingerprint("bfl/flux-1-dev", {"prompt": "a fox"}),
        "target": "/home/me/fox.png",
        "part": "/home/me/.fox.part",
        "index": 1,
        "state": "checked",
        "sent_at": None,
        "gave_up_at": None,
        "answered_at": None,
        "server_created_at": None,
        "job_id": None,
        "status": None,
        "type": None,
        "adopted": False,
        "backlogged": False,
        "completed_at": None,
        "price": "$0.03",
        "error": None,
        "charged": "no",
        "seed": 7,
        "webhook": None,
        "embed": False,
        "convert": False,
        "original": True,
        "replaces": None,
        "item_fingerprint": None,
        "batch": None,
        "claim": None,
        "cost": None,
        "given_digest": None,
        "sent_digest": None,
        "chosen_seed": None,
        "occurrence": 1,
        "priced_at": None,
        "tags": {},
        "retry": 0,
        "erased_at": None,
        **MORE,
    }
    assert ledger.requests.get(row.id) == row


def test_a_request_that_goes_well_ends_as_saved(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """From checked to saved, the row has state, status and charge of each step."""
    row = ledger.requests.insert(make_draft())
    steps = []

    def note() -> None:
        current = ledger.requests.get(row.id)
        steps.append((current.state, current.status, current.charged))

    ledger.requests.mark_sending(row.id, NOW)
    note()
    ledger.requests.mark_submitted(
        row.id, Job("j1", "queued", created_at=NOW + 1), answered_at=NOW + 2
    )
    note()
    ledger.requests.record_status("j1", Job("j1", "sampling", created_at=NOW + 1, type="flux"))
    note()
    done = Job("j1", "completed", created_at=NOW + 1, completed_at=NOW + 8, type="flux")
    ledger.requests.mark_ended("j1", done, charged="yes", error=None)
    note()
    ledger.requests.mark_saved("j1")
    ledger.requests.mark_ended("j1", done, charged="yes", error=None)
    note()

    assert steps == [
        ("sending", None, "unknown"),
        ("submitted", "queued", "unknown"),
        ("submitted", "sampling", "unknown"),
        ("completed", "completed", "yes"),
        ("saved", "completed", "yes"),
    ]
    end = ledger.requests.get(row.id)
    assert (end.sent_at, end.answered_at, end.server_created_at) == (NOW, NOW + 2, NOW + 1)
    assert (end.completed_at, end.type, end.job_id) == (NOW + 8, "flux", "j1")


@pytest.mark.parametrize("state", ["sending", "submitted", "unknown", "unfound", "refused"])
def test_only_a_checked_request_may_be_sent(
    ledger: AccountLedger, make_draft: MakeDraft, state: str
) -> None:
    """A request that may have been sent is never sent again."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW)
    if state == "submitted":
        ledger.requests.mark_submitted(row.id, Job("j1", "queued"), answered_at=NOW)
    elif state == "refused":
        ledger.requests.mark_refused(row.id, "no such field")
    elif state != "sending":
        ledger.requests.mark_in_doubt(row.id, "HTTP 524")
    if state == "unfound":
        ledger.requests.mark_unfound(row.id)

    with pytest.raises(KreaError, match=f"request 1 is {state}, so it cannot become sending"):
        ledger.requests.mark_sending(row.id, NOW + 1)


def test_a_request_that_was_not_taken_may_be_sent_again(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """After "not now" the row is checked again; the next try has its own moment of sending."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW)
    ledger.requests.mark_unsent(row.id)
    assert (ledger.requests.get(row.id).state, ledger.requests.get(row.id).charged) == (
        "checked",
        "no",
    )
    ledger.requests.mark_sending(row.id, NOW + 5)
    assert ledger.requests.get(row.id).sent_at == NOW + 5


def test_a_refused_request_says_why_and_cost_nothing(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """A clear refusal ends the request."""
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW)
    ledger.requests.mark_refused(row.id, "the prompt is too long")
    end = ledger.requests.get(row.id)
    assert (end.state, end.error, end.charged) == ("refused", "the prompt is too long", "no")


def test_a_request_in_doubt_is_adopted_or_left(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """A lost answer makes doubt; a job found in the list ends it; an empty list does not."""
    first, second = (
        ledger.requests.insert(make_draft()),
        ledger.requests.insert(make_draft(target="/b.png")),
    )
    for row in (first, second):
        ledger.requests.mark_sending(row.id, NOW)
        assert ledger.history.list_sending() == [ledger.requests.get(row.id)]
        ledger.requests.mark_in_doubt(row.id, "the connection was reset")
    assert [row.id for row in ledger.requests.list_unknown()] == [first.id, second.id]
    ledger.requests.mark_given_up(first.id, NOW + 15)

    found = Job("j1", "queued", created_at=NOW + 1, type="flux")
    ledger.requests.mark_submitted(first.id, found, answered_at=NOW + 16, adopted=True)
    ledger.requests.mark_unfound(second.id)

    assert (ledger.requests.get(first.id).state, ledger.requests.get(first.id).adopted) == (
        "submitted",
        True,
    )
    assert (ledger.requests.get(first.id).error, ledger.requests.get(first.id).gave_up_at) == (
        None,
        NOW + 15,
    )
    assert ledger.requests.get(second.id).state == "unfound"
    assert ledger.requests.get(second.id).charged == "unknown"
    assert (ledger.requests.list_unknown(), ledger.history.list_sending()) == ([], [])


def test_one_job_belongs_to_one_request(
    ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Adopting a job that another request has leaves the row in doubt."""
    owner = submit("j1")
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW)

    with pytest.raises(InDoubt, match="job j1 belongs to request 1 of the ledger"):
        ledger.requests.mark_submitted(row.id, Job("j1", "queued"), answered_at=NOW, adopted=True)

    assert ledger.requests.get(row.id).state == "sending"
    ledger.requests.mark_submitted(owner, Job("j1", "queued"), answered_at=NOW)
    assert ledger.ownership.owned_job_ids(["j1", "j2"]) == {"j1"}
    assert ledger.requests.find_by_job("j2") is None


def test_only_an_unsent_request_can_be_discarded(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """A row that may stand for money is never deleted."""
    unsent, sent = ledger.requests.insert(make_draft()), ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(sent.id, NOW)
    ledger.requests.discard(unsent.id)
    ledger.requests.discard(sent.id)
    assert (ledger.requests.find(unsent.id), ledger.requests.get(sent.id).state) == (
        None,
        "sending",
    )
    with pytest.raises(KreaError, match="the ledger has no request 1"):
        ledger.requests.get(unsent.id)


def test_the_same_command_again_finds_its_unfinished_request(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """Same input and target: the request is joined until it is saved, refused or failed."""
    row, fresh = ledger.requests.insert_or_join(make_draft())
    assert fresh
    assert ledger.requests.insert_or_join(make_draft(body={"prompt": "a fox", "seed": 99})) == (
        row,
        False,
    )
    assert ledger.requests.insert_or_join(make_draft(target="/other.png"))[1]
    assert ledger.requests.insert_or_join(make_draft(given={"prompt": "a fox", "seed": 1}))[1]

    ledger.requests.mark_sending(row.id, NOW)
    ledger.requests.mark_submitted(row.id, Job("j1", "queued"), answered_at=NOW)
    ledger.requests.mark_ended("j1", Job("j1", "completed"), charged="yes", error=None)
    assert ledger.requests.insert_or_join(make_draft()) == (ledger.requests.get(row.id), False)
    ledger.requests.mark_saved("j1")
    assert ledger.requests.insert_or_join(make_draft())[1]


def test_files_are_recorded_with_their_job(ledger: AccountLedger, submit: Submit) -> None:
    """Each saved result is a row; a job of another ledger changes nothing."""
    submit("j1")
    for job_id, index in (("j1", 2), ("j1", 1), ("stranger", 1)):
        ledger.files.record(
            job_id,
            [
                FileRow(
                    index=index,
                    url=f"https://gen.krea.ai/{index}.png",
                    path=f"/home/me/fox-{index}.png",
                    sha256="ab" * 32,
                    size=12,
                    type="image/png",
                    at=NOW,
                )
            ],
        )
    assert [(file.index, file.path) for file in ledger.history.list_files("j1")] == [
        (1, "/home/me/fox-1.png"),
        (2, "/home/me/fox-2.png"),
    ]
    assert ledger.history.list_files("j1")[0] == FileRow(
        index=1,
        url="https://gen.krea.ai/1.png",
        path="/home/me/fox-1.png",
        sha256="ab" * 32,
        size=12,
        type="image/png",
        at=NOW,
    )
    assert ledger.history.list_files("stranger") == []


def test_paths_that_are_no_utf8_come_back_as_they_were(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """A file name of any bytes is kept exactly."""
    odd = "/home/me/f\udcffx.png"
    row = ledger.requests.insert(make_draft(target=odd, body={"prompt": "\udcff"}))
    ledger.requests.record_part(row.id, odd + ".part")
    found = ledger.requests.get(row.id)
    assert (found.target, found.part, found.body) == (odd, odd + ".part", {"prompt": "\udcff"})
    assert ledger.requests.find_unfinished(RequestIdentity(row.fingerprint), odd) == found


def test_uploads_are_recorded_by_content(ledger: AccountLedger) -> None:
    """The address of an uploaded file is found again; a later upload replaces it."""
    assert ledger.uploads.find_url("ab") is None
    ledger.uploads.record("ab", "https://app-uploads.krea.ai/1.png", "a1", NOW)
    ledger.uploads.record("ab", "https://app-uploads.krea.ai/2.png", None, NOW)
    assert ledger.uploads.find_url("ab") == "https://app-uploads.krea.ai/2.png"


def test_nothing_is_seen_across_accounts_and_bases(
    whole_ledger: Ledger, ledger: AccountLedger, submit: Submit
) -> None:
    """Every look-up is scoped: a rehearsal in the sandbox leaves no trace in real work."""
    number = submit("j1")
    ledger.uploads.record("ab", "https://app-uploads.krea.ai/1.png", "a1", NOW)
    same = RequestIdentity(ledger.requests.get(number).fingerprint)
    for other in (
        whole_ledger.for_account("http://127.0.0.1:8000", ledger.account),
        whole_ledger.for_account(ledger.base, "fedcba9876543210"),
    ):
        assert other.requests.find(number) is None
        assert other.requests.find_by_job("j1") is None
        assert other.requests.find_unfinished(same, "/home/me/fox.png") is None
        assert other.uploads.find_url("ab") is None
        assert other.requests.find_latest(same, "/home/me/fox.png") is None
        assert other.uploads.forget(["https://app-uploads.krea.ai/1.png"]) == 0
        assert other.statistics.clock_offset_range(500.0, ("boot", 500.0)) is None
        assert other.statistics.job_types("bfl/flux-1-dev") == set()
        assert other.statistics.durations("bfl/flux-1-dev") == []
        other.requests.mark_saved("j1")
        other.requests.discard(number)
    assert ledger.requests.get(number).state == "submitted"
    assert ledger.uploads.find_url("ab") is not None


def test_one_post_at_a_time(whole_ledger: Ledger, ledger: AccountLedger) -> None:
    """The post lock keeps another process of the same base out until it is released."""
    mine = ledger.post_locks()
    theirs = whole_ledger.for_account(ledger.base, "fedcba9876543210").post_locks()
    assert mine and theirs and mine.try_acquire()
    assert not theirs.try_acquire()
    mine.release()
    assert theirs.try_acquire()
    theirs.release()


def test_without_a_ledger_a_run_still_has_rows(make_draft: MakeDraft) -> None:
    """`--no-ledger` keeps rows for this process only, and locks nobody out."""
    whole_ledger = Ledger.in_memory()
    ledger = whole_ledger.for_account("https://api.krea.ai", "0123456789abcdef")
    row = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(row.id, NOW)
    assert (whole_ledger.path, ledger.requests.get(row.id).state) == (None, "sending")
    assert ledger.post_locks() is None
    whole_ledger.close()


def test_a_match_of_any_digest_is_the_same_request(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """The input, the body with its seed, or the normal form in an old row."""
    target = "/home/me/fox.png"
    draft = make_draft(given_digest="g", sent_digest="s", chosen_seed=7)
    row = ledger.requests.insert(draft)
    found = [
        ledger.requests.find_latest(identity, target)
        for identity in (
            RequestIdentity("x", "g", "y", 8),
            RequestIdentity("x", "y", "s", 7),
            RequestIdentity("x", row.fingerprint, "y", 7),
            RequestIdentity("x", "y", "s", 8),
            RequestIdentity("x", "y", "s", None),
        )
    ]
    assert found == [row, row, row, None, None]
    other = make_draft(given={"prompt": "x"}, given_digest="g", sent_digest="y")
    assert ledger.requests.insert_or_join(other) == (row, False)


def test_an_unsent_request_is_joined_at_the_price_of_now(
    ledger: AccountLedger, make_draft: MakeDraft
) -> None:
    """The price that is known when it is sent is kept; a later one changes nothing."""
    draft = make_draft(price="$0.03", cost=30_000, priced_at=NOW)
    row = ledger.requests.insert(draft)
    newer = replace(draft, price="$0.04", cost=40_000, priced_at=NOW + 9)
    joined, is_new = ledger.requests.insert_or_join(newer)
    assert (joined.id, is_new) == (row.id, False)
    assert (joined.price, joined.cost, joined.priced_at) == ("$0.04", 40_000, NOW + 9)
    ledger.requests.mark_sending(row.id, NOW)
    joined, _ = ledger.requests.insert_or_join(draft)
    assert (joined.price, joined.cost, joined.priced_at) == ("$0.04", 40_000, NOW + 9)
