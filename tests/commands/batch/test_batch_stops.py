"""Reasons for a batch to stop: failures, a full service, doubts, caps, signals."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.done_items import DoneItems
from krea_cli.flows.batch.run.messages import AlreadyDone
from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.run_lock import RunLock
from tests.commands.batch.batch_helpers import (
    FOXES,
    file_stems,
    sent_prompts,
    serve_prices,
    summary,
    write_list,
)
from tests.fakes.krea_service import (
    BASE,
    Answer,
    KreaService,
    ScriptedJob,
    answer_with,
    lose_answer,
    lose_request,
)
from tests.harness.cli import Cli
from tests.tokens import KEY


def test_a_failed_item_leaves_the_others_alone(batch_cli: Cli) -> None:
    """The failure has a reason and a command to retry, and the retry sends that item only."""

    def fail(service: KreaService, job: ScriptedJob) -> None:
        job.final_status = "failed"

    batch_cli.service.answers = [lambda *_: None, fail]
    first = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (first.code, file_stems()) == (1, FOXES[:1] + FOXES[2:])
    assert "5 of 6 done, 1 failed" in first.err
    assert "krea batch foxes.txt -o out/ --retry-failed" in first.err
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (again.code, len(batch_cli.service.posts)) == (1, 6)
    retried = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--retry-failed")
    assert (retried.code, sent_prompts(batch_cli)[6:], file_stems()) == (0, ["fox 2"], FOXES)


def test_fail_fast_sends_nothing_more(batch_cli: Cli) -> None:
    """Jobs at the service are still saved."""
    batch_cli.service.answers = [lambda *_: None, answer_with(422, {"error": "no such fox"})]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--fail-fast")
    assert (done.code, file_stems()) == (1, ["fox-1"])
    assert len(batch_cli.service.posts) == 2
    assert "nothing more is sent, as an item failed" in done.err


def test_no_room_holds_the_whole_run(batch_cli: Cli) -> None:
    """Nobody is sent before the service said, and no more at once than it has room for."""
    batch_cli.service.job_seconds = 20
    moments: list[float] = []

    def at(answer: Answer | None = None) -> Answer:
        def told(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
            moments.append(batch_cli.clock.now())
            return answer(service, job) if answer else None

        return told

    full = answer_with(429, {"error": "too many jobs"}, **{"retry-after": "50"})
    batch_cli.service.answers = [at(), at(), at(full), at(), at(), at(), at()]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, file_stems()) == (0, FOXES)
    starts = [moment - moments[0] for moment in moments]
    assert starts[2] < 2 and 50 <= starts[3] < 70
    assert starts[6] - starts[3] >= 20  # three at once, and not four


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answer_with(401, {"error": "bad key"}), 3),
        (answer_with(402, {"error": "Insufficient balance"}), 6),
    ],
    ids=["401", "402"],
)
def test_what_stops_all_stops_at_once(batch_cli: Cli, answer: Answer, code: int) -> None:
    """Nothing more is sent, what runs is saved, and the same command goes on later."""
    batch_cli.service.answers = [lambda *_: None, lambda *_: None, answer]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (code, FOXES[:2], 3)
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (again.code, file_stems(), len(batch_cli.service.posts)) == (0, FOXES, 7)


def test_a_lost_answer_is_settled_before_the_next_is_sent(batch_cli: Cli) -> None:
    """Its job is found in the list; the others are sent after that."""
    batch_cli.service.answers = [lambda *_: None, lose_answer]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (0, FOXES, 6)
    sent = [
        entry for entry in batch_cli.service.requests if entry.startswith(("POST", "GET /jobs"))
    ]
    assert sent[:3] == [sent[0], sent[0], "GET /jobs"]


def test_what_stays_in_doubt_is_never_sent_again(batch_cli: Cli) -> None:
    """The doubt is told at the end; the others are made. A second run changes nothing."""
    batch_cli.service.answers = [lambda *_: None, lose_request]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--json")
    assert (done.code, file_stems()) == (9, FOXES[:1] + FOXES[2:])
    totals = summary(done)
    assert (totals["done"], totals["doubtful"], totals["groups"][0]["lines"]) == (5, 1, [2])
    batch_cli.clock.advance(600)
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--retry-failed")
    assert (again.code, sent_prompts(batch_cli).count("fox 2")) == (9, 1)


def test_a_cap_holds_over_all_runs(batch_cli: Cli) -> None:
    """Six items of 2 dollars under 7: three, then none, and with a higher cap the rest."""
    spend = ("--assume-price", "2", "-o", "out/", "--json")
    serve_prices(batch_cli)
    done = batch_cli.krea("batch", "foxes.txt", "--max-cost", "7", *spend)
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (5, FOXES[:3], 3)
    assert "the same command with --max-cost 12.00 goes on with the rest" in done.err
    again = batch_cli.krea("batch", "foxes.txt", "--max-cost", "7", *spend)
    assert (again.code, len(batch_cli.service.posts)) == (5, 3)
    assert (summary(again)["spent"], summary(again)["spent_in_other_runs"]) == (0.0, 6.0)
    rest = batch_cli.krea("batch", "foxes.txt", "--max-cost", "12", *spend)
    assert (rest.code, file_stems()) == (0, FOXES)


def test_a_first_interrupt_waits_for_what_runs(batch_cli: Cli) -> None:
    """Nothing new is sent, what runs is saved; the same command goes on."""
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 2)
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (130, FOXES[:2], 2)
    assert "stopping: Ctrl-C again leaves what runs; " in done.err
    assert "interrupted (SIGINT); 4 of 6 items were not sent" in done.err


def test_an_interrupt_among_finished_items_is_told(
    batch_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing runs then: what is left is told, and the exit code is not 0."""
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/").code == 0
    Path("more.txt").write_text(Path("foxes.txt").read_text() + "an owl\n")
    find = DoneItems.find

    def find_and_stop(self: DoneItems, item: Item) -> AlreadyDone | None:
        batch_cli.clock.stop(2)
        return find(self, item)

    monkeypatch.setattr(DoneItems, "find", find_and_stop)
    done = batch_cli.krea("batch", "more.txt", "-o", "out/")
    assert (done.code, len(batch_cli.service.posts)) == (130, len(FOXES))
    assert "interrupted (SIGINT); " in done.err
    assert " of 7 items were not sent\n" in done.err


