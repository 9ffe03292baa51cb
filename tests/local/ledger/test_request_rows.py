"""The life of a request in the ledger."""

from collections.abc import Callable
from dataclasses import asdict

import pytest

from krea_cli.api.types import Job
from krea_cli.errors import InDoubt, KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import Draft, FileRow, identity

NOW = 1_700_000_000.0  # as the fixture `ledger` has it
Drafts = Callable[..., Draft]
Submits = Callable[..., int]
MORE = {
    "prompt": "a fox",
    "folder": "/home/me",
    "sources": {"sha256:ab": {"path": "/home/me/day.png", "url": "https://x/1.png"}},
    "recipe": "cd",
    "sidecar": True,
    "count": 3,
}


def test_a_request_is_put_down_before_anything_is_sent(book: AccountLedger, draft: Drafts) -> None:
    """A begun request is a checked row that holds all it was asked with, and cost nothing."""
    row = book.begin(
        draft(profile="work", part="/home/me/.fox.part", price="$0.03", seed=7, **MORE)
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
        "identity": identity("bfl/flux-1-dev", {"prompt": "a fox"}),
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
        "replaces": None,
        "item": None,
        "batch": None,
        "claim": None,
        "cost": None,
        **MORE,
    }
    assert book.row(row.id) == row


def test_a_request_that_goes_well_ends_as_saved(book: AccountLedger, draft: Drafts) -> None:
    """From checked to saved, each step is what the row says, and what was charged with it."""
    row = book.begin(draft())
    seen = []

    def note() -> None:
        now = book.row(row.id)
        seen.append((now.state, now.status, now.charged))

    book.sending(row.id, NOW)
    note()
    book.submitted(row.id, Job("j1", "queued", created_at=NOW + 1), answered_at=NOW + 2)
    note()
    book.seen("j1", Job("j1", "sampling", created_at=NOW + 1, type="flux"))
    note()
    done = Job("j1", "completed", created_at=NOW + 1, completed_at=NOW + 8, type="flux")
    book.ended("j1", done, charged="yes", error=None)
    note()
    book.saved("j1")
    book.ended("j1", done, charged="yes", error=None)
    note()

    assert seen == [
        ("sending", None, "unknown"),
        ("submitted", "queued", "unknown"),
        ("submitted", "sampling", "unknown"),
        ("completed", "completed", "yes"),
        ("saved", "completed", "yes"),
    ]
    end = book.row(row.id)
    assert (end.sent_at, end.answered_at, end.server_created_at) == (NOW, NOW + 2, NOW + 1)
    assert (end.completed_at, end.type, end.job_id) == (NOW + 8, "flux", "j1")


@pytest.mark.parametrize("state", ["sending", "submitted", "unknown", "unfound", "refused"])
def test_only_a_checked_request_may_be_sent(book: AccountLedger, draft: Drafts, state: str) -> None:
    """What may have been sent before is never sent again, whoever asks."""
    row = book.begin(draft())
    book.sending(row.id, NOW)
    if state == "submitted":
        book.submitted(row.id, Job("j1", "queued"), answered_at=NOW)
    elif state == "refused":
        book.refused(row.id, "no such field")
    elif state != "sending":
        book.doubtful(row.id, "HTTP 524")
    if state == "unfound":
        book.unfound(row.id)

    with pytest.raises(KreaError, match=f"request 1 is {state}, so it cannot become sending"):
        book.sending(row.id, NOW + 1)


def test_a_request_that_was_not_taken_may_be_sent_again(book: AccountLedger, draft: Drafts) -> None:
    """After "not now" the row is checked again; the next try has its own moment of sending."""
    row = book.begin(draft())
    book.sending(row.id, NOW)
    book.returned(row.id)
    assert (book.row(row.id).state, book.row(row.id).charged) == ("checked", "no")
    book.sending(row.id, NOW + 5)
    assert book.row(row.id).sent_at == NOW + 5


