"""Twenty processes at once share one ledger, which none of them found there."""

import time
from contextlib import closing
from pathlib import Path

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.end_to_end.conftest import QUICK, StartSandbox
from tests.end_to_end.test_money import is_whole_picture
from tests.fakes.sandbox_process import sandbox_environ
from tests.harness.installed_cli import KREA, InstalledCli, wait_until
from tests.harness.ledger_rows import read_rows

NUMBERS = range(20)
SMALL = ("--width", "512", "--height", "512")


def test_twenty_requests_at_once(start_sandbox: StartSandbox) -> None:
    """Each has its row and its job, nobody hears of the others, and readers come in between."""
    installed, sandbox = start_sandbox(*QUICK)
    argv = [
        ("generate", "--no-wait", f"picture {number}", *SMALL, "-o", f"{number}.png")
        for number in NUMBERS
    ]
    running = [installed.start(KREA, *each) for each in argv]
    readers = [installed.start(KREA, "recover") for _ in range(2)]
    first = running[0].wait()
    readers += [installed.start(KREA, "status", first.out.strip()) for _ in range(2)]
    ended = [first, *(each.wait() for each in running[1:])]
    read = [each.wait() for each in readers]
    assert [each for each in (*ended, *read) if each.code] == []
    for each in (*ended, *read):
        assert "warning" not in each.err
        assert "ledger" not in each.err
    ids = {each.out.strip() for each in ended}
    rows = read_rows(installed.folder.parent / "state")
    assert len(ids) == len(rows) == len(NUMBERS)
    assert {row.job_id for row in rows} == ids
    assert {row.prompt for row in rows} == {f"picture {number}" for number in NUMBERS}
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"]) == (len(NUMBERS), len(NUMBERS))
    statuses = installed.krea("status", *ids)
    assert (statuses.code, statuses.out.count("completed")) == (0, len(NUMBERS)), statuses


class StoppedTime:
    """The service's time, which stands still until it is let go: a job does not end before."""

    def __init__(self) -> None:
        self.seconds: float | None = time.time()

    def __call__(self) -> float:
        """Seconds since 1970."""
        return time.time() if self.seconds is None else self.seconds


def test_the_same_request_twenty_times_at_once(tmp_path: Path) -> None:
    """One job is made, and all twenty, who are there before it ends, end well with its file."""
    time_stopped = StoppedTime()
    settings = Settings(seconds=0.05, spread=0)
    with (
        SandboxServer(settings, now=time_stopped) as sandbox,
        closing(InstalledCli(tmp_path, sandbox_environ(sandbox.api, tmp_path))) as installed,
    ):
        argv = ("generate", "a red fox", *SMALL, "-o", "fox.png")
        running = [installed.start(KREA, *argv) for _ in NUMBERS]
        wait_until(lambda: all(each.err or each.ended for each in running))
        time_stopped.seconds = None
        ended = [each.wait() for each in running]
        assert [(each.code, each.out) for each in ended] == [(0, "fox.png\n")] * len(NUMBERS), ended
        assert not any("ledger" in each.err for each in ended)
        counts = sandbox.state.stats
        assert (counts.posts, counts.jobs, installed.part_files) == (1, 1, [])
        assert [row.state for row in read_rows(tmp_path / "state")] == ["saved"]
        assert is_whole_picture(installed.folder / "fox.png")
