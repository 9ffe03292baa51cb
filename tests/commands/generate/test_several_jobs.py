"""`krea generate -n`: results are saved side by side, while other jobs are sent and watched."""

from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import PNG, answer_with
from tests.harness.cli import Cli

JOB_SECONDS, FILE_SECONDS = 5.0, 30.0


@pytest.fixture
def slow_files(cli: Cli) -> Cli:
    """A service whose results take half a minute each."""

    def send() -> bytes:
        cli.clock.sleep(FILE_SECONDS)
        return PNG

    cli.service.job_seconds, cli.service.content = JOB_SECONDS, send
    return cli


def test_files_come_side_by_side(slow_files: Cli) -> None:
    """Four jobs that end together take as long as one."""
    start = slow_files.clock.monotonic()
    result = slow_files.krea("generate", "a fox", "-n", "4", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\nfox-2.png\nfox-3.png\nfox-4.png\n")
    seconds = slow_files.clock.monotonic() - start
    assert JOB_SECONDS + FILE_SECONDS < seconds < JOB_SECONDS + 1.2 * FILE_SECONDS


def test_a_job_is_saved_while_another_waits_for_a_place(slow_files: Cli) -> None:
    """The service is full for two minutes; the file of the job before is there by then."""
    full = answer_with(429, {"error": "full"}, retry_after="60")
    there: list[bool] = []

    def still_full(*request: object) -> httpx.Response:
        there.append(Path("fox.png").exists())
        return full(*request)

    slow_files.service.answers = [lambda *_: None, still_full, still_full]
    result = slow_files.krea("generate", "a fox", "-n", "2", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\nfox-2.png\n")
    assert there == [False, True]


def test_a_signal_while_files_come_names_their_jobs(slow_files: Cli) -> None:
    """Both files are on their way; the same command brings them, and sends nothing."""
    slow_files.clock.stop_at(slow_files.clock.now() + 20, 2)
    result = slow_files.krea("generate", "a fox", "-n", "2", "-o", "fox.png")
    assert (result.code, result.out) == (130, "")
    assert "interrupted (SIGINT); 2 jobs are not saved yet\n" in result.err
    assert [path.name for path in Path().iterdir() if "fox" in path.name] == []
    slow_files.clock.signal = None
    again = slow_files.krea("generate", "a fox", "-n", "2", "-o", "fox.png")
    assert (again.code, again.out) == (0, "fox.png\nfox-2.png\n")
    assert len(slow_files.service.posts) == 2


def test_a_sum_that_nobody_knows(cli: Cli) -> None:
    """Jobs of unknown price have no sum; beside others they are counted."""
    result = cli.krea("generate", "a fox", "-m", "qwen/2512", "-n", "2")
    assert "2 of 2 done; spent an unknown sum for 2 in " in result.err
    result = cli.krea("generate", "a fox", "-m", "qwen/2512,z-image")
    assert "2 of 2 done; spent about $0.003 and 1 of unknown price in " in result.err
    Path("list.txt").write_text("a cow\na hen\n")
    result = cli.krea("batch", "list.txt", "-m", "qwen/2512", "-o", "out/")
    assert "2 of 2 done; spent an unknown sum for 2 in " in result.err
