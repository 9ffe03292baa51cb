"""The ledgers of other hosts on a network disk: read, never written, and nothing is paid twice."""

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from krea_cli.local.ledger.migrations import MIGRATIONS, migrate
from krea_cli.text import shell_line
from tests.fakes.krea_service import (
    KreaService,
    ScriptedJob,
    answer_with,
    lose_request,
)
from tests.harness.cli import Cli

FOXES = "fox 1\nfox 2\nfox 3\n"
NO_FOXES_LEFT = "o/fox-1-0e9f0a.png\no/fox-2-1e9fba.png\no/fox-3-056cb6.png\n"
DAMAGED = b"SQLite format 3\0" + bytes(5000)


@pytest.fixture
def pods(cli: Cli) -> Cli:
    """`krea` on pod-a, with a list of three prompts."""
    Path("c.txt").write_text(FOXES)
    cli.move_to("pod-a")
    return cli


def ledger_of(cli: Cli, host: str) -> Path:
    """The ledger of HOST."""
    return cli.home / "state" / f"ledger-{host}.sqlite3"


def state_of_disk(cli: Cli, host: str) -> dict[str, tuple[str, int]]:
    """Hash and time of each file of the ledger of HOST, by its name."""
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in ledger_of(cli, host).parent.glob(f"ledger-{host}.sqlite3*")
        if not path.name.endswith(".lock")
    }


def leave_unfinished(cli: Cli) -> None:
    """Leave line 1 in doubt and line 2 under way on pod-a; line 3 is made."""
    cli.service.answers = [lose_request]
    for prompt, code in [("fox 1", 9), ("fox 2", 4)]:
        Path("c.txt").write_text(f"{prompt}\n")
        assert cli.krea("batch", "c.txt", "-o", "o/", "--timeout", "1s").code == code
    Path("c.txt").write_text("fox 3\n")
    assert cli.krea("batch", "c.txt", "-o", "o/").code == 0
    Path("c.txt").write_text(FOXES)


def lose_beside_another(service: KreaService, job: ScriptedJob) -> None:
    """Lose the request in the moment in which the first job is made."""
    service.keep(service.job(1, at=service.now() + 0.05))
    lose_request(service, job)


def test_what_another_host_has_finished_is_done(pods: Cli) -> None:
    """With its files in place: a dry run, a run and a report tell of them as of our own."""
    assert pods.krea("batch", "c.txt", "-o", "o/").code == 0
    before = state_of_disk(pods, "pod-a")
    pods.move_to("pod-b")
    dry = pods.krea("batch", "c.txt", "-o", "o/", "--dry-run")
    assert dry.err == "3 items: 3 done\n"
    assert not ledger_of(pods, "pod-b").exists()
    again = pods.krea("batch", "c.txt", "-o", "o/", "--report", "r.jsonl")
    assert (again.code, again.out) == (0, NO_FOXES_LEFT)
    assert again.err == "3 of 3 done; spent $0.00 in 0 s\n"
    entries = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert [(entry["state"], entry["job_id"], entry["cost"]) for entry in entries] == [
        ("saved", "job-1", 0.0),
        ("saved", "job-2", 0.0),
        ("saved", "job-3", 0.0),
    ]
    assert len(pods.service.posts) == 3
    assert state_of_disk(pods, "pod-a") == before


