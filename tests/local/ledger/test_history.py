"""What is found of the requests of before."""

from collections.abc import Callable

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.history import Query
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.resolutions import Verdicts
from krea_cli.local.ledger.rows import Draft
from tests.local.ledger.conftest import NOW

Drafts = Callable[..., Draft]
Submits = Callable[..., int]


def save(book: AccountLedger, job_id: str, path: str, sha256: str = "ab") -> None:
    """Book the result of a job as saved."""
    book.ended(job_id, Job(job_id, "completed"), charged="yes", error=None)
    book.file(job_id, 1, url="u", path=path, sha256=sha256, size=3, type="image/png", at=NOW)
    book.saved(job_id)


def found(book: AccountLedger, **query: object) -> list[int]:
    """The numbers of the requests that QUERY describes."""
    return [row.id for row in book.history.search(Query(**query))]  # type: ignore[arg-type]


def test_the_newest_come_first_and_every_condition_counts(
    book: AccountLedger, draft: Drafts, submitted: Submits
) -> None:
    """Words are looked for in prompt, model, id and target, whatever their case."""
    fox = submitted("j-fox", prompt="A Red Fox")
    hen = submitted("j-hen", prompt="a red hen", model="krea/krea-2/large", target="/tmp/hen.png")
    save(book, "j-hen", "/tmp/hen.png")
    never = book.begin(draft(prompt="unsent")).id

    assert found(book) == [never, hen, fox]
    assert found(book, words=("red",)) == [hen, fox]
    assert found(book, words=("RED", "fox")) == [fox]
    assert found(book, words=("/tmp/hen",)) == [hen]
    assert found(book, words=("j-fox",)) == [fox]
    assert found(book, model="krea-2") == [hen]
    assert found(book, status="saved") == [hen]
    assert found(book, status="queued") == [fox]
    assert found(book, unfinished=True) == [never, fox]
    assert found(book, since=NOW) == [never, hen, fox]
    assert found(book, since=NOW + 1) == []


def test_a_file_leads_to_what_made_it(book: AccountLedger, submitted: Submits) -> None:
    """By its place or its content; the last that made it counts."""
    for job_id, sha256 in (("j1", "aa"), ("j2", "bb")):
        submitted(job_id)
        save(book, job_id, "/home/me/fox.png", sha256)
    made, first = book.history.made("/home/me/fox.png"), book.history.holding("aa")
    assert made and made.job_id == "j2"
    assert first and first.job_id == "j1"
    assert book.history.made("/home/me/hen.png") is None
    assert book.history.holding("cc") is None


def test_what_never_landed_is_known(book: AccountLedger, draft: Drafts, submitted: Submits) -> None:
    """Jobs that run or are done without a file; not the saved, the failed, the doubtful."""
    running, done = submitted("j1"), submitted("j2")
    book.ended("j2", Job("j2", "completed"), charged="yes", error=None)
    submitted("j3")
    save(book, "j3", "/home/me/3.png")
    submitted("j4")
    book.ended("j4", Job("j4", "failed"), charged="no", error="no")
    lost = book.begin(draft())
    book.sending(lost.id, NOW)
    book.doubtful(lost.id, "reset")
    assert [row.id for row in book.history.unsaved()] == [running, done]
    assert [row.id for row in book.history.doubts()] == [lost.id]


def test_the_same_recipe_is_found_by_its_seed(book: AccountLedger, submitted: Submits) -> None:
    """Only saved requests; without a seed any will do."""
    for job_id, seed in (("j1", 1), ("j2", 2), ("j3", 1)):
        submitted(job_id, recipe="r", seed=seed)
        save(book, job_id, f"/home/me/{job_id}.png")
    submitted("j4", recipe="r", seed=1)
    assert [row.job_id for row in book.history.alike("r", 1)] == ["j3", "j1"]
    assert [row.job_id for row in book.history.alike("r", None)] == ["j3", "j2", "j1"]
    assert book.history.alike("other", None) == []


def test_pruning_keeps_what_may_cost_money_or_be_fetched(
    ledger: Ledger, book: AccountLedger, draft: Drafts, submitted: Submits
) -> None:
    """What is over goes, of every account, with its files; the rest stays however old it is."""
    submitted("j1")
    save(book, "j1", "/home/me/1.png")
    running = submitted("j2")
    unsent = book.begin(draft()).id
    other = ledger.for_account("http://127.0.0.1:8000", book.account)
    theirs = other.begin(draft())
    other.sending(theirs.id, NOW)
    other.refused(theirs.id, "no")

    assert ledger.prune(NOW) == 0
    assert ledger.prune(NOW + 1) == 2
    assert found(book) == [unsent, running]
    assert book.history.files("j1") == []
    assert found(other) == []


def test_pruning_keeps_what_was_sent_around_a_request_in_doubt(
    ledger: Ledger, book: AccountLedger, draft: Drafts, submitted: Submits
) -> None:
    """Its job is looked for among those that nobody owns."""
    submitted("j1")
    save(book, "j1", "/home/me/1.png")
    lost = book.begin(draft())
    book.sending(lost.id, NOW)
    assert ledger.prune(NOW + 1) == 0
    book.doubtful(lost.id, "reset")
    assert ledger.prune(NOW + 1) == 0
    Verdicts(book).forget(lost.id)
    assert ledger.prune(NOW + 1) == 2