def test_a_refused_request_says_why_and_cost_nothing(book: AccountLedger, draft: Drafts) -> None:
    """A clear refusal ends the request."""
    row = book.begin(draft())
    book.sending(row.id, NOW)
    book.refused(row.id, "the prompt is too long")
    end = book.row(row.id)
    assert (end.state, end.error, end.charged) == ("refused", "the prompt is too long", "no")


def test_a_request_in_doubt_is_settled_or_left(book: AccountLedger, draft: Drafts) -> None:
    """A lost answer makes doubt; a job found in the list ends it; an empty list does not."""
    first, second = book.begin(draft()), book.begin(draft(target="/b.png"))
    for row in (first, second):
        book.sending(row.id, NOW)
        assert book.history.leftovers() == [book.row(row.id)]
        book.doubtful(row.id, "the connection was reset")
    assert [row.id for row in book.in_doubt()] == [first.id, second.id]
    book.gave_up(first.id, NOW + 15)

    found = Job("j1", "queued", created_at=NOW + 1, type="flux")
    book.submitted(first.id, found, answered_at=NOW + 16, adopted=True)
    book.unfound(second.id)

    assert (book.row(first.id).state, book.row(first.id).adopted) == ("submitted", True)
    assert (book.row(first.id).error, book.row(first.id).gave_up_at) == (None, NOW + 15)
    assert book.row(second.id).state == "unfound"
    assert book.row(second.id).charged == "unknown"
    assert (book.in_doubt(), book.history.leftovers()) == ([], [])


def test_one_job_belongs_to_one_request(
    book: AccountLedger, draft: Drafts, submitted: Submits
) -> None:
    """Adopting a job that another request has leaves the row in doubt."""
    owner = submitted("j1")
    row = book.begin(draft())
    book.sending(row.id, NOW)

    with pytest.raises(InDoubt, match="job j1 belongs to another request"):
        book.submitted(row.id, Job("j1", "queued"), answered_at=NOW, adopted=True)

    assert book.row(row.id).state == "sending"
    book.submitted(owner, Job("j1", "queued"), answered_at=NOW)
    assert book.owned(["j1", "j2"]) == {"j1"}
    assert book.by_job("j2") is None


def test_only_an_unsent_request_can_be_discarded(book: AccountLedger, draft: Drafts) -> None:
    """A row that may stand for money is never deleted."""
    unsent, sent = book.begin(draft()), book.begin(draft())
    book.sending(sent.id, NOW)
    book.discard(unsent.id)
    book.discard(sent.id)
    assert (book.find(unsent.id), book.row(sent.id).state) == (None, "sending")
    with pytest.raises(KreaError, match="the ledger has no request 1"):
        book.row(unsent.id)


def test_the_same_command_again_finds_its_unfinished_request(
    book: AccountLedger, draft: Drafts
) -> None:
    """Same input and target: the request is joined until it is saved, refused or failed."""
    row, fresh = book.begin_or_join(draft())
    assert fresh
    assert book.begin_or_join(draft(body={"prompt": "a fox", "seed": 99})) == (row, False)
    assert book.begin_or_join(draft(target="/other.png"))[1]
    assert book.begin_or_join(draft(given={"prompt": "a fox", "seed": 1}))[1]

    book.sending(row.id, NOW)
    book.submitted(row.id, Job("j1", "queued"), answered_at=NOW)
    book.ended("j1", Job("j1", "completed"), charged="yes", error=None)
    assert book.begin_or_join(draft()) == (book.row(row.id), False)
    book.saved("j1")
    assert book.begin_or_join(draft())[1]


