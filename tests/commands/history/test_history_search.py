"""`krea history`: words are looked for in names, and only what was sent is unfinished."""

import os

import pytest

from krea_cli.local.ledger.request_rows import RequestRows
from tests.commands.batch.batch_helpers import serve_prices
from tests.commands.batch.test_batch_check import MODEL, dry
from tests.harness.cli import Cli, CliResult


def row_numbers(result: CliResult) -> list[int]:
    """The numbers of the requests in a list with --json."""
    assert result.code == 0, result.err
    return [record["row"] for record in result.records]


def die_before_the_first_byte(cli: Cli, monkeypatch: pytest.MonkeyPatch, *argv: str) -> None:
    """Run a command that is killed when its row says `sending`, and nothing has left."""
    if (child := os.fork()) == 0:
        monkeypatch.setattr(RequestRows, "mark_leaving", lambda *_: os._exit(137))
        cli.krea(*argv)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    assert (cli.states, cli.service.posts) == ([("sending", None)], [])


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("mp", [1]),  # a lamp; not .mp4, nor the folder
        ("mp4", [2]),
        (".mp4", [2]),
        ("clip", [2]),
        ("clips", []),
        ("clips/", [2]),
        ("work", []),
        ("work/", [2, 1]),
        ("a-lamp", [1]),
        ("LIGHT-job1.png", [1]),
        ("job-2", [2]),
        ("veo", [2]),
        ("lamp red", []),
        ("red lamp", [1]),
    ],
)
def test_a_word_is_looked_for_in_names_and_not_in_folders(
    cli: Cli, word: str, numbers: list[int]
) -> None:
    """Prompt, model, id, the file's own name; with a slash its folders as well."""
    assert cli.krea("generate", "a lamp in red lamp light").code == 0
    clip = ("generate", "a fox", "-m", "veo-3.1-fast", "-o", "clips/clip.mp4")
    assert cli.krea(*clip).code == 0
    assert row_numbers(cli.krea("history", "--json", word)) == numbers


@pytest.mark.parametrize("place", ["pics/", "pics/{n}-{slug}.{ext}"])
def test_the_number_of_a_job_is_not_in_its_name(cli: Cli, place: str) -> None:
    """The second of two that still run in a folder has no name yet."""
    assert cli.krea("generate", "a fox", "-n", "2", "-o", place, "--no-wait").code == 0
    assert row_numbers(cli.krea("history", "--json", "pics")) == []
    assert row_numbers(cli.krea("history", "--json", "2")) in ([], [2])
    assert row_numbers(cli.krea("history", "--json", "pics/")) == [2, 1]


def test_what_a_cap_stopped_is_no_unfinished_work(cli: Cli) -> None:
    """Nothing of it was sent; the job that was sent beside it is listed."""
    serve_prices(cli)
    cap = ("--max-cost", "3", "--assume-price", "2", "--no-wait")
    assert cli.krea("generate", "a fox", "-m", MODEL, "-n", "3", "-o", "f.png", *cap).code == 5
    assert [state for state, _ in cli.states] == ["submitted", "checked", "checked"]
    assert row_numbers(cli.krea("history", "--json", "--unfinished")) == [1]
    assert row_numbers(cli.krea("history", "--json")) == [3, 2, 1]


def test_what_a_killed_process_never_sent_is_not_in_doubt(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark is missing, in the same boot: shown as never sent, before anything is sent."""
    die_before_the_first_byte(cli, monkeypatch, "generate", "a fox", "-o", "fox.png")
    assert row_numbers(cli.krea("history", "--json", "--unfinished")) == []
    (record,) = cli.krea("history", "--json").records
    assert (record["state"], record["charged"]) == ("checked", "no")


def test_a_dry_run_sends_what_a_killed_process_never_sent(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item counts among those to send, and is not under way."""
    assert dry(cli, "a fox\n", file="b.txt").code == 0
    die_before_the_first_byte(cli, monkeypatch, "batch", "b.txt")
    result = dry(cli, "a fox\n", file="b.txt")
    assert (result.code, "1 item: 1 to send\n" in result.err) == (0, True), result.err


def test_what_is_sent_at_this_moment_is_under_way(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A living process holds the lock: its request may leave at any moment."""
    seen: list[object] = []
    mark = RequestRows.mark_leaving

    def look(self: RequestRows, row_id: int) -> None:
        seen.extend(record["state"] for record in cli.krea("history", "--json").records)
        mark(self, row_id)

    monkeypatch.setattr(RequestRows, "mark_leaving", look)
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert seen == ["sending"]


def test_a_job_that_ended_empty_is_over(cli: Cli) -> None:
    """Such a job is no unfinished work, and its status can be asked for."""
    cli.service.ended_fields = {"result": {}}
    assert cli.krea("generate", "a fox").code == 11
    assert row_numbers(cli.krea("history", "--json", "--status", "empty")) == [1]
    assert " empty " in cli.krea("history", "1").out.splitlines()[0] + " "
    for option in (("--unfinished",), ("--status", "completed")):
        assert row_numbers(cli.krea("history", "--json", *option)) == []


def test_a_status_that_is_not_there(cli: Cli) -> None:
    """The answer names those that are; with none at all it does not."""
    nothing = "no request in the ledger matches"
    assert cli.krea("history", "--status", "done").error(charged="no") == (
        "done is no status of a request: saved, completed, failed, cancelled, refused, empty,"
        " checked, sending, submitted, unknown, unfound, forgotten, backlogged, queued, scheduled,"
        " processing, sampling, intermediate-complete, replaced, changed, deleted"
    )
    assert cli.krea("generate", "a fox", "--no-wait").code == 0
    cli.service.final_status = "failed"
    assert cli.krea("generate", "a hen").code == 1
    slip = cli.krea("history", "--status", "done")
    assert (slip.code, slip.error(charged="no")) == (
        2,
        "done is no status of a request: those in this ledger are failed, queued",
    )
    missing = cli.krea("history", "--status", "saved").err.splitlines()[0]
    assert missing == f"{nothing}: none is saved, they are failed, queued"
    known = cli.krea("history", "--status", "FAILED", "owl").err.splitlines()[0]
    assert known == nothing


def test_a_login_that_is_not_there_is_told(cli: Cli) -> None:
    """Asked for by its name, it is no reason to show the requests of another account."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    result = cli.krea("history", "--profile", "nobody")
    assert (result.code, result.out) == (3, "")


def test_every_status_that_there_is_can_be_asked_for() -> None:
    """All states of the ledger, fates of its files, and statuses of the service."""
    from krea_cli.commands.history import STATUSES
    from krea_cli.flows.files.places import FATES
    from krea_cli.local.ledger.rows import STATES
    from krea_cli.sandbox.jobs import STATUSES as JOB_STATUSES

    assert set(STATUSES) == {*STATES, *JOB_STATUSES, *FATES, "empty"}
