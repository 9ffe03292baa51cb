"""`krea generate`: one command, one job, one picture; whatever the service does."""

import json
import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import PNG, Service
from tests.harness.cli import World
from tests.leaks import leaks
from tests.tokens import SECRETS


def reset(service: Service, job: dict[str, object]) -> httpx.Response | None:
    """The job is made; the connection is reset before the answer."""
    service.keep(job)
    raise httpx.ReadError("connection reset by peer")


def reset_before(service: Service, job: dict[str, object]) -> httpx.Response | None:
    """The connection is reset and no job is made."""
    raise httpx.ReadError("connection reset by peer")


def refused(service: Service, job: dict[str, object]) -> httpx.Response | None:
    """Nobody listens."""
    raise httpx.ConnectError("connection refused")


def answer(status: int, body: object = None, **headers: str):  # type: ignore[no-untyped-def]
    """STATUS with BODY as JSON and no job made."""

    def scripted(service: Service, job: dict[str, object]) -> httpx.Response | None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, json=body, headers=names)

    return scripted


def states(world: World) -> list[tuple[str, str | None]]:
    """State and job of every request in the ledger, oldest first."""
    with sqlite3.connect(world.home / "state" / "ledger.sqlite3") as ledger:
        found = ledger.execute("SELECT state, job_id FROM requests ORDER BY id").fetchall()
    ledger.close()
    return found


def test_the_path_is_all_that_stdout_gets(world: World) -> None:
    """The picture is saved under exactly the name asked for; stdout is that name."""
    result = world.krea("generate", "a red fox in snow", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert Path("fox.png").read_bytes() == PNG
    assert states(world) == [("saved", "job-1")]


def test_a_drawn_seed_is_sent_and_told(world: World) -> None:
    """A seed that nobody gave is drawn, sent, and said, so that the picture can be made again."""
    result = world.krea("generate", "a fox", "-o", "fox.png")
    seed = world.service.posts[0]["seed"]
    assert 0 <= seed < 2**31
    assert f"seed {seed}" in result.err


def test_several_jobs_count_up_from_the_seed(world: World) -> None:
    """-n 3 --seed 7 sends 7, 8 and 9 and saves three pictures."""
    result = world.krea("generate", "a fox", "-n", "3", "--seed", "7", "-o", "fox.png")
    assert result.code == 0
    assert sorted(result.out.split()) == ["fox-2.png", "fox-3.png", "fox.png"]
    assert [post["seed"] for post in world.service.posts] == [7, 8, 9]


def test_no_wait_prints_the_id_at_once(world: World) -> None:
    """--no-wait leaves after the submit; the ledger remembers -o for `download`."""
    result = world.krea("generate", "a fox", "-o", "fox.png", "--no-wait")
    assert (result.code, result.out) == (0, "job-1\n")
    assert world.krea("download", "job-1").out == "fox.png\n"
    assert not list(Path().glob(".*.part"))


def test_json_is_one_record_a_line(world: World) -> None:
    """The record has every key of the schema, so that scripts can rely on them."""
    (record,) = world.krea("generate", "a fox", "-o", "fox.png", "--seed", "1", "--json").records
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
        "charged": "yes",
        "error": None,
        "result": None,
    }


def test_a_dry_run_sends_nothing(world: World) -> None:
    """--dry-run prints the request as it would be sent; it needs neither token nor network."""
    del world.environ["KREA_API_KEY"]
    result = world.krea("generate", "a fox", "--seed", "7", "--dry-run", "--json")
    (record,) = result.records
    assert record["route"] == "/generate/image/bfl/flux-1-dev"
    body = record["body"]
    assert isinstance(body, dict) and body["prompt"] == "a fox" and body["seed"] == 7
    assert world.service.requests == []


def test_a_connection_never_made_is_tried_again(world: World) -> None:
    """Refused connections cannot have made a job: the request is sent once it can be."""
    world.service.answers = [refused, refused]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 0
    assert "nothing was sent" in result.err


def test_without_a_network_nothing_was_sent(world: World) -> None:
    """After half a minute without a connection: exit 8, charged no, and the row is not in doubt."""
    world.service.answers = [refused] * 20
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 8
    assert "charged: no" in result.err
    world.service.answers.clear()
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 0


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
    world: World, status: int, body: dict[str, str], code: int
) -> None:
    """The service said no: one POST, nothing charged, and the next run may try anew."""
    world.service.answers = [answer(status, body)]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(world.service.posts)) == (code, 1)
    assert "charged: no" in result.err
    assert states(world)[0][0] == "refused"
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 0


def test_a_refusal_of_the_second_job_keeps_the_first(world: World) -> None:
    """What was submitted before the refusal is still waited for and saved."""
    world.service.answers = [lambda *_: None, answer(402, {"error": "insufficient credits"})]
    result = world.krea("generate", "a fox", "-n", "3", "-o", "fox.png")
    assert (result.code, result.out, len(world.service.posts)) == (6, "fox.png\n", 2)


