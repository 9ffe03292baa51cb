"""The command in a hint, typed as it stands, brings the results to their places."""

import os
import re
import shlex
from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import PNG, ScriptedJob, lose_request
from tests.harness.cli import Cli, CliResult
from tests.tokens import OTHER_KEY


def follow_hint(cli: Cli, ended: CliResult) -> CliResult:
    """Type the command in the hint of ENDED, once the jobs are done."""
    (line,) = re.findall(r"hint: (krea [^;\n]+)", ended.err)
    cli.service.job_seconds = 0
    return cli.krea(*shlex.split(line)[1:])


@pytest.fixture(autouse=True)
def slow(cli: Cli) -> None:
    """Jobs take longer than anybody waits."""
    cli.service.job_seconds = 600


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (("-o", "fox.png"), ["fox.png"]),
        (("-o", "fox.png", "-n", "3"), ["fox-2.png", "fox-3.png", "fox.png"]),
        (("-o", "pics/", "-n", "2"), ["pics/a-fox-job1.png", "pics/a-fox-job2.png"]),
        (("-o", "{n}-{seed}.{ext}", "-n", "2", "--seed", "7"), ["1-7.png", "2-8.png"]),
        (("-o", "it's {{a}}.png"), ["it's {a}.png"]),
        (("-o", "a b.png", "--no-ledger"), ["a b.png"]),
        (("-o", "fox.png", "--profile", "work"), ["fox.png"]),
    ],
)
def test_after_a_time_out(cli: Cli, options: tuple[str, ...], files: list[str]) -> None:
    """Exit 4, and the printed command saves every result under the name that was asked for."""
    if "--profile" in options:
        del cli.environ["KREA_API_KEY"]
        cli.krea("auth", "login", "--with-token", "--profile", "work", stdin=OTHER_KEY)
    ended = cli.krea("generate", "a fox", *options, "--timeout", "60")
    assert (ended.code, ended.out) == (4, "")
    assert follow_hint(cli, ended).code == 0
    pictures = list(Path().rglob("*.png"))
    assert sorted(map(str, pictures)) == files
    assert all(path.read_bytes() == PNG for path in pictures)
    assert not list(Path().rglob(".*.part"))


def test_after_a_signal(cli: Cli) -> None:
    """Exit 130 with several jobs: one command for all of them."""
    cli.clock.stop_at(cli.clock.now() + 20, 2)
    ended = cli.krea("generate", "a fox", "-o", "fox.png", "-n", "2")
    assert ended.code == 130
    cli.clock.signal = None
    assert follow_hint(cli, ended).code == 0
    assert sorted(map(str, Path().glob("*.png"))) == ["fox-2.png", "fox.png"]


def test_a_signal_while_a_result_is_saved(cli: Cli) -> None:
    """The job is done by then: it is paid, and the error says so."""
    cli.service.job_seconds = 5
    cli.service.on_download = lambda: cli.clock.stop(15)
    ended = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (ended.code, "charged: yes" in ended.err) == (143, True), ended.err
    cli.clock.signal, cli.service.on_download = None, None
    assert follow_hint(cli, ended).out == "fox.png\n"


def test_what_may_be_overwritten_may_be_so_later(cli: Cli) -> None:
    """--force is a part of the command that resumes."""
    Path("fox.png").write_text("old")
    ended = cli.krea("generate", "a fox", "-o", "fox.png", "--force", "--timeout", "60")
    assert follow_hint(cli, ended).out == "fox.png\n"
    assert Path("fox.png").read_bytes() == PNG


def test_a_job_that_cannot_be_read_may_be_paid(cli: Cli) -> None:
    """The service forgets a job that it handed out: not "nothing was charged", and no new job."""
    cli.clock.stop_at(cli.clock.now() + 5, 15)
    cli.krea("generate", "a fox", "-o", "fox.png")
    cli.clock.signal = None
    jobs = cli.service.jobs.copy()
    cli.service.jobs.clear()
    gone = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (gone.code, len(cli.service.posts)) == (1, 1)
    assert "charged: unknown" in gone.err
    cli.service.jobs.update(jobs)
    assert follow_hint(cli, gone).out == "fox.png\n"


@pytest.mark.parametrize("place", ["fox.png", "-"])
def test_a_job_without_any_result_is_over(cli: Cli, place: str) -> None:
    """Exit 11 each time, as the guide says; only --again may pay once more."""
    cli.service.job_seconds, cli.service.results_per_job = 5, 0
    for posts, words in ((1, ()), (1, ()), (2, ("--again",))):
        assert cli.krea("generate", "a fox", "-o", place, *words).code == 11
        assert len(cli.service.posts) == posts


