"""`krea wait`: its output and its exit codes."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from krea_cli.api.types import Job
from krea_cli.local.credentials import account_of
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.ledger import Ledger
from krea_cli.local.ledger.rows import RequestDraft
from tests.fakes.krea_service import BASE, answer_with
from tests.fakes.sandbox_process import Sandbox, SandboxProcess
from tests.harness.cli import Cli

FAILED = """\
error: job b failed: out of luck (internal)
  hint: failed jobs are not billed; krea generate makes a new job
  charged: no
"""


def test_it_prints_each_id_as_it_completes(cli: Cli) -> None:
    """In the order in which they end, and nothing else on stdout."""
    cli.service.add("a", (0, "processing"), (40, "completed"))
    cli.service.add("b", (0, "processing"), (20, "completed"))
    result = cli.krea("wait", "a", "b", "--quiet")
    assert (result.code, result.out, result.err) == (0, "b\na\n", "")


def test_a_failed_job_is_told_on_stderr(cli: Cli) -> None:
    """The others are waited for; exit 1 tells that one failed."""
    cli.service.add("a", (0, "completed"))
    cli.service.add("b", (0, "processing"), (20, "failed"))
    result = cli.krea("wait", "b", "a", "--quiet")
    assert (result.code, result.out, result.err) == (1, "a\n", FAILED)


def test_json_prints_the_record_of_every_job(cli: Cli) -> None:
    """Of the failed one too."""
    cli.service.add("a", (0, "completed"))
    cli.service.add("b", (0, "failed"))
    result = cli.krea("wait", "a", "b", "--json")
    assert result.code == 1
    outcomes = [
        (record["job_id"], record["status"], record["charged"]) for record in result.records
    ]
    assert outcomes == [("a", "completed", "yes"), ("b", "failed", "no")]
    errors = [json.loads(line) for line in result.err.splitlines() if '"error"' in line]
    assert [error["error"]["code"] for error in errors] == ["job_failed"]


def test_a_completed_job_without_a_result_is_an_error(cli: Cli) -> None:
    """A silent refusal is no success: exit 11, and its id is not printed."""
    cli.service.add("a", (0, "completed")).without_result = True
    cli.service.add("b", (0, "completed"))
    result = cli.krea("wait", "a", "b", "--quiet")
    assert (result.code, result.out) == (11, "b\n")
    assert result.err.startswith("error: job a completed without any result")
    assert result.err.endswith("  charged: unknown\n")


def test_the_time_out_leaves_the_job_running(cli: Cli) -> None:
    """Exit 4 with the command that goes on, and after the time asked for."""
    cli.service.add("a", (0, "processing"), (500, "completed"))
    began = cli.clock.monotonic()
    result = cli.krea("wait", "a", "--timeout", "90s", "--quiet")
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        "error: stopped waiting; job a still runs\n  hint: krea wait a\n  charged: unknown\n"
    )
    assert cli.clock.monotonic() - began == pytest.approx(90)


def test_many_jobs_that_still_run_are_one_error(cli: Cli) -> None:
    """One sentence and one command; those that completed are printed."""
    for name in ("a", "b", "c"):
        cli.service.add(name, (0, "processing"), (30 if name == "b" else 500, "completed"))
    result = cli.krea("wait", "a", "b", "c", "--timeout", "2m", "--quiet")
    assert (result.code, result.out) == (4, "b\n")
    assert result.err == (
        "error: stopped waiting; 2 jobs still run\n  hint: krea wait a c\n  charged: unknown\n"
    )


def test_zero_waits_for_ever(cli: Cli) -> None:
    """Without it, 150 minutes are the limit for a job of an unknown kind."""
    cli.service.add("a", (0, "processing"), (151 * 60, "completed"))
    assert cli.krea("wait", "a", "--quiet").code == 4
    assert cli.krea("wait", "a", "--timeout", "0", "--quiet").out == "a\n"


def test_an_interrupt_names_what_runs_on(cli: Cli) -> None:
    """Exit 130, or 143 for TERM, with the command that goes on."""
    cli.service.add("a", (0, "processing"), (500, "completed"))
    cli.clock.stop_at(cli.clock.now() + 30, 15)
    result = cli.krea("wait", "a", "--quiet")
    assert (result.code, result.out) == (143, "")
    assert result.err == (
        "error: interrupted (SIGTERM); job a runs on\n"
        "  hint: krea wait a; krea cancel a stops it\n"
        "  charged: unknown\n"
    )


def test_ids_and_records_come_from_stdin(cli: Cli) -> None:
    """A bad line is told, and does not keep the others from being waited for."""
    cli.service.add("a", (0, "completed"))
    cli.service.add("b", (0, "completed"))
    result = cli.krea("wait", "--quiet", stdin='a\n{"job_id": "b", "status": "queued"}\n../c\n')
    assert (result.code, result.out) == (2, "a\nb\n")
    assert result.err == (
        "error: nothing about ../c is in this ledger\n  hint: krea history lists the requests\n"
    )


def test_a_record_of_an_ended_job_costs_no_request(cli: Cli) -> None:
    """The record is passed on as it came."""
    error = {"code": "moderated", "message": "refused", "hint": None, "charged": "no"}
    lines = [
        {"job_id": "a", "status": "completed", "error": None},
        {"job_id": "b", "status": "failed", "error": error},
    ]
    result = cli.krea("wait", "--json", stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert (result.code, result.records, cli.service.polls) == (7, lines, [])


def test_nothing_on_stdin_is_success(cli: Cli) -> None:
    """Nothing was asked for, and nothing done."""
    result = cli.krea("wait")
    assert (result.code, result.out, result.err, cli.service.polls) == (0, "", "", [])


def test_an_unknown_id_is_told(cli: Cli) -> None:
    """Exit 2: it does not exist, or belongs to another account."""
    result = cli.krea("wait", "nobody", "--quiet")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: job nobody was not found")


def test_a_refused_token_ends_it(cli: Cli) -> None:
    """Exit 3 after one request."""
    cli.service.read_faults = [answer_with(401)]
    result = cli.krea("wait", "a", "b", "--quiet")
    assert (result.code, result.out, len(cli.service.polls)) == (3, "", 1)


def test_without_a_token_nothing_is_asked(cli: Cli) -> None:
    """Exit 3."""
    del cli.environ["KREA_API_KEY"]
    assert cli.krea("wait", "a", "--quiet").code == 3
    assert cli.service.polls == []


def test_the_worst_that_occurred_decides_the_exit_code(cli: Cli) -> None:
    """Still running (4) comes before failed (1)."""
    cli.service.add("a", (0, "failed"))
    cli.service.add("b", (0, "processing"), (500, "completed"))
    assert cli.krea("wait", "a", "b", "--timeout", "1m", "--quiet").code == 4


def test_a_broken_ledger_does_not_stop_it(cli: Cli) -> None:
    """The job is paid: waiting for it goes on, with a warning."""
    state = cli.home / "state"
    state.mkdir()
    (state / "ledger.sqlite3").write_bytes(b"no database at all " * 100)
    cli.service.add("a", (0, "completed"))
    result = cli.krea("wait", "a", "--quiet")
    assert (result.code, result.out) == (0, "a\n")
    assert "warning:" in result.err


def _insert_submitted_request(cli: Cli, name: str) -> tuple[Ledger, AccountLedger]:
    """Return the ledger after a submit of job NAME."""
    ledger = Ledger.open(cli.home / "state", clock_now=cli.clock.now)
    account_ledger = ledger.for_account(BASE, account_of(cli.environ["KREA_API_KEY"]))
    route = "/generate/image/bfl/flux-1-dev"
    body = {"prompt": "a fox"}
    model = "bfl/flux-1-dev"
    row = account_ledger.requests.insert(
        RequestDraft(
            model=model,
            kind="image",
            route=route,
            body=body,
            given=body,
            seed=7,
            prompt="a fox",
            price="$0.04",
        )
    )
    now = cli.clock.now()
    account_ledger.requests.mark_sending(row.id, now)
    account_ledger.requests.mark_submitted(
        row.id, Job(name, "queued", created_at=now), answered_at=now
    )
    return ledger, account_ledger


def test_what_the_ledger_knows_is_in_the_record_and_how_it_ended_in_the_ledger(cli: Cli) -> None:
    """Model, prompt, seed and price; the job's seconds teach the next wait."""
    ledger, account_ledger = _insert_submitted_request(cli, "a")
    cli.service.add("a", (0, "processing"), (7, "completed"))
    (record,) = cli.krea("wait", "a", "--json").records
    values = [record[name] for name in ("model", "prompt", "seed", "price", "charged")]
    assert values == ["bfl/flux-1-dev", "a fox", 7, "$0.04", "yes"]
    row = account_ledger.requests.find_by_job("a")
    assert row is not None
    assert (row.state, row.charged) == ("completed", "yes")
    assert account_ledger.statistics.durations("bfl/flux-1-dev") == [7.0]
    ledger.close()


