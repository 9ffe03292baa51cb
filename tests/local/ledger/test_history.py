"""The search through past requests."""

import pytest

from krea_cli.api.types import Job
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.history import HistoryQuery
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.resolutions import Resolutions
from krea_cli.local.ledger.rows import FileRow
from tests.local.ledger.conftest import NOW, MakeDraft, Submit


def save(ledger: AccountLedger, job_id: str, path: str, sha256: str = "ab") -> None:
    """Record the result of a job as saved."""
    ledger.requests.mark_ended(job_id, Job(job_id, "completed"), charged="yes", error=None)
    ledger.files.record(
        job_id,
        [FileRow(index=1, url="u", path=path, sha256=sha256, size=3, type="image/png", at=NOW)],
    )
    ledger.requests.mark_saved(job_id)


def search_ids(ledger: AccountLedger, **query: object) -> list[int]:
    """Return the ids of the requests that match QUERY."""
    return [row.id for row in ledger.history.search(HistoryQuery(**query))]  # type: ignore[arg-type]


def test_the_newest_come_first_and_every_condition_counts(
    ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Words are looked for in prompt, model, id and names, whatever their case."""
    fox = submit("j-fox", prompt="A Red Fox")
    hen = submit("j-hen", prompt="a red hen", model="krea/krea-2/large", target="/tmp/hen.png")
    save(ledger, "j-hen", "/tmp/hen.png")
    never = ledger.requests.insert(make_draft(prompt="unsent")).id

    assert search_ids(ledger) == [never, hen, fox]
    assert search_ids(ledger, words=("red",)) == [hen, fox]
    assert search_ids(ledger, words=("RED", "fox")) == [fox]
    assert search_ids(ledger, words=("/tmp/hen",)) == [hen]
    assert search_ids(ledger, words=("j-fox",)) == [fox]
    assert search_ids(ledger, model="krea-2") == [hen]
    assert search_ids(ledger, status="saved") == [hen]
    assert search_ids(ledger, status="queued") == [fox]
    assert search_ids(ledger, unfinished=True) == [fox]
    assert search_ids(ledger, since=NOW) == [never, hen, fox]
    assert search_ids(ledger, since=NOW + 1) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ein roter FUCHS", ("fuchs", "FUCHS", "roter f")),
        ("Stra\u00dfe", ("strasse", "STRASSE", "stra\u00dfe", "sse")),
        ("\u212aelvin and la\u017ft", ("kelvin", "last", "KELVIN")),  # signs that fold into ASCII
        ("\u00c4rger \u0130stanbul", ("\u00e4rger", "\u00c4RGER", "i\u0307stanbul", "stan")),
        ("\u8d64\u3044\u72d0", ("\u72d0", "\u8d64\u3044")),
        ("one\ntwo", ("one\ntwo", "e\nt", "two\nbfl")),
        ("nul\0byte", ("byte", "nul", "L\0B")),
        ("half \udcff pair", ("pair", "\udcff", "HALF")),
        ("100% _sure_ *[a-z]?", ("0%", "_SURE_", "*[A-Z]?")),
        ("back\\slash", ("\\", "K\\S", "back\\slash")),
        ("long " + "x" * 60_000, ("X" * 60_000, "long x")),
        ("", ("", "flux", "/home/me/f", "fox.p", "PNG")),
    ],
)
def test_words_are_found_whatever_their_case_and_script(
    ledger: AccountLedger, submit: Submit, text: str, words: tuple[str, ...]
) -> None:
    """The search by SQLite leaves out nothing that the exact comparison finds."""
    row_id = submit("j", prompt=text)
    submit("other", prompt="another", model="m", target="/tmp/hen.jpg")
    for word in words:
        assert row_id in search_ids(ledger, words=(word,)), word
    assert search_ids(ledger, words=(*words, "no such word")) == []
    assert search_ids(ledger, words=words * 30) == search_ids(ledger, words=words)


def test_the_names_of_files_are_searched_by_their_own_rules(
    ledger: AccountLedger, submit: Submit
) -> None:
    """A file of any name counts, a part of an extension does not."""
    saved = submit("j", prompt="x", model="m", target="/home/me/out//1")
    save(ledger, "j", "/home/me/out/F\u00dcCHSE-1.png")
    save(ledger, "j", "/home/me/out/last-\udcff.webp")
    for word in ("f\u00fcchse", "-1", "png", ".png", "PNG", "out/f", "last-\udcff", "webp"):
        assert search_ids(ledger, words=(word,)) == [saved], word
    for word in ("pn", "me/x", "we"):
        assert search_ids(ledger, words=(word,)) == [], word


def test_a_long_ledger_is_searched_in_pages(ledger: AccountLedger, submit: Submit) -> None:
    """Every request is looked at, in the order of their numbers, whatever is in between."""
    ids = [submit(f"j{number}", prompt=f"fox {number % 3}") for number in range(1300)]
    assert search_ids(ledger, words=("fox 1",)) == ids[1::3][::-1]
    assert search_ids(ledger) == ids[::-1]
    assert search_ids(ledger, model="FLUX") == ids[::-1]


def test_a_file_leads_to_what_made_it(ledger: AccountLedger, submit: Submit) -> None:
    """By its path or its content; the last request to save it counts."""
    for job_id, sha256 in (("j1", "aa"), ("j2", "bb")):
        submit(job_id)
        save(ledger, job_id, "/home/me/fox.png", sha256)
    made, first = (
        ledger.history.find_by_path("/home/me/fox.png"),
        ledger.history.find_by_file_hash("aa"),
    )
    assert made and made.job_id == "j2"
    assert first and first.job_id == "j1"
    assert ledger.history.find_by_path("/home/me/hen.png") is None
    assert ledger.history.find_by_file_hash("cc") is None


def test_what_never_landed_is_known(
    ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Jobs that run or are done without a file; not the saved, the failed, the doubtful."""
    running, done = submit("j1"), submit("j2")
    ledger.requests.mark_ended("j2", Job("j2", "completed"), charged="yes", error=None)
    submit("j3")
    save(ledger, "j3", "/home/me/3.png")
    submit("j4")
    ledger.requests.mark_ended("j4", Job("j4", "failed"), charged="no", error="no")
    lost = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(lost.id, NOW)
    ledger.requests.mark_in_doubt(lost.id, "reset")
    assert [row.id for row in ledger.history.list_unsaved()] == [running, done]
    assert [row.id for row in ledger.history.list_in_doubt()] == [lost.id]


def test_saved_requests_are_found_by_body_hash_and_seed(
    ledger: AccountLedger, submit: Submit
) -> None:
    """Only saved requests; without a seed any will do."""
    for job_id, seed in (("j1", 1), ("j2", 2), ("j3", 1)):
        submit(job_id, body_hash="r", seed=seed)
        save(ledger, job_id, f"/home/me/{job_id}.png")
    submit("j4", body_hash="r", seed=1)
    other = RequestIdentity("x")
    by_seed, any_seed = (ledger.history.list_saved("r", other, seed=seed) for seed in (1, None))
    assert [row.job_id for row in by_seed] == ["j3", "j1"]
    assert [row.job_id for row in any_seed] == ["j3", "j2", "j1"]
    assert ledger.history.list_saved("other", other, seed=None) == []


def test_pruning_keeps_what_may_cost_money_or_be_fetched(
    whole_ledger: Ledger, ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Requests that are over go, of every account, with their files; the rest stays."""
    submit("j1")
    save(ledger, "j1", "/home/me/1.png")
    running = submit("j2")
    unsent = ledger.requests.insert(make_draft()).id
    other = whole_ledger.for_account("http://127.0.0.1:8000", ledger.account)
    theirs = other.requests.insert(make_draft())
    other.requests.mark_sending(theirs.id, NOW)
    other.requests.mark_refused(theirs.id, "no")

    assert whole_ledger.prune(NOW) == 0
    assert whole_ledger.prune(NOW + 2) == 2
    assert search_ids(ledger) == [unsent, running]
    assert ledger.history.list_files("j1") == []
    assert search_ids(other) == []


def test_pruning_keeps_what_was_sent_around_a_request_in_doubt(
    whole_ledger: Ledger, ledger: AccountLedger, make_draft: MakeDraft, submit: Submit
) -> None:
    """Its job is looked for among the jobs without an owner."""
    submit("j1")
    save(ledger, "j1", "/home/me/1.png")
    lost = ledger.requests.insert(make_draft())
    ledger.requests.mark_sending(lost.id, NOW)
    assert whole_ledger.prune(NOW + 2) == 0
    ledger.requests.mark_in_doubt(lost.id, "reset")
    assert whole_ledger.prune(NOW + 2) == 0
    Resolutions(ledger).forget(lost.id)
    assert whole_ledger.prune(NOW + 2) == 2
