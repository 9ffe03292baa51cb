"""`krea generate`: one command, one job, one picture; whatever the service does."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from krea_cli.api.http import HttpClient
from krea_cli.flows.generate.compose import Composer
from tests.fakes.krea_service import PNG, answer_with, refuse_connection
from tests.harness.cli import Cli
from tests.harness.failing_sqlite import fail_at
from tests.leaks import find_leaks
from tests.tokens import SECRETS


def test_the_path_is_all_that_stdout_gets(cli: Cli) -> None:
    """The picture is saved under exactly the name asked for; stdout is that name."""
    result = cli.krea("generate", "a red fox in snow", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert Path("fox.png").read_bytes() == PNG
    assert cli.states == [("saved", "job-1")]


def test_a_drawn_seed_is_sent_and_told(cli: Cli) -> None:
    """A seed that nobody gave is drawn, sent, and said, so that the picture can be made again."""
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    seed = cli.service.posts[0]["seed"]
    assert 0 <= seed < 2**31
    assert f"seed {seed}" in result.err


def test_several_jobs_count_up_from_the_seed(cli: Cli) -> None:
    """-n 3 --seed 7 sends 7, 8 and 9 and saves three pictures."""
    result = cli.krea("generate", "a fox", "-n", "3", "--seed", "7", "-o", "fox.png")
    assert result.code == 0
    assert sorted(result.out.split()) == ["fox-2.png", "fox-3.png", "fox.png"]
    assert [post["seed"] for post in cli.service.posts] == [7, 8, 9]


def test_no_wait_prints_the_id_at_once(cli: Cli) -> None:
    """--no-wait leaves after the submit; the ledger remembers -o for `download`."""
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--no-wait")
    assert (result.code, result.out) == (0, "job-1\n")
    assert cli.krea("download", "job-1").out == "fox.png\n"
    assert not list(Path().glob(".*.part"))


def test_json_is_one_record_a_line(cli: Cli) -> None:
    """The record has every key of the schema, so that scripts can rely on them."""
    (record,) = cli.krea("generate", "a fox", "-o", "fox.png", "--seed", "1", "--json").records
    assert record | {"outputs": None, "result": None} == {
        "schema": 1,
        "job_id": "job-1",
        "status": "completed",
        "model": "bfl/flux-1-dev",
        "prompt": "a fox",
        "seed": 1,
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": "2027-01-15T08:00:05.000Z",
        "urls": ["http://127.0.0.1:9/files/job-1.png"],
        "files": ["fox.png"],
        "outputs": None,
        "price": record["price"],
        "cost": None,
        "priced_at": "2026-09-20T00:00:00.000Z",
        "charged": "yes",
        "error": None,
        "result": None,
    }


def test_a_dry_run_sends_nothing(cli: Cli) -> None:
    """--dry-run prints the request as it would be sent; it needs neither token nor network."""
    del cli.environ["KREA_API_KEY"]
    result = cli.krea("generate", "a fox", "--seed", "7", "--dry-run", "--json")
    (record,) = result.records
    assert record["route"] == "/generate/image/bfl/flux-1-dev"
    body = record["body"]
    assert isinstance(body, dict) and body["prompt"] == "a fox" and body["seed"] == 7
    assert cli.service.requests == []


def test_a_connection_never_made_is_tried_again(cli: Cli) -> None:
    """Refused connections cannot have made a job: the request is sent once it can be."""
    cli.service.answers = [refuse_connection, refuse_connection]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 0
    assert "nothing was sent" in result.err


def test_without_a_network_the_tries_end_with_the_time(cli: Cli) -> None:
    """`--timeout` is about the whole, so it ends the tries to connect as well."""
    cli.service.answers = [refuse_connection] * 20
    start = cli.clock.monotonic()
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--timeout", "5s")
    assert (result.code, cli.clock.monotonic() - start <= 5) == (8, True)
    assert "charged: no" in result.err


def test_without_a_network_nothing_was_sent(cli: Cli) -> None:
    """After half a minute without a connection: exit 8, charged no, and the row is not in doubt."""
    cli.service.answers = [refuse_connection] * 20
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 8
    assert "charged: no" in result.err
    cli.service.answers.clear()
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "bad request"}, 2),
        (422, {"error": "Unrecognized keys"}, 2),
        (410, {"error": "model_unavailable", "replacement": "image/bfl/flux-2"}, 2),
        (401, {"message": "Unauthorized"}, 3),
        (402, {"error": "insufficient credits"}, 6),
        (402, {"error": "this model requires a higher plan"}, 6),
    ],
)
def test_a_clear_refusal_ends_at_once(
    cli: Cli, status: int, body: dict[str, str], code: int
) -> None:
    """The service said no: one POST, nothing charged, and the next run may try anew."""
    cli.service.answers = [answer_with(status, body)]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (code, 1)
    assert "charged: no" in result.err
    assert cli.states[0][0] == "refused"
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0


def test_a_refusal_of_the_second_job_keeps_the_first(cli: Cli) -> None:
    """Jobs submitted before the refusal are still waited for and saved."""
    cli.service.answers = [lambda *_: None, answer_with(402, {"error": "insufficient credits"})]
    result = cli.krea("generate", "a fox", "-n", "3", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (6, "fox.png\n", 2)


def test_a_time_out_leaves_the_job_running_and_the_next_run_goes_on(cli: Cli) -> None:
    """Exit 4 names the command that resumes; the same command goes on with the same job."""
    cli.service.job_seconds = 600
    first = cli.krea("generate", "a fox", "-o", "fox.png", "--timeout", "60")
    assert first.code == 4
    assert "krea download job-1" in first.err
    second = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (second.code, second.out, len(cli.service.posts)) == (0, "fox.png\n", 1)


@pytest.mark.parametrize(("signal", "code"), [(2, 130), (15, 143), (1, 129)])
def test_a_signal_leaves_the_job_running(cli: Cli, signal: int, code: int) -> None:
    """Interrupted while waiting: the id and the command that resumes are printed."""
    cli.clock.stop_at(cli.clock.now() + 2, signal)
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == code
    assert "job-1" in result.err and "krea download job-1" in result.err
    assert not list(Path().iterdir())


def test_a_failed_job_is_finished_and_may_be_made_anew(cli: Cli) -> None:
    """Failed jobs are not billed: exit 1, charged no, and the same command makes a new one."""
    cli.service.final_status = "failed"
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 1
    assert "charged: no" in result.err
    cli.service.final_status = "completed"
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert len(cli.service.posts) == 2


def test_an_existing_file_is_not_overwritten(cli: Cli) -> None:
    """The target is looked at before anything is spent; --force overwrites."""
    Path("fox.png").write_text("mine")
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, cli.service.posts) == (2, [])
    assert cli.krea("generate", "a fox", "-o", "fox.png", "--force").code == 0
    assert Path("fox.png").read_bytes() == PNG


def test_an_unwritable_folder_is_told_before_anything_is_spent(cli: Cli) -> None:
    """No folder, no picture, no request."""
    Path("file").write_text("in the way")
    result = cli.krea("generate", "a fox", "-o", "file/fox.png")
    assert (result.code, cli.service.posts) == (1, [])
    assert "charged: no" in result.err


def test_no_ledger_no_spending(cli: Cli) -> None:
    """A damaged ledger stops the command before the POST; --no-ledger is the deliberate way out."""
    (cli.home / "state").mkdir()
    (cli.home / "state" / "ledger.sqlite3").write_text("not a database, but long enough" * 40)
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, cli.service.posts) == (1, [])
    assert "krea doctor --repair" in result.err
    assert cli.krea("generate", "a fox", "-o", "fox.png", "--no-ledger").code == 0


def test_a_missing_token_is_told(cli: Cli) -> None:
    """Exit 3, and how to get one."""
    del cli.environ["KREA_API_KEY"]
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--json")
    assert (result.code, result.out, cli.service.posts) == (3, "", [])
    error = json.loads(result.err.splitlines()[-1])["error"]
    assert (error["code"], error["charged"]) == ("no_token", "no")


def test_the_token_is_nowhere_but_in_the_header(cli: Cli) -> None:
    """Neither output nor ledger holds the secret, under --verbose as well."""
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--verbose")
    assert not any(secret in result.out + result.err for secret in SECRETS)
    assert find_leaks(cli.home) == []


@pytest.mark.parametrize("command", ["generate", "download"])
def test_force_spares_what_the_command_itself_made(cli: Cli, command: str) -> None:
    """A name that repeats: the old file goes, and both paid results stay."""
    Path("a-fox.png").write_text("old")
    files = iter([PNG, PNG + b"2"])
    cli.service.content = lambda: next(files)
    run = ["generate", "a fox", "-n", "2", "-o", "{slug}.png", "--force"]
    if command == "download":
        ids = cli.krea("generate", "a fox", "-n", "2", "--no-wait").out.split()
        run = ["download", *ids, "-o", "{slug}.png", "--force"]
    result = cli.krea(*run)
    assert (result.code, result.out) == (0, "a-fox.png\na-fox-2.png\n"), result.err
    assert {path.read_bytes() for path in Path().glob("*.png")} == {PNG, PNG + b"2"}


def test_the_last_moment_is_looked_at(cli: Cli) -> None:
    """A job that ends before the time is over is saved, wherever the next look would have been."""
    for seconds in range(8, 30, 3):
        cli.service.job_seconds = seconds - 0.1
        done = cli.krea("generate", "a fox", "-o", f"{seconds}.png", "--timeout", str(seconds))
        assert done.code == 0, done.err


def test_a_file_that_the_service_lost_is_uploaded_anew(cli: Cli, tmp_path: Path) -> None:
    """A remembered address is refused: it is forgotten, and the same command sends the file."""
    (tmp_path / "a.png").write_bytes(PNG)
    command = ("generate", "a fox", "-o", "fox.png", "--image", f"{tmp_path}/a.png")
    cli.service.answers = [
        lambda *_: httpx.Response(422, json={"error": "Invalid asset URL"}),
    ]
    refused = cli.krea(*command)
    assert (refused.code, "hint: the same command uploads its files anew\n" in refused.err) == (
        2,
        True,
    )
    assert cli.krea(*command).code == 0
    assert cli.service.requests.count("POST /assets") == 2


@pytest.mark.parametrize(
    ("function", "charged"),
    [
        ("krea_cli.commands.generate.run.build_requests", "no"),
        ("krea_cli.flows.generate.submitter.claim", "no"),
        ("krea_cli.flows.jobs.watch.Watch.step", "unknown"),
        ("krea_cli.terminal.output.Output.print_files", "yes"),
    ],
    ids=["reading", "claiming", "waiting", "saved"],
)
def test_a_bug_tells_what_was_charged(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, function: str, charged: str
) -> None:
    """Nothing before the sending; surely once the job has completed."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(function, fail)
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--json")
    assert (result.code, [error["code"] for error in result.errors]) == (1, ["bug"])
    assert result.charged == charged