def test_a_known_image_is_given_fifteen_minutes(cli: Cli) -> None:
    """And not 150; it is first looked at when it can be done."""
    ledger, _ = _insert_submitted_request(cli, "a")
    ledger.close()
    cli.service.add("a", (0, "processing"), (20 * 60, "completed"))
    began = cli.clock.monotonic()
    assert cli.krea("wait", "a", "--quiet").code == 4
    assert cli.clock.monotonic() - began == pytest.approx(15 * 60)
    assert cli.service.polls[0][0] - began > 2


def test_a_fresh_id_from_a_pipe_may_be_unknown_for_a_while(cli: Cli) -> None:
    """The command before it has just made the job; the service may not know it everywhere."""
    cli.service.read_faults = [answer_with(404)] * 3
    cli.service.add("a", (0, "completed"))
    assert cli.krea("wait", "--quiet", stdin="a\n").out == "a\n"


def test_each_line_is_acted_upon_while_the_pipe_is_open(tmp_path: Path) -> None:
    """The real command: an id goes in, the id comes out, and the next may follow."""
    with SandboxProcess("--speed", "200") as sandbox:
        command = [str(Path(sys.executable).parent / "krea"), "wait"]
        with subprocess.Popen(
            command,
            env=sandbox.environ(tmp_path),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdin and process.stdout
            for _ in range(2):
                job_id = _make_job(sandbox)
                process.stdin.write(job_id + "\n")
                process.stdin.flush()
                assert process.stdout.readline() == job_id + "\n"
            process.stdin.close()
            assert process.wait(10) == 0


def _make_job(sandbox: Sandbox) -> str:
    """Submit a request to the sandbox, and return the id of its job."""
    body = {"prompt": "a fox", "width": 512, "height": 512}
    headers = {"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/json"}
    url = f"{sandbox.api}/generate/image/bfl/flux-1-dev"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        job_id: str = json.load(answer)["job_id"]
    return job_id


def test_a_path_is_no_id(cli: Cli) -> None:
    """Only ids are printed, whatever the ledger knows of a job that cannot be read now."""
    cli.krea("generate", "a fox", "-o", "fox.png")
    cli.service.jobs.clear()
    result = cli.krea("wait", "job-1")
    assert (result.code, result.out) == (2, ""), result.err


def test_an_error_names_its_job(cli: Cli) -> None:
    """With --json an id that is not found stands in the error."""
    result = cli.krea("wait", "nonesuch", "--json")
    (line,) = result.err.splitlines()
    assert json.loads(line)["error"]["job_id"] == "nonesuch"
