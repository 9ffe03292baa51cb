"""`krea generate -o -`, or to a device: the same command goes on with its unfinished request.

A result that the stream took whole is over. Two commands at one time are two requests.
"""

import os
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG, KreaService, ScriptedJob, lose_answer, lose_request
from tests.harness.cli import Cli, CliResult
from tests.tokens import OTHER_KEY

COMMAND = ("generate", "a fox", "-o", "-")
STREAMS = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
GOES_ON = "going on with the same request for -, begun before; --again makes another\n"


def picture(result: CliResult) -> bytes:
    """The bytes on the stdout of RESULT."""
    return result.out.encode(errors="surrogateescape")


def interrupt(cli: Cli, *command: str) -> CliResult:
    """Run COMMAND, interrupted while its job runs; the job is done when it is run again."""
    cli.service.job_seconds = 60
    cli.clock.stop_at(cli.clock.now() + 20, 2)
    result = cli.krea(*command)
    cli.clock.signal, cli.service.job_seconds = None, 0
    assert result.code == 130, result.err
    return result


@pytest.mark.parametrize("again", STREAMS)
def test_a_job_under_way_is_waited_for(cli: Cli, again: str) -> None:
    """Whatever its name, stdout gets the result of the job that was begun; one payment."""
    interrupt(cli, *COMMAND)
    result = cli.krea("generate", "a fox", "-o", again)
    assert (result.code, picture(result), GOES_ON in result.err) == (0, PNG, True)
    assert (len(cli.service.posts), cli.states) == (1, [("saved", "job-1")])


def test_a_job_that_outlasts_the_time_out(cli: Cli) -> None:
    """Exit 4 and 4 again, then the picture: one job."""
    cli.service.job_seconds = 600
    for _ in range(2):
        assert cli.krea(*COMMAND, "--timeout", "60").code == 4
    cli.service.job_seconds = 0
    assert picture(cli.krea(*COMMAND)) == PNG
    assert len(cli.service.posts) == 1


def test_a_result_that_could_not_be_fetched(cli: Cli) -> None:
    """A rerun fetches what is paid for, and pays nothing."""
    cli.service.content = lambda: b""
    failed = cli.krea(*COMMAND)
    assert (failed.code, failed.out, "charged: yes" in failed.err) == (10, "", True)
    assert cli.states == [("completed", "job-1")]
    cli.service.content = lambda: PNG
    assert picture(cli.krea(*COMMAND)) == PNG
    assert len(cli.service.posts) == 1


def test_a_result_that_stdout_took_whole_is_over(cli: Cli) -> None:
    """`for i in 1 2 3; do krea generate x -o - > $i.png; done` makes three pictures."""
    for n in (1, 2, 3):
        result = cli.krea(*COMMAND)
        assert (result.code, picture(result), len(cli.service.posts)) == (0, PNG, n)
        assert "going on" not in result.err


def test_a_doubt_is_never_sent_again(cli: Cli) -> None:
    """Exit 9 with the way out, as often as it is typed; --again sends another."""
    cli.service.answers = [lose_request]
    for _ in range(3):
        result = cli.krea(*COMMAND)
        assert (result.code, result.out, len(cli.service.posts)) == (9, "", 1)
        assert "krea recover looks for its job and says what can be done" in result.err
        cli.clock.advance(300)
    assert picture(cli.krea(*COMMAND, "--again")) == PNG
    assert (len(cli.service.posts), cli.krea(*COMMAND).code) == (2, 9)


def test_a_lost_answer_is_adopted_by_the_same_command(cli: Cli) -> None:
    """The job of a process that was killed while it was sending."""

    def die(service: KreaService, job: ScriptedJob) -> None:
        service.keep(job)
        raise SystemExit(137)

    cli.service.answers = [die]
    with pytest.raises(SystemExit):
        cli.krea(*COMMAND)
    assert cli.states == [("sending", None)]
    result = cli.krea(*COMMAND)
    assert (result.code, picture(result), len(cli.service.posts)) == (0, PNG, 1)


def test_the_recovered_job_is_the_one_that_is_written(cli: Cli) -> None:
    """After `krea recover --adopt`, the same command writes that job's result."""
    cli.krea("config", "set", "account.shared", "true")
    cli.service.answers = [lose_answer]
    assert cli.krea(*COMMAND).code == 9
    cli.krea("recover", "--adopt", "1=job-1")
    assert (picture(cli.krea(*COMMAND)), len(cli.service.posts)) == (PNG, 1)


def test_paid_results_go_before_doubts(cli: Cli) -> None:
    """Of two unfinished requests, the job that is known is delivered first."""
    cli.service.answers = [lose_request]
    assert cli.krea(*COMMAND).code == 9
    interrupt(cli, *COMMAND, "--again")
    assert (picture(cli.krea(*COMMAND)), len(cli.service.posts)) == (PNG, 2)
    assert (cli.krea(*COMMAND).code, len(cli.service.posts)) == (9, 2)


def test_two_at_one_time_are_two(cli: Cli) -> None:
    """While one command writes its result, the same one in another window makes its own."""
    others: list[CliResult] = []

    def another_window() -> None:
        cli.service.on_download = None
        others.append(cli.krea(*COMMAND))

    cli.service.on_download = another_window
    result = cli.krea(*COMMAND)
    assert [(each.code, picture(each)) for each in (result, *others)] == [(0, PNG)] * 2
    assert len(cli.service.posts) == 2
    assert cli.states == [("saved", "job-1"), ("saved", "job-2")]