def test_files_are_kept_with_their_job(book: AccountLedger, submitted: Submits) -> None:
    """Each saved result is a row; a job that the ledger does not know is passed over."""
    submitted("j1")
    for job_id, index in (("j1", 2), ("j1", 1), ("stranger", 1)):
        book.file(
            job_id,
            index,
            url=f"https://gen.krea.ai/{index}.png",
            path=f"/home/me/fox-{index}.png",
            sha256="ab" * 32,
            size=12,
            type="image/png",
            at=NOW,
        )
    assert [(file.index, file.path) for file in book.history.files("j1")] == [
        (1, "/home/me/fox-1.png"),
        (2, "/home/me/fox-2.png"),
    ]
    assert book.history.files("j1")[0] == FileRow(
        index=1,
        url="https://gen.krea.ai/1.png",
        path="/home/me/fox-1.png",
        sha256="ab" * 32,
        size=12,
        type="image/png",
        at=NOW,
    )
    assert book.history.files("stranger") == []


def test_paths_that_are_no_utf8_come_back_as_they_were(book: AccountLedger, draft: Drafts) -> None:
    """A file name of any bytes is kept exactly."""
    odd = "/home/me/f\udcffx.png"
    row = book.begin(draft(target=odd, body={"prompt": "\udcff"}))
    book.take_part(row.id, odd + ".part")
    found = book.row(row.id)
    assert (found.target, found.part, found.body) == (odd, odd + ".part", {"prompt": "\udcff"})
    assert book.unfinished(row.identity, odd) == found


def test_uploads_are_remembered_by_content(book: AccountLedger) -> None:
    """The address of an uploaded file is found again; a later upload replaces it."""
    assert book.uploads.address("ab") is None
    book.uploads.remember("ab", "https://app-uploads.krea.ai/1.png", "a1", NOW)
    book.uploads.remember("ab", "https://app-uploads.krea.ai/2.png", None, NOW)
    assert book.uploads.address("ab") == "https://app-uploads.krea.ai/2.png"


def test_nothing_is_seen_across_accounts_and_bases(
    ledger: Ledger, book: AccountLedger, submitted: Submits
) -> None:
    """Every look-up is scoped: a rehearsal in the sandbox leaves no trace in real work."""
    number = submitted("j1")
    book.uploads.remember("ab", "https://app-uploads.krea.ai/1.png", "a1", NOW)
    same = book.row(number).identity
    for other in (
        ledger.for_account("http://127.0.0.1:8000", book.account),
        ledger.for_account(book.base, "fedcba9876543210"),
    ):
        assert other.find(number) is None
        assert other.by_job("j1") is None
        assert other.unfinished(same, "/home/me/fox.png") is None
        assert other.owned(["j1"]) == set()
        assert other.uploads.address("ab") is None
        assert other.latest(same, "/home/me/fox.png") is None
        assert other.uploads.forget(["https://app-uploads.krea.ai/1.png"]) == 0
        assert other.learned.spread() is None
        assert other.learned.types("bfl/flux-1-dev") == set()
        assert other.learned.durations("bfl/flux-1-dev") == []
        assert other.post_lock.path != book.post_lock.path
        other.saved("j1")
        other.discard(number)
    assert book.row(number).state == "submitted"
    assert book.uploads.address("ab") is not None


def test_one_post_at_a_time(ledger: Ledger, book: AccountLedger) -> None:
    """The post lock keeps another process of the same account out until it is released."""
    mine, theirs = book.post_lock, ledger.for_account(book.base, book.account).post_lock
    assert mine.try_acquire()
    assert not theirs.try_acquire()
    mine.release()
    assert theirs.try_acquire()
    theirs.release()


def test_without_a_ledger_a_run_still_has_a_book(draft: Drafts) -> None:
    """`--no-ledger` keeps rows for this process only, and locks nobody out."""
    ledger = Ledger.in_memory()
    book = ledger.for_account("https://api.krea.ai", "0123456789abcdef")
    row = book.begin(draft())
    book.sending(row.id, NOW)
    assert (ledger.path, book.row(row.id).state) == (None, "sending")
    with book.post_lock as lock:
        assert lock.holder is None
    ledger.close()