def test_what_another_host_has_not_finished_is_left_to_it(pods: Cli) -> None:
    """Under way or in doubt there: told, with exit 9 in the end, and the rest is made."""
    leave_unfinished(pods)
    before = state_of_disk(pods, "pod-a")
    Path("c.txt").write_text(f"{FOXES}fox 4\n")
    pods.move_to("pod-b")
    dry = pods.krea("batch", "c.txt", "-o", "o/", "--dry-run")
    states = [line.split("\t")[-1] for line in dry.out.splitlines()[:4]]
    assert states == ["in doubt", "under way", "done", "to send"]
    left = pods.krea("batch", "c.txt", "-o", "o/")
    ways_out = (
        "  hint: the same command on pod-a goes on with it; if that host is gone:"
        " KREA_LEDGER_NAME=pod-a krea batch c.txt -o o/\n"
        "  charged: no\n"
    )
    assert (left.code, left.out) == (9, "o/fox-3-056cb6.png\no/fox-4-4b5a55.png\n")
    assert left.err == (
        "line 4: saved o/fox-4-4b5a55.png\n"
        "2 of 4 done, 1 in doubt, 1 running; spent about $0.007 in 6 s\n"
        "error: line 1: the ledger of pod-a has the same request as in doubt; it is left to that"
        f" host, and nothing was sent\n{ways_out}"
        "error: line 2: the ledger of pod-a has the same request as under way (job job-2); it is"
        f" left to that host, and nothing was sent\n{ways_out}"
    )
    prompts = [body["prompt"] for body in pods.service.posts]
    assert prompts == ["fox 1", "fox 2", "fox 3", "fox 4"]
    assert state_of_disk(pods, "pod-a") == before


def test_the_hint_goes_on_with_the_ledger_of_a_host_that_is_gone(pods: Cli) -> None:
    """A job that runs there is saved; a request in doubt there stays so, and nothing is sent."""
    leave_unfinished(pods)
    pods.move_to("pod-b")
    assert pods.krea("batch", "c.txt", "-o", "o/").code == 9
    pods.environ["KREA_LEDGER_NAME"] = "pod-a"
    taken = pods.krea("batch", "c.txt", "-o", "o/", "--json")
    records = {record["line"]: record for record in taken.records}
    assert records[1]["error"]["code"] == "in_doubt"
    assert [records[line]["files"] for line in (2, 3)] == [
        ["o/fox-2-1e9fba.png"],
        ["o/fox-3-056cb6.png"],
    ]
    assert (taken.code, len(pods.service.posts)) == (9, 3)


def test_a_share_is_told_of_its_own_items(pods: Cli) -> None:
    """With --shard, items of other shares are another host's own business."""
    assert pods.krea("batch", "c.txt", "-o", "o/", "--shard", "1/2", "--timeout", "1s").code == 4
    sent = len(pods.service.posts)
    assert 0 < sent < 3
    pods.move_to("pod-b")
    other = pods.krea("batch", "c.txt", "-o", "o/", "--shard", "2/2")
    assert (other.code, len(pods.service.posts)) == (0, 3), other.err
    same = pods.krea("batch", "c.txt", "-o", "o/", "--shard", "1/2")
    assert (same.code, same.out, len(pods.service.posts)) == (9, "", 3)


@pytest.mark.parametrize("is_gone", [False, True], ids=["elsewhere", "deleted"])
def test_finished_files_that_are_not_in_place_cost_nothing(pods: Cli, is_gone: bool) -> None:
    """Copied from another folder, or fetched again; the next run finds them in place."""
    assert pods.krea("batch", "c.txt", "-o", "p/").code == 0
    if is_gone:
        shutil.rmtree("p")
    pods.move_to("pod-b")
    first = pods.krea("batch", "c.txt", "-o", "o/")
    assert (first.code, sorted(first.out.splitlines(True))) == (
        0,
        sorted(NO_FOXES_LEFT.splitlines(True)),
    ), first.err
    assert all(Path(name).is_file() for name in NO_FOXES_LEFT.split())
    again = pods.krea("batch", "c.txt", "-o", "o/")
    assert (again.code, again.out, len(pods.service.posts)) == (0, NO_FOXES_LEFT, 3)
    assert [path.name for path in Path().rglob("*.part")] == []