def test_two_at_one_time_with_two_keys_are_two(cli: Cli) -> None:
    """The other window's request is no twin of this one, as its process lives."""
    others: list[CliResult] = []

    def another_window() -> None:
        cli.service.on_download = None
        cli.environ["KREA_API_KEY"] = OTHER_KEY
        others.append(cli.krea(*COMMAND))

    cli.service.on_download = another_window
    result = cli.krea(*COMMAND)
    assert [each.code for each in (result, *others)] == [0, 0], others[0].err


def test_only_one_of_two_goes_on_with_what_is_left(cli: Cli) -> None:
    """The second window finds the unfinished request taken, and makes its own."""
    interrupt(cli, *COMMAND)
    test_two_at_one_time_are_two(cli)


def test_another_prompt_or_file_is_another_request(cli: Cli) -> None:
    """A request that was begun for stdout is not taken for a file, nor the other way round."""
    interrupt(cli, *COMMAND)
    assert cli.krea("generate", "a hen", "-o", "-").code == 0
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0
    assert len(cli.service.posts) == 3


@pytest.mark.parametrize("words", [("--again",), ("--no-ledger",)])
def test_what_is_made_anew_by_the_users_word(cli: Cli, words: tuple[str, ...]) -> None:
    """--again is another job; without the ledger nothing is recognized."""
    interrupt(cli, *COMMAND)
    assert (cli.krea(*COMMAND, *words).code, len(cli.service.posts)) == (0, 2)


def test_several_for_a_device_are_several(cli: Cli) -> None:
    """`-n 3 -o /dev/null` makes three jobs, with or without a ledger."""
    for jobs, words in ((3, ()), (6, ("--no-ledger",))):
        result = cli.krea("generate", "a fox", "-n", "3", "-o", "/dev/null", *words)
        assert (result.code, result.out) == (0, "/dev/null\n" * 3)
        assert len(cli.service.posts) == jobs


def test_a_fifo_waits_for_its_reader_as_long_as_asked(cli: Cli) -> None:
    """Nobody opens it: exit 10 when the time is over; then the same command writes to it."""
    os.mkfifo("pipe")
    command = ("generate", "a fox", "-o", "pipe")
    alone = cli.krea(*command, "--timeout", "60")
    assert alone.code == 10
    assert alone.error(charged="yes") == (
        "the result of job job-1 is paid and could not be saved:"
        f" nobody opened {Path('pipe').resolve()} to read it"
    )
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert (cli.krea(*command).out, os.read(reader, 1 << 16)) == ("pipe\n", PNG)
    os.close(reader)
    assert (len(cli.service.posts), cli.states) == (1, [("saved", "job-1")])


def test_the_descriptor_of_another_command_goes_on(cli: Cli) -> None:
    """`-o >(COMMAND)` is a pipe under any number: what was begun for it is gone on with."""
    reader, writer = os.pipe()
    other_reader, other_writer = os.pipe()
    interrupt(cli, "generate", "a fox", "-o", f"/dev/fd/{writer}")
    again = cli.krea("generate", "a fox", "-o", f"/dev/fd/{other_writer}")
    assert (again.code, os.read(other_reader, 1 << 16), len(cli.service.posts)) == (0, PNG, 1)
    for each in (reader, writer, other_reader, other_writer):
        os.close(each)


def test_a_descriptor_takes_one_result(cli: Cli) -> None:
    """Two after one another in one pipe would be none: refused before anything is paid."""
    reader, writer = os.pipe()
    place = f"/dev/fd/{writer}"
    several = cli.krea("generate", "a fox", "-n", "2", "-o", place)
    sentence = f"-o {place} takes one result, and -n asks for more"
    assert (several.code, several.error(charged="no")) == (2, sentence)
    both = cli.krea("download", "job-1", "job-2", "-o", place)
    assert (both.code, both.error(charged="no")) == (2, f"-o {place} takes one result")
    cli.service.results_per_job = 2
    job = cli.krea("generate", "a fox", "-o", place)
    assert job.error(charged="yes").endswith(f": it has 2 results, and -o {place} takes one")
    assert cli.krea("download", "job-1").code == 0
    for each in (reader, writer):
        os.close(each)


def test_a_descriptor_whose_reader_left(cli: Cli) -> None:
    """Exit 10 at once, and the printed command saves the result here."""
    reader, writer = os.pipe()
    os.close(reader)
    result = cli.krea("generate", "a fox", "-o", f"/dev/fd/{writer}")
    os.close(writer)
    assert (result.code, cli.states) == (10, [("completed", "job-1")])
    assert result.error(charged="yes").endswith(f": nobody reads /dev/fd/{writer} any more")
    assert "  hint: krea download job-1\n" in result.err
    assert cli.krea("download", "job-1").out == "a-fox-job1.png\n"


def test_missing_results_of_streams_are_saved_in_their_folder(cli: Cli) -> None:
    """`krea download --missing` neither waits for a FIFO, nor throws away what it fetched."""
    os.mkfifo("pipe")
    for place in ("-", "pipe", "/dev/null"):
        cli.krea("generate", "--no-wait", "a fox", "-o", place)
    cli.clock.advance(60)
    saved = cli.krea("download", "--missing")
    assert (saved.code, len(saved.out.split())) == (0, 3)
    assert {path.read_bytes() for path in Path().glob("*.png")} == {PNG}