def test_a_second_one_leaves_at_once(batch_cli: Cli) -> None:
    """The jobs run on, and are saved by the same command without being sent again."""
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 2)
    batch_cli.clock.stop_at(batch_cli.clock.now() + 8, 2)
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (130, [], 2)
    assert (
        "error: interrupted (SIGINT); 2 jobs run on, and are not saved yet; they cost about $0.014;"
        " 4 of 6 items were not sent\n  hint: the same command goes on with what is left;"
        " krea cancel job-1 job-2 stops them\n"
    ) in done.err


def test_a_term_leaves_at_once(batch_cli: Cli) -> None:
    """Whoever ends a service does not wait for minutes."""
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (143, [], 2)


def test_a_job_is_not_waited_for_for_ever(batch_cli: Cli) -> None:
    """The job runs on, and the same command goes on with it."""
    batch_cli.service.job_seconds = 120
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6", "--timeout", "60")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (4, [], 6)
    again = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6", "--timeout", "100")
    assert (again.code, file_stems(), len(batch_cli.service.posts)) == (0, FOXES, 6)


def test_jobs_that_timed_out_hold_their_places(batch_cli: Cli) -> None:
    """-j bounds the jobs with the service, those included; a batch that is out of places ends."""
    batch_cli.service.job_seconds = 120
    impatient = ("batch", "foxes.txt", "-o", "out/", "-j", "2", "--timeout", "60")
    done = batch_cli.krea(*impatient)
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (4, [], 2)
    assert done.err.endswith(
        "error: nothing more is sent: 2 jobs that timed out may still run, and -j 2 allows no more"
        " at once\n"
        "  hint: the same command goes on with what is left; krea cancel job-1 job-2 stops them\n"
        "  charged: unknown\n"
    )
    batch_cli.service.job_seconds = 30
    again = batch_cli.krea(*impatient)
    assert (again.code, file_stems(), len(batch_cli.service.posts)) == (0, FOXES, 6)


def test_the_last_jobs_that_timed_out_stop_nothing(batch_cli: Cli) -> None:
    """At the end of the list, nothing else is left to be sent."""
    batch_cli.service.job_seconds = 120
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6", "--timeout", "60")
    assert (done.code, "nothing more is sent" in done.err) == (4, False)


def test_a_place_of_a_job_that_timed_out_is_not_taken(batch_cli: Cli) -> None:
    """The others go on beside it."""

    def linger(service: KreaService, job: ScriptedJob) -> None:
        job.course = [(0.0, "processing")]

    batch_cli.service.answers = [linger]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2", "--timeout", "60")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (4, FOXES[1:], 6)


def test_a_doubt_is_looked_for_without_a_free_place(batch_cli: Cli) -> None:
    """The search sends nothing; a batch whose places are all held does not hang."""
    batch_cli.service.job_seconds = 120
    batch_cli.service.answers = [lose_request]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "5", "--timeout", "60")
    assert (done.code, len(batch_cli.service.posts)) == (9, 6)
    assert "0 of 6 done, 1 in doubt, 5 running" in done.err


STOPS = {
    "401": (answer_with(401, {"error": "bad key"}), 3),
    "402": (answer_with(402, {"error": "Insufficient balance"}), 6),
    "403": (answer_with(403, {"error": "not yours"}), 3),
}