def test_a_generate_is_left_to_the_host_that_sent_it(pods: Cli) -> None:
    """The request with its target: exit 9, nothing is charged, and the hint goes on with it."""
    assert pods.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    pods.move_to("pod-b")
    for options in [(), ("--no-wait",)]:
        command = ("generate", "a cat", "-o", "cat.png", *options)
        left = pods.krea(*command)
        assert (left.code, left.out) == (9, "")
        assert left.err == (
            "error: the ledger of pod-a has the same request as under way (job job-1); it is left"
            " to that host, and nothing was sent\n"
            "  hint: the same command on pod-a goes on with it; if that host is gone:"
            f" KREA_LEDGER_NAME=pod-a {shell_line('krea', *command)}\n"
            "  charged: no\n"
        )
    assert pods.krea("generate", "a cat", "-o", "other.png").code == 0
    assert len(pods.service.posts) == 2
    pods.environ["KREA_LEDGER_NAME"] = "pod-a"
    taken = pods.krea("generate", "a cat", "-o", "cat.png")
    assert (taken.code, taken.out, len(pods.service.posts)) == (0, "cat.png\n", 2)


def test_a_stream_is_left_to_a_host_that_is_not_at_work(pods: Cli) -> None:
    """Exit 9, and nothing is sent. The request of a host at work may have a window of its own."""
    pods.service.job_seconds = 600
    assert pods.krea("generate", "a fox", "-o", "-", "--timeout", "1").code == 4
    pods.service.job_seconds = 0
    pods.move_to("pod-b")
    left = pods.krea("generate", "a fox", "-o", "-")
    assert (left.code, left.out, len(pods.service.posts)) == (9, "", 1)
    assert left.error(charged="no").startswith("the ledger of pod-a has the same request as under")
    beat = pods.home / "state" / f"{ledger_of(pods, 'pod-a').name}.heartbeat-{'a' * 16}"
    beat.write_text("{}")
    assert (pods.krea("generate", "a fox", "-o", "-").code, len(pods.service.posts)) == (0, 2)
    os.utime(beat, (1e9, 1e9))
    assert pods.krea("generate", "a fox", "-o", "-").code == 9
    pods.move_to("pod-a")
    assert (pods.krea("generate", "a fox", "-o", "-").code, len(pods.service.posts)) == (0, 2)
    pods.move_to("pod-b")
    assert (pods.krea("generate", "a fox", "-o", "-").code, len(pods.service.posts)) == (0, 3)


def test_the_rest_of_several_jobs_is_made(pods: Cli) -> None:
    """One is done there and one is left to that host: only the third is sent."""
    pods.service.answers = [lambda *_: None, lambda *_: None, answer_with(402, {})]
    first = pods.krea("generate", "a cat", "-n", "3", "-o", "cat.png")
    assert (first.code, len(pods.service.posts)) == (6, 3), first.err
    Path("cat-2.png").unlink()
    with closing(sqlite3.connect(ledger_of(pods, "pod-a"))) as ledger:
        ledger.execute("UPDATE requests SET state = 'submitted' WHERE \"index\" = 2")
        ledger.commit()
    pods.move_to("pod-b")
    rest = pods.krea("generate", "a cat", "-n", "3", "-o", "cat.png")
    assert (rest.code, rest.out) == (9, "cat.png\ncat-3.png\n"), rest.err
    assert rest.error(charged="no") == (
        "the ledger of pod-a has the same request as under way (job job-2); it is left to that"
        " host, and nothing was sent"
    )
    assert len(pods.service.posts) == 4


def test_what_was_never_sent_there_is_made(pods: Cli) -> None:
    """A request that another host could not send for want of balance is in nobody's way."""
    pods.service.answers = [answer_with(402, {})]
    assert pods.krea("batch", "c.txt", "-o", "o/").code == 6
    pods.move_to("pod-b")
    rest = pods.krea("batch", "c.txt", "-o", "o/")
    assert (rest.code, rest.out, len(pods.service.posts)) == (0, NO_FOXES_LEFT, 4), rest.err


def test_a_ledger_that_cannot_be_read_is_said_once(pods: Cli) -> None:
    """The items are then made, as nothing is known of them."""
    assert pods.krea("batch", "c.txt", "-o", "p/").code == 0
    ledger_of(pods, "pod-a").write_bytes(DAMAGED)
    pods.move_to("pod-b")
    made = pods.krea("batch", "c.txt", "-o", "o/")
    assert (made.code, made.out, len(pods.service.posts)) == (0, NO_FOXES_LEFT, 6)
    path = ledger_of(pods, "pod-a")
    assert made.err.count("warning: ") == 1
    assert made.err.startswith(
        f"warning: the ledger {path} is damaged (file is not a database);"
        " what that host has made or sent is not known here\n"
    )
    assert path.read_bytes() == DAMAGED