def test_a_time_out_leaves_the_job_running_and_the_next_run_goes_on(world: World) -> None:
    """Exit 4 names the command that resumes; the same command goes on with the same job."""
    world.service.seconds = 600
    first = world.krea("generate", "a fox", "-o", "fox.png", "--timeout", "60")
    assert first.code == 4
    assert "krea download job-1" in first.err
    second = world.krea("generate", "a fox", "-o", "fox.png")
    assert (second.code, second.out, len(world.service.posts)) == (0, "fox.png\n", 1)


@pytest.mark.parametrize(("signal", "code"), [(2, 130), (15, 143), (1, 129)])
def test_a_signal_leaves_the_job_running(world: World, signal: int, code: int) -> None:
    """Interrupted while waiting: the id and the command that resumes are printed."""
    world.clock.stop_at(world.clock.now() + 2, signal)
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == code
    assert "job-1" in result.err and "krea download job-1" in result.err
    assert not list(Path().iterdir())


def test_a_failed_job_is_finished_and_may_be_made_anew(world: World) -> None:
    """Failed jobs are not billed: exit 1, charged no, and the same command makes a new one."""
    world.service.ends = "failed"
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 1
    assert "charged: no" in result.err
    world.service.ends = "completed"
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert len(world.service.posts) == 2


def test_an_existing_file_is_not_overwritten(world: World) -> None:
    """The target is looked at before anything is spent; --force overwrites."""
    Path("fox.png").write_text("mine")
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, world.service.posts) == (2, [])
    assert world.krea("generate", "a fox", "-o", "fox.png", "--force").code == 0
    assert Path("fox.png").read_bytes() == PNG


def test_an_unwritable_folder_is_told_before_anything_is_spent(world: World) -> None:
    """No folder, no picture, no request."""
    Path("file").write_text("in the way")
    result = world.krea("generate", "a fox", "-o", "file/fox.png")
    assert (result.code, world.service.posts) == (1, [])
    assert "charged: no" in result.err


def test_no_ledger_no_spending(world: World) -> None:
    """A damaged ledger stops the command before the POST; --no-ledger is the deliberate way out."""
    (world.home / "state").mkdir()
    (world.home / "state" / "ledger.sqlite3").write_text("not a database, but long enough" * 40)
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, world.service.posts) == (1, [])
    assert "krea doctor --repair" in result.err
    assert world.krea("generate", "a fox", "-o", "fox.png", "--no-ledger").code == 0


def test_a_missing_token_is_told(world: World) -> None:
    """Exit 3, and how to get one."""
    del world.environ["KREA_API_KEY"]
    result = world.krea("generate", "a fox", "-o", "fox.png", "--json")
    assert (result.code, result.out, world.service.posts) == (3, "", [])
    error = json.loads(result.err.splitlines()[-1])["error"]
    assert (error["code"], error["charged"]) == ("no_token", "no")


def test_the_token_is_nowhere_but_in_the_header(world: World) -> None:
    """Neither output nor ledger holds the secret, under --verbose as well."""
    result = world.krea("generate", "a fox", "-o", "fox.png", "--verbose")
    assert not any(secret in result.out + result.err for secret in SECRETS)
    assert leaks(world.home) == []


@pytest.mark.parametrize("command", ["generate", "download"])
def test_force_spares_what_the_command_itself_made(world: World, command: str) -> None:
    """A name that repeats: the old file goes, and neither of the two that were paid for does."""
    Path("a-fox.png").write_text("old")
    files = iter([PNG, PNG + b"2"])
    world.service.content = lambda: next(files)
    run = ["generate", "a fox", "-n", "2", "-o", "{slug}.png", "--force"]
    if command == "download":
        ids = world.krea("generate", "a fox", "-n", "2", "--no-wait").out.split()
        run = ["download", *ids, "-o", "{slug}.png", "--force"]
    result = world.krea(*run)
    assert (result.code, result.out) == (0, "a-fox.png\na-fox-2.png\n"), result.err
    assert {path.read_bytes() for path in Path().glob("*.png")} == {PNG, PNG + b"2"}


def test_the_last_moment_is_looked_at(world: World) -> None:
    """A job that ends before the time is over is saved, wherever the next look would have been."""
    for seconds in range(8, 30, 3):
        world.service.seconds = seconds - 0.1
        done = world.krea("generate", "a fox", "-o", f"{seconds}.png", "--timeout", str(seconds))
        assert done.code == 0, done.err


def test_a_file_that_the_service_lost_is_uploaded_anew(world: World, tmp_path: Path) -> None:
    """A remembered address is refused: it is forgotten, and the same command sends the file."""
    (tmp_path / "a.png").write_bytes(PNG)
    command = ("generate", "a fox", "-o", "fox.png", "--image", f"{tmp_path}/a.png")
    world.service.answers = [
        lambda *_: httpx.Response(422, json={"error": "Invalid asset URL"}),
    ]
    refused = world.krea(*command)
    assert (refused.code, "hint: the same command uploads its files anew\n" in refused.err) == (
        2,
        True,
    )
    assert world.krea(*command).code == 0
    assert world.service.requests.count("POST /assets") == 2