@pytest.mark.parametrize("place", ["pics/", "fox.png", "fox-{n}.{ext}"])
def test_a_run_of_several_is_finished_by_the_same_command(cli: Cli, place: str) -> None:
    """Interrupted when one of three was there and one ran: the third is made, none is made anew."""
    cli.service.job_seconds = 5

    def second_is_slow(*_: object) -> None:
        cli.service.job_seconds = 600
        cli.clock.stop_at(cli.clock.now() + 60, 2)

    def busy(*_: object) -> httpx.Response:
        cli.clock.advance(3)
        return httpx.Response(429, json={"error": "maximum number of concurrent jobs"})

    cli.service.answers = [lambda *_: None, *[busy] * 3, second_is_slow, *[busy] * 40]
    command = ("generate", "a fox", "-n", "3", "-o", place)
    first = cli.krea(*command)
    assert (first.code, len(first.out.split())) == (130, 1), first.err
    assert "is not saved yet; it costs about $0.007; 1 of 3 jobs was not submitted\n" in first.err
    assert "hint: the same command goes on with all 3; krea cancel job-5 stops it\n" in first.err
    cli.clock.signal, cli.service.job_seconds, posts = None, 5, len(cli.service.posts)
    cli.service.answers = []
    second = cli.krea(*command)
    assert second.code == 0
    assert len(second.out.split()) == len(list(Path().rglob("*.png"))) == 3
    assert (len(cli.service.jobs), len(cli.service.posts)) == (3, posts + 1)


def test_a_finished_run_of_several_is_no_run_to_go_on_with(cli: Cli) -> None:
    """All three were saved: the same command makes three more in the folder."""
    cli.service.job_seconds = 5
    for jobs in (3, 6):
        assert cli.krea("generate", "a fox", "-n", "3", "-o", "pics/").code == 0
        assert len(cli.service.jobs) == jobs


@pytest.mark.parametrize("place", ["pics/", "fox.png", "{seed}.{ext}"])
@pytest.mark.parametrize("fate", ["refused", "failed"])
def test_a_run_of_several_that_lost_one_makes_only_that(cli: Cli, place: str, fate: str) -> None:
    """The third was refused (no balance), or failed: the same command pays for it alone."""
    cli.service.job_seconds = 5

    def third(service: object, job: ScriptedJob) -> httpx.Response | None:
        if fate == "refused":
            return httpx.Response(402, json={"error": "insufficient credits"})
        job.final_status = "failed"
        return None

    cli.service.answers = [lambda *_: None, lambda *_: None, third]
    command = ("generate", "a fox", "-n", "3", "-o", place)
    first = cli.krea(*command)
    assert (first.code, len(first.out.split())) == (6 if fate == "refused" else 1, 2), first.err
    assert ("; 1 of 3 jobs was not submitted\n" in first.err) == (fate == "refused")
    second = cli.krea(*command)
    assert (second.code, len(second.out.split())) == (0, 3), second.err
    assert (len(list(Path().rglob("*.png"))), len(cli.service.posts)) == (3, 4)


def test_a_file_that_came_before_anything_was_sent(cli: Cli) -> None:
    """No room, given up; by the next run the target exists: exit 2, and still nothing is sent."""
    busy = httpx.Response(429, json={"error": "too many"}, headers={"retry-after": "5"})
    cli.service.answers = [lambda *_: busy] * 5
    assert cli.krea("generate", "a fox", "-o", "fox.png", "--timeout", "3").code == 8
    Path("fox.png").write_text("mine")
    cli.service.answers, posts = [], len(cli.service.posts)
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (2, posts), result.err
    assert Path("fox.png").read_text() == "mine"


@pytest.mark.parametrize("status", [400, 401, 402, 404])
def test_a_doubt_that_cannot_be_looked_into(cli: Cli, status: int) -> None:
    """The list is refused: what was in doubt stays so, exit 9 and charged unknown."""

    cli.service.answers = [lose_request]
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 9
    cli.service.list_status = status
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, "charged: unknown" in result.err) == (9, True), result.err
    assert len(cli.service.posts) == 1


def test_a_record_of_a_job_that_was_left_is_waited_for(cli: Cli) -> None:
    """`wait --json` that ran out of time, in front of `download`: the download waits on."""
    job = cli.krea("generate", "a fox", "--no-wait").out.strip()
    waited = cli.krea("wait", "--json", "--timeout", "5", job)
    assert waited.code == 4
    cli.service.job_seconds = 5
    result = cli.krea("download", "-o", "{job_id}.{ext}", stdin=waited.out)
    assert (result.code, result.out) == (0, "job-1.png\n"), result.err


def test_a_result_that_could_not_be_saved_is_saved_later(cli: Cli) -> None:
    """The record of exit 10, piped into `download`, is no reason not to try."""
    cli.service.job_seconds, cli.service.file_status = 5, 500
    failed = cli.krea("generate", "a fox", "-o", "fox.png", "--json")
    assert failed.code == 10
    cli.service.file_status = 200
    result = cli.krea("download", "-o", "later.png", stdin=failed.out)
    assert (result.code, result.out) == (0, "later.png\n"), result.err