def test_a_host_that_died_in_the_middle_of_a_transaction(pods: Cli) -> None:
    """Its journal is rolled back in a copy: the half transaction is not believed, nor mended."""
    leave_unfinished(pods)
    path = ledger_of(pods, "pod-a")
    dead = path.with_name("dead.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
        ledger.execute("PRAGMA cache_size = 1")  # pages are written before the commit
        ledger.execute("BEGIN IMMEDIATE")
        ledger.execute("UPDATE requests SET state = 'refused'")
        for number in range(500):
            upload = ("x", "x", str(number), "x" * 1000, 0.0)
            ledger.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, NULL, ?)", upload)
        shutil.copy(path, dead)
        shutil.copy(f"{path}-journal", f"{dead}-journal")
        ledger.execute("ROLLBACK")
    dead.rename(path)
    Path(f"{dead}-journal").rename(f"{path}-journal")
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as half:
        refused = "SELECT count(*) FROM requests WHERE state = 'refused'"
        assert half.execute(refused).fetchone() != (0,)
    before = state_of_disk(pods, "pod-a")
    pods.move_to("pod-b")
    left = pods.krea("batch", "c.txt", "-o", "o/")
    assert (left.code, left.out, len(pods.service.posts)) == (9, "o/fox-3-056cb6.png\n", 3)
    assert state_of_disk(pods, "pod-a") == before


def test_the_ledger_of_the_host_whose_disk_it_is(pods: Cli) -> None:
    """A ledger with a write-ahead log is for no other host to touch: a copy of both is read."""
    pods.edges = {}
    leave_unfinished(pods)
    path = pods.home / "state" / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as server:
        server.execute("UPDATE requests SET state = 'unfound' WHERE state = 'unknown'")
        server.commit()  # it stays in the log, as the server still has the ledger open
        names = [name for name in os.listdir(path.parent) if name.startswith("ledger.sqlite3")]
        assert f"{path.name}-wal" in names
        before = {name: (path.parent / name).read_bytes() for name in sorted(names)}
        pods.move_to("pod-b")
        left = pods.krea("batch", "c.txt", "-o", "o/")
        assert (left.code, left.out, len(pods.service.posts)) == (9, "o/fox-3-056cb6.png\n", 3)
        assert f"error: line 1: the ledger {path} has the same request as in doubt" in left.err
        assert "  hint: the same command on the host of that disk goes on with it\n" in left.err
        after = {name: (path.parent / name).read_bytes() for name in sorted(names)}
        assert after == before


@pytest.mark.parametrize("version", range(3, len(MIGRATIONS)))
def test_the_ledger_of_an_older_version_is_read(pods: Cli, version: int) -> None:
    """A copy is brought up to date; the file itself stays as that version made it."""
    leave_unfinished(pods)
    path, old = ledger_of(pods, "pod-a"), ledger_of(pods, "old")
    with closing(sqlite3.connect(old, isolation_level=None)) as ledger:
        migrate(ledger, MIGRATIONS[:version])
        columns = [row[1] for row in ledger.execute("PRAGMA table_info(requests)")]
        names = ", ".join(f'"{name}"' for name in columns)
        ledger.execute("ATTACH ? AS new", (str(path),))
        ledger.execute(f"INSERT INTO requests ({names}) SELECT {names} FROM new.requests")
        files = ", ".join(f'"{row[1]}"' for row in ledger.execute("PRAGMA table_info(files)"))
        ledger.execute(f"INSERT INTO files ({files}) SELECT {files} FROM new.files")
    path.unlink()
    before = state_of_disk(pods, "old")
    pods.move_to("pod-b")
    left = pods.krea("batch", "c.txt", "-o", "o/")
    assert (left.code, left.out, len(pods.service.posts)) == (9, "o/fox-3-056cb6.png\n", 3)
    assert "the ledger of old has the same request as in doubt" in left.err
    assert state_of_disk(pods, "old") == before