@pytest.mark.parametrize("stop", ["cap", *STOPS])
def test_a_stop_looks_through_the_rest_of_the_list(batch_cli: Cli, stop: str) -> None:
    """Items further down that are done or paid are printed, saved and counted; none is sent."""
    serve_prices(batch_cli)
    spend = ("batch", "foxes.txt", "-o", "out/", "--assume-price", "2", "--max-cost", "12")
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    assert batch_cli.krea(*spend, "-j", "2").code == 143
    batch_cli.clock.signal = None
    write_list("foxes.txt", range(1, 3))
    assert batch_cli.krea(*spend).code == 0
    next(Path("out").glob("fox-1*")).unlink()
    Path("foxes.txt").write_text("new 1\nfox 1\nnew 2\nfox 2\nnew 3\n")
    batch_cli.service.answers, code = [], 5
    if stop == "cap":
        spend = (*spend[:-1], "4")
    else:
        answer, code = STOPS[stop]
        batch_cli.service.answers = [answer]
    posts = len(batch_cli.service.posts)
    done = batch_cli.krea(*spend, "--json")
    assert (done.code, file_stems()) == (code, ["fox-1", "fox-2"]), done.err
    assert len(batch_cli.service.posts) - posts == (stop != "cap")
    totals = summary(done)
    assert (totals["done"], totals["waiting"], totals["running"]) == (2, 3, 0)
    assert sorted(record["line"] for record in done.records) == [2, 4]


def test_what_another_run_has_sent_is_not_told_as_unsent(batch_cli: Cli) -> None:
    """Interrupted beside another run: one item of its own is in doubt, and one has a job."""
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    batch_cli.clock.signal = None
    state = batch_cli.home / "state"
    other = RunLock(state)
    with closing(sqlite3.connect(state / "ledger.sqlite3", isolation_level=None)) as ledger:
        ledger.execute("UPDATE requests SET claim = ?", (other.name,))
        ledger.execute("UPDATE requests SET state = 'unknown', job_id = NULL WHERE id = 1")
    del batch_cli.service.jobs["job-1"]
    batch_cli.clock.stop_at(batch_cli.clock.now() + 15, 2)
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, done.error(charged="unknown")) == (
        130,
        "interrupted (SIGINT); 1 is in doubt; 1 was sent by another run;"
        " 2 of 6 items were not sent",
    )
    other.release()


def test_what_was_not_come_to_is_counted_as_it_is(batch_cli: Cli) -> None:
    """Interrupted at its first two items; the four that follow were sent by an earlier run."""
    spend = ("batch", "foxes.txt", "-o", "out/")
    batch_cli.service.job_seconds = 3000
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    batch_cli.krea(*spend, "-j", "4")
    batch_cli.clock.signal = None
    with closing(sqlite3.connect(batch_cli.home / "state/ledger.sqlite3")) as ledger, ledger:
        ledger.execute("UPDATE requests SET state = 'unknown', job_id = NULL WHERE id = 1")
        ledger.execute("UPDATE requests SET state = 'saved' WHERE id = 2")
        ledger.execute("UPDATE requests SET state = 'failed' WHERE id = 3")
    del batch_cli.service.jobs["job-1"]
    batch_cli.clock.stop_at(batch_cli.clock.now() + 600, 2)  # beyond the hold
    foxes = Path("foxes.txt").read_text()
    Path("foxes.txt").write_text(f"new 1\nnew 2\n{foxes}")
    done = batch_cli.krea(*spend, "-j", "2", "--json")
    totals = summary(done)
    states = ("done", "failed", "doubtful", "running", "elsewhere", "waiting")
    assert [totals[state] for state in states] == [1, 1, 1, 2, 1, 2]
    assert (done.code, json.loads(done.err.splitlines()[-1])["error"]["message"]) == (
        130,
        "interrupted (SIGINT); 2 jobs run on, and are not saved yet; 1 is in doubt;"
        " 1 was sent by another run; 2 of 8 items were not sent",
    )


def test_what_another_machine_made_is_done_at_a_stop_too(batch_cli: Cli) -> None:
    """Its sidecars say so; the run was stopped before it came to them."""
    spend = ("batch", "foxes.txt", "-o", "out/{slug}.{ext}", "--sidecar")
    assert batch_cli.krea(*spend).code == 0
    batch_cli.environ["KREA_STATE_DIR"] = str(batch_cli.home / "new")
    foxes = Path("foxes.txt").read_text()
    Path("foxes.txt").write_text(f"new 1\nnew 2\nnew 3\n{foxes}")
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 15, 15)
    totals = summary(batch_cli.krea(*spend, "-j", "2", "--json"))
    assert [totals[state] for state in ("done", "running", "waiting")] == [6, 2, 1]


def test_a_krea_that_hangs_while_it_sends_is_not_waited_for_for_ever(batch_cli: Cli) -> None:
    """After the time of a job the rest is not sent; nothing is charged."""
    with closing(Ledger.open(batch_cli.home / "state")) as ledger:
        locks = ledger.for_account(BASE, account_of(KEY)).post_locks()
        assert locks and locks.try_acquire()
        start = batch_cli.clock.monotonic()
        done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--timeout", "20")
        assert (done.code, batch_cli.service.posts) == (8, [])
        assert batch_cli.clock.monotonic() - start < 60
        assert done.error(charged="no").startswith("another krea kept sending for this account")
        locks.release()
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/").code == 0