def test_what_was_saved_is_told_beside_what_was_not(cli: Cli) -> None:
    """Of two results one cannot be fetched: exit 10, and the other's path stands on stdout."""
    cli.service.job_seconds, cli.service.results_per_job = 5, 2
    cli.service.missing_files = {"job-1-2.png"}
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (10, "fox.png\n"), result.err


def test_a_list_that_is_refused_is_no_end(cli: Cli) -> None:
    """Two jobs, and GET /jobs answers 400: each is read by itself."""
    cli.service.job_seconds, cli.service.list_status = 5, 400
    result = cli.krea("generate", "a fox", "-n", "2", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\nfox-2.png\n"), result.err


def test_a_token_refused_in_the_middle_leaves_no_id_unsaid(cli: Cli) -> None:
    """401 while three jobs run: the error names all of them."""
    cli.service.job_seconds, cli.service.list_status = 600, 401
    result = cli.krea("generate", "a fox", "-n", "3", "-o", "fox.png", "--quiet")
    assert (result.code, "charged: unknown" in result.err) == (3, True)
    assert "not saved: job-1 job-2 job-3\n" in result.err


def test_a_signal_while_others_are_submitted(cli: Cli) -> None:
    """--no-wait: the jobs that run by then are named, and may be charged."""
    cli.service.answers = [lambda *_: None, lambda *_: cli.clock.stop(2)]
    ended = cli.krea("generate", "a fox", "-n", "3", "--no-wait", "--quiet")
    assert (ended.code, ended.out) == (130, "job-1\njob-2\n")
    assert ended.err == (
        "error: interrupted (SIGINT); 2 jobs run on; 1 of 3 jobs was not submitted\n"
        "  hint: krea wait job-1 job-2; krea cancel job-1 job-2 stops them\n"
        "  charged: unknown\n"
    )


@pytest.mark.parametrize(
    ("place", "again"),
    [
        ("pics/a.png", "link/a.png"),
        ("pics/", "link/"),
        ("a.png", "b.png"),
        ("pics/{slug}.{ext}", "link/{slug}.{ext}"),
    ],
)
def test_another_spelling_of_the_place_is_the_same_request(
    cli: Cli, place: str, again: str
) -> None:
    """Through a link to the folder or to the file, and with a base in capitals: paid once."""
    Path("pics").mkdir()
    Path("link").symlink_to("pics")
    Path("b.png").symlink_to("a.png")
    assert cli.krea("generate", "a fox", "-o", place, "--timeout", "5").code == 4
    cli.environ["KREA_API_BASE"] = "HTTP://127.0.0.1:9/"
    cli.service.job_seconds = 5
    assert cli.krea("generate", "a fox", "-o", again).code == 0
    assert len(cli.service.posts) == 1


def test_a_template_behind_a_link_to_an_odd_name(cli: Cli) -> None:
    """Braces in the folder's real name are no placeholders, now or when the ledger remembers."""
    Path("real{old}").mkdir()
    Path("link").symlink_to("real{old}")
    job = cli.krea("generate", "a fox", "-o", "link/{slug}.{ext}", "--no-wait").out.strip()
    cli.service.job_seconds = 5
    result = cli.krea("download", job)
    assert (result.code, Path("link/a-fox.png").read_bytes()) == (0, PNG), result.err


def test_a_pipe_is_the_same_place_each_time(cli: Cli) -> None:
    """/dev/fd/N leads to another pipe in every run: the request in doubt is known all the same."""

    cli.service.answers = [lose_request]
    for _ in range(2):
        reader, writer = os.pipe()
        os.dup2(writer, 200)
        result = cli.krea("generate", "a fox", "-o", "/dev/fd/200")
        for descriptor in (reader, writer, 200):
            os.close(descriptor)
        assert (result.code, len(cli.service.posts)) == (9, 1), result.err


def test_a_pipe_gets_the_bytes(cli: Cli) -> None:
    """-o /dev/fd/N, as `>(command)` gives it."""
    cli.service.job_seconds = 5
    reader, writer = os.pipe()
    result = cli.krea("generate", "a fox", "-o", f"/dev/fd/{writer}")
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert (result.code, pipe.read()) == (0, PNG), result.err


def test_a_relative_state_folder_is_told(cli: Cli) -> None:
    """Another current folder has another ledger: nothing there is known to be paid."""
    cli.environ["KREA_STATE_DIR"] = "st ate"
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    folder = Path("st ate").absolute()
    assert (result.code, folder.is_dir()) == (0, True)
    assert f"pays again; for one ledger: export KREA_STATE_DIR='{folder}'\n" in result.err
    cli.environ["KREA_STATE_DIR"] = str(folder)
    assert "KREA_STATE_DIR" not in cli.krea("history").err
    cli.environ["KREA_CONFIG_DIR"] = "conf"
    told = f"another budget; for one budget: export KREA_CONFIG_DIR={Path('conf').absolute()}\n"
    assert told in cli.krea("history").err