def test_a_new_key_of_another_host_may_be_of_the_same_account(pods: Cli) -> None:
    """A request under way there under another key is not sent here either."""
    leave_unfinished(pods)
    pods.move_to("pod-b")
    pods.environ["KREA_API_KEY"] = f"another:{'k' * 32}"
    left = pods.krea("batch", "c.txt", "-o", "o/")
    assert (left.code, left.out, len(pods.service.posts)) == (9, "o/fox-3-056cb6.png\n", 3)


def test_a_job_of_another_host_is_never_taken_for_a_lost_answer(pods: Cli) -> None:
    """Made in the very moment of a lost request, and known to the ledger of that host."""
    pods.move_to("pod-b")
    assert pods.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    pods.move_to("pod-a")

    pods.service.answers = [lose_beside_another]
    lost = pods.krea("generate", "a cat", "-o", "other.png")
    assert (lost.code, "It may be one of these jobs" in lost.err) == (9, False)
    pods.clock.advance(600)
    (doubt,) = pods.krea("recover", "--json").records
    assert (doubt["state"], doubt["candidates"]) == ("unfound", [])


def test_an_answer_with_the_job_of_another_host_is_none(pods: Cli) -> None:
    """A cache answered: the picture of that job is not of this prompt."""
    assert pods.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    pods.move_to("pod-b")
    pods.service.answers = [
        lambda service, job: httpx.Response(200, json={"job_id": "job-1", "status": "queued"})
    ]
    result = pods.krea("generate", "a dog", "-o", "dog.png")
    assert (result.code, result.out) == (9, "")
    assert (
        "(the service answered with a wrong job: job job-1 belongs to request 1 in the ledger of"
        " pod-a already)"
    ) in result.err


def test_a_job_of_another_host_is_not_adopted(pods: Cli) -> None:
    """Not even by the user's word: the host is named, and the way to look at its request."""
    assert pods.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    pods.move_to("pod-b")
    pods.service.answers = [lose_request]
    assert pods.krea("generate", "a dog", "-o", "dog.png").code == 9
    for is_gone in (False, True):
        if is_gone:
            assert pods.krea("recover", "--forget", "1").code == 0
        refused = pods.krea("recover", "--adopt", "1=job-1")
        assert (refused.code, refused.out) == (2, "")
        assert refused.err == (
            "error: job job-1 belongs to request 1 in the ledger of pod-a already\n"
            "  hint: krea recover lists what is of nobody yet; krea history 1 on pod-a; if that"
            " host is gone: KREA_LEDGER_NAME=pod-a krea history 1\n"
        )
    pods.environ["KREA_LEDGER_NAME"] = "pod-a"
    assert pods.krea("download", "--missing").out == "cat.png\n"


@pytest.mark.parametrize("is_under_way", [False, True], ids=["in doubt", "under way"])
def test_a_job_that_another_host_may_own_is_not_taken_for_a_lost_answer(
    pods: Cli, is_under_way: bool
) -> None:
    """The list of candidates names it, beside the request of that host."""
    pods.service.answers = [lose_request, lose_beside_another]
    assert pods.krea("generate", "a cat", "-o", "cat.png").code == 9
    with closing(sqlite3.connect(ledger_of(pods, "pod-a"))) as ledger:
        state = "sending" if is_under_way else "unknown"
        ledger.execute("UPDATE requests SET state = ?", (state,))
        ledger.commit()
    pods.move_to("pod-b")
    lost = pods.krea("generate", "a dog", "-o", "dog.png")
    assert (lost.code, len(pods.service.posts)) == (9, 2), lost.err
    assert "job-1 (perhaps of request 1 in the ledger of pod-a)" in lost.err
    (doubt,) = pods.krea("recover", "--json").records
    assert (doubt["job_id"], [each["job_id"] for each in doubt["candidates"]]) == (None, ["job-1"])


