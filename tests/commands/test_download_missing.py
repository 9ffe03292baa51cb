"""`krea download --missing`: save every finished job, at the place first asked for."""

import pytest

from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli


def submit_without_waiting(cli: Cli, *words: str) -> None:
    """Submit without waiting, a minute ago."""
    assert cli.krea("generate", "--no-wait", *words).code == 0
    cli.clock.advance(60)


def test_nothing_is_missing(cli: Cli) -> None:
    """Success with nothing done, and not a request."""
    result = cli.krea("download", "--missing")
    assert (result.code, result.out, result.err, cli.service.requests) == (0, "", "", [])


def test_all_are_saved_to_the_places_first_asked_for(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exact names, folders, templates, and none at all: then in the folder of that command."""
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    submit_without_waiting(cli, "a hen", "-o", "farm/")
    submit_without_waiting(cli, "an owl", "-o", "{slug}-x.{ext}")
    submit_without_waiting(cli, "a cat")
    submit_without_waiting(cli, "a dog", "-o", "-")
    elsewhere = cli.home / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    result = cli.krea("download", "--missing")
    home = cli.home / "work"
    assert (result.code, result.out.splitlines()) == (
        0,
        [
            f"{home}/fox.png",
            f"{home}/farm/a-hen-job2.png",
            f"{home}/an-owl-x.png",
            f"{home}/a-cat-job4.png",
            f"{home}/a-dog-job5.png",
        ],
    )
    assert [state for state, _ in cli.states] == ["saved"] * 5
    assert cli.krea("download", "--missing").out == ""
    assert list(elsewhere.iterdir()) == []


def test_what_runs_is_left_alone_and_told(cli: Cli) -> None:
    """Finished jobs are saved; there is no wait for the others."""
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    cli.krea("generate", "--no-wait", "a hen", "-o", "hen.png")
    result = cli.krea("download", "--missing")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert "1 job still runs: job-2" in result.err
    assert cli.clock.pauses == []


def test_a_job_that_failed_is_told_once(cli: Cli) -> None:
    """A failed job was not billed; the others are saved."""
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    submit_without_waiting(cli, "a hen", "-o", "hen.png")
    cli.service.jobs["job-1"].final_status = "failed"
    result = cli.krea("download", "--missing")
    assert (result.code, result.out) == (1, "hen.png\n")
    assert "job job-1 failed" in result.err
    assert "charged: no" in result.err
    assert cli.krea("download", "--missing").code == 0


def test_a_job_that_is_gone_is_told_and_stays_missing(cli: Cli) -> None:
    """The job was paid for, so it stays in the ledger as unsaved."""
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    submit_without_waiting(cli, "a hen", "-o", "hen.png")
    del cli.service.jobs["job-1"]
    result = cli.krea("download", "--missing")
    assert (result.code, result.out) == (1, "hen.png\n")
    assert "job job-1 was made and cannot be read now" in result.err
    assert "charged: unknown" in result.err
    assert cli.states[0] == ("submitted", "job-1")


def test_several_results_and_a_taken_name(cli: Cli) -> None:
    """All results of a job; a file of the user's is never overwritten."""
    cli.service.results_per_job = 2
    pictures = iter((PNG, PNG.replace(b"\0", b"\1")))
    cli.service.content = lambda: next(pictures)
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    (cli.home / "work" / "fox.png").write_bytes(b"mine")
    result = cli.krea("download", "--missing")
    assert (result.code, result.out) == (0, "fox-2.png\nfox-2-2.png\n")
    assert "fox.png exists already: the result is in fox-2.png" in result.err
    assert (cli.home / "work" / "fox.png").read_bytes() == b"mine"


def test_a_job_without_any_result_is_told_once(cli: Cli) -> None:
    """There is nothing to save, now or later."""
    cli.service.results_per_job = 0
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    first, second = cli.krea("download", "--missing"), cli.krea("download", "--missing")
    assert (first.code, second.code) == (11, 0)


def test_a_job_that_is_gone_can_be_let_go(cli: Cli) -> None:
    """By the user's word, as with a request in doubt."""
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    cli.service.jobs.clear()
    assert cli.krea("download", "--missing").code == 1
    assert cli.krea("recover", "--forget", "1").code == 0
    assert cli.krea("download", "--missing").code == 0


def test_a_job_that_is_there_cannot_be_let_go(cli: Cli) -> None:
    """While it runs, or its result can be fetched: the same command would pay again."""
    fox = ("generate", "a fox", "-o", "fox.png")
    assert cli.krea(*fox, "--no-wait").code == 0
    told = []
    for _ in range(2):
        refused = cli.krea("recover", "--forget", "1")
        assert (refused.code, cli.states[0][1]) == (2, "job-1")
        told.append(refused.error(charged="no"))
        cli.clock.advance(60)
    assert told == [
        "request 1 is not in doubt: its job job-1 is queued",
        "request 1 is not in doubt: the result of its job job-1 is paid for",
    ]
    cli.service.file_status = 404
    assert cli.krea("download", "--missing").code == 10
    assert cli.krea("recover", "--forget", "1").code == 0
    assert cli.krea("download", "--missing").code == 0


@pytest.mark.parametrize("place", ["-", "x.png", "pics/"])
def test_another_place_is_refused(cli: Cli, place: str) -> None:
    """--missing has its own targets, so -o is refused."""
    submit_without_waiting(cli, "a fox", "-o", "fox.png")
    result = cli.krea("download", "--missing", "-o", place)
    assert (result.code, result.out) == (2, "")
    assert "--missing saves each result to the place first asked for" in result.err


def test_ids_and_missing_do_not_go_together(cli: Cli) -> None:
    """--missing finds the ids itself."""
    result = cli.krea("download", "--missing", "job-1")
    assert (result.code, "give the ids or --missing, not both" in result.err) == (2, True)


def test_a_saved_file_that_was_deleted_is_not_missing(cli: Cli) -> None:
    """The user removed a saved file on purpose."""
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    (cli.home / "work" / "fox.png").unlink()
    assert cli.krea("download", "--missing").out == ""


def test_many_are_saved_at_a_time(cli: Cli) -> None:
    """Forty downloads of a second each take five, not forty; they are printed in their order."""
    for number in range(40):
        submit_without_waiting(cli, f"fox {number}", "-o", f"fox-{number}.png")
    cli.service.on_download = lambda: cli.clock.sleep(1)
    start = cli.clock.monotonic()
    result = cli.krea("download", "--missing")
    assert (result.code, result.out.split()) == (0, [f"fox-{number}.png" for number in range(40)])
    assert cli.clock.monotonic() - start < 6
    assert {state for state, _ in cli.states} == {"saved"}


def test_a_signal_names_all_that_are_left(cli: Cli) -> None:
    """After SIGTERM the same command saves the others, and nothing half is left."""
    for number in range(3):
        submit_without_waiting(cli, f"fox {number}", "-o", f"fox-{number}.png")
    cli.service.on_download = lambda: cli.clock.stop(15)
    result = cli.krea("download", "--missing")
    assert result.code == 143
    assert "krea download job-1 job-2 job-3" in result.err
    cli.service.on_download, cli.clock.signal = None, None
    assert cli.krea("download", "--missing").out.split() == [f"fox-{n}.png" for n in range(3)]