def test_a_bug_after_a_refusal_cost_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that was clearly refused does not make a charge unknown."""

    def fail(*_: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("krea_cli.flows.generate.generate.Generate._fail", fail)
    cli.service.answers.append(answer_with(402))
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--json")
    assert [error["code"] for error in result.errors] == ["bug"]
    assert result.charged == "no"


def test_a_full_state_disk_leaves_no_row_saved_without_its_file(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the ledger could not take is recorded by the same command later."""
    with monkeypatch.context() as full:
        fail_at(full, "INSERT OR REPLACE INTO files", sqlite3.SQLITE_FULL)
        made = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (made.code, made.out) == (0, "fox.png\n")
    assert "warning: the ledger is not kept up to date: the disk is full" in made.err
    assert cli.states == [("completed", "job-1")]
    again = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (again.code, again.out) == (0, "fox.png\n"), again.err
    assert (cli.states, len(cli.service.posts)) == ([("saved", "job-1")], 1)
    assert [path.name for path in Path().glob("*.png")] == ["fox.png"]


@pytest.mark.parametrize(
    ("words", "sentence", "hint"),
    [
        (
            ("-o", "waves.mp4"),
            "-o waves.mp4: bfl/flux-1-dev makes pictures, and these are never .mp4 files;"
            " video models are alibaba/wan-3.0, runway/gen-4.5, minimax/h3-max",
            "krea models --kind video lists models for -m; or -o 'waves.{ext}'",
        ),
        (
            ("-o", "{slug}-{n}.WAV", "-n", "2"),
            "-o {slug}-{n}.WAV: bfl/flux-1-dev makes pictures, and these are never .WAV files;"
            " audio models are bytedance/seed-audio-1.0, elevenlabs/music, elevenlabs/music-v2",
            "krea models --kind audio lists models for -m; or -o '{slug}-{n}.{ext}'",
        ),
        (
            ("-o", "waves.png", "-m", "veo-3.1-fast", "--dry-run"),
            "-o waves.png: google/veo-3.1-fast makes clips, and these are never .png files;"
            " image models are z-image/z-image, bfl/flux-1-dev, meta/muse-image",
            "krea models --kind image lists models for -m; or -o 'waves.{ext}'",
        ),
        (
            ("-o", "a{{b}}.html"),
            "-o a{b}.html: bfl/flux-1-dev makes pictures, and these are never .html files",
            "-o 'a{{b}}.{ext}'",
        ),
    ],
    ids=["exact", "template", "dry-run", "braces"],
)
def test_a_name_that_no_result_can_have_is_refused_before_it_is_paid(
    cli: Cli, words: tuple[str, ...], sentence: str, hint: str
) -> None:
    """Most likely -m is missing: the kind is known before, and the hint lists the models of it."""
    result = cli.krea("generate", "waves", *words)
    expected = f"error: {sentence}\n  hint: {hint}\n"
    assert (result.code, result.out, result.err) == (2, "", expected)
    assert cli.service.posts == []