@pytest.mark.parametrize("options", [("--seed", "7"), ("--any-seed",)], ids=" ".join)
def test_reuse_copies_what_another_host_has_made(pods: Cli, options: tuple[str, ...]) -> None:
    """Also from its ledger: nothing is sent, and nothing is written there."""
    seed = ("--seed", "7") if options[0] == "--seed" else ()
    assert pods.krea("generate", "a cat", *seed, "-o", "p/cat.png").code == 0
    before = state_of_disk(pods, "pod-a")
    pods.move_to("pod-b")
    for _ in range(2):
        copied = pods.krea("generate", "a cat", *options, "--reuse", "-o", "copy.png")
        assert (copied.code, copied.out, len(pods.service.posts)) == (0, "copy.png\n", 1)
        assert copied.err.startswith(
            f"the same as {pods.home}/work/p/cat.png: it is copied and not paid for again\n"
        )
    assert Path("copy.png").read_bytes() == Path("p/cat.png").read_bytes()
    assert state_of_disk(pods, "pod-a") == before
    several = pods.krea("generate", "a cat", *options, "--reuse", "-n", "2", "-o", "two.png")
    assert (several.code, len(pods.service.posts)) == (0, 2)  # each saved job once


@pytest.mark.parametrize(
    "command",
    [("download", "--missing"), ("history",), ("history", "--unfinished"), ("recover",)],
    ids=" ".join,
)
def test_the_open_work_of_another_host_is_told(pods: Cli, command: tuple[str, ...]) -> None:
    """Its number, and the commands that go on with it, there or here; also beside work here."""
    leave_unfinished(pods)
    pods.move_to("pod-b")
    told = (
        "the ledger of pod-a has 1 unsaved job and 1 request in doubt: krea download --missing and"
        " krea recover on pod-a; if that host is gone: KREA_LEDGER_NAME=pod-a krea download"
        " --missing and KREA_LEDGER_NAME=pod-a krea recover\n"
    )
    alone = pods.krea(*command)
    assert (alone.code, alone.out) == (0, "")
    assert alone.err.endswith(told)
    assert pods.krea("generate", "a cat", "-o", "cat.png", "--no-wait").code == 0
    assert told in pods.krea(*command).err
    assert told not in pods.krea("history", "job-4").err  # of one request
    (note,) = [line for line in pods.krea("doctor").out.splitlines() if "pod-a has" in line]
    assert told.strip() in note
    pods.environ["KREA_LEDGER_NAME"] = "pod-a"
    assert pods.krea("download", "--missing").out == "o/fox-2-1e9fba.png\n"
    assert pods.krea("recover").code == 9
    pods.environ["KREA_LEDGER_NAME"] = "pod-b"
    assert "pod-a has 1 request in doubt: krea recover on pod-a;" in pods.krea(*command).err
    assert pods.krea("download", "--missing", "--no-ledger").err == ""


def test_a_host_that_has_ended_its_work_is_not_told(pods: Cli) -> None:
    """All is saved there, and nothing is in doubt."""
    assert pods.krea("batch", "c.txt", "-o", "o/").code == 0
    pods.move_to("pod-b")
    for command in [("download", "--missing"), ("history",), ("recover",), ("doctor",)]:
        result = pods.krea(*command)
        assert "pod-a has" not in result.out + result.err


def test_shares_of_two_hosts_pay_for_each_item_once(pods: Cli) -> None:
    """Equal lines and several jobs of a line too; each host's second run sends nothing."""
    Path("c.txt").write_text("fox 1\nfox 1\nfox 2\nfox 3\nfox 3\nfox 4\nfox 5\n")
    command = ("batch", "c.txt", "-n", "2", "-o", "o/{slug}-{line}-{n}.{ext}")
    for _ in range(2):
        for share, host in enumerate(("pod-a", "pod-b"), 1):
            pods.move_to(host)
            run = pods.krea(*command, "--shard", f"{share}/2")
            assert run.code == 0, run.err
        assert len(pods.service.posts) == len(list(Path("o").glob("*.png"))) == 14
    whole = pods.krea(*command)
    assert (whole.code, len(whole.out.splitlines()), len(pods.service.posts)) == (0, 14, 14)