@pytest.mark.parametrize("name", ["fox.jpg", "fox.PNG", "fox.mp4.bak", "fox", ".mp4", "mp4/"])
def test_a_name_that_says_nothing_wrong_is_taken(cli: Cli, name: str) -> None:
    """Another kind of picture, no extension, or an unknown one."""
    assert cli.krea("generate", "a fox", "-o", name, "--dry-run").code == 0


@pytest.mark.parametrize(("dry", "opened"), [((), ["no catalog yet"]), (("--dry-run",), [])])
def test_the_connection_is_opened_while_the_rest_is_loaded(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, dry: tuple[str, ...], opened: list[str]
) -> None:
    """A far handshake takes as long as the catalog and the checks; a dry run opens none."""
    events: list[str] = []
    build = Composer.resolve

    def resolve(composer: Composer, *names: Any) -> Any:
        events.append("catalog")
        return build(composer, *names)

    monkeypatch.setattr(Composer, "resolve", resolve)
    monkeypatch.setattr(
        HttpClient,
        "open_ahead",
        lambda _, count=1: events or events.append("no catalog yet"),
    )
    assert cli.krea("generate", "a fox", "-o", "fox.png", *dry).code == 0
    assert [event for event in events if event != "catalog"] == opened


def test_a_missing_token_is_told_by_what_needs_it(cli: Cli) -> None:
    """Opening the connection ahead of all else tells nothing, and changes no order of errors."""
    del cli.environ["KREA_API_KEY"]
    assert cli.krea("generate", "a fox", "-i", "nonsense=1", "-o", "fox.png").code == 2
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 3
