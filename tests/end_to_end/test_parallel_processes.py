"""Twenty processes at once share one ledger, which none of them found there."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.end_to_end.conftest import QUICK
from tests.end_to_end.test_money import whole
from tests.fakes.sandbox_process import Sandbox, environment
from tests.harness.installed_cli import KREA, Desk, wait_until

Against = Callable[..., tuple[Desk, Sandbox]]
TWENTY = range(20)
SMALL = ("--width", "512", "--height", "512")


def rows(desk: Desk) -> list[tuple[str, str, str]]:
    """Prompt, job id and state of every request in the ledger."""
    with closing(sqlite3.connect(desk.folder.parent / "state" / "ledger.sqlite3")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return ledger.execute("SELECT prompt, job_id, state FROM requests").fetchall()


def test_twenty_requests_at_once(against: Against) -> None:
    """Each has its row and its job, nobody hears of the others, and readers come in between."""
    desk, sandbox = against(*QUICK)
    argv = [
        ("generate", "--no-wait", f"picture {number}", *SMALL, "-o", f"{number}.png")
        for number in TWENTY
    ]
    running = [desk.start(KREA, *each) for each in argv]
    readers = [desk.start(KREA, "recover") for _ in range(2)]
    first = running[0].end()
    readers += [desk.start(KREA, "status", first.out.strip()) for _ in range(2)]
    ended = [first, *(each.end() for each in running[1:])]
    read = [each.end() for each in readers]
    assert [each.code for each in (*ended, *read)] == [0] * (len(running) + len(readers)), ended
    for each in (*ended, *read):
        assert "warning" not in each.err
        assert "ledger" not in each.err
    ids = {each.out.strip() for each in ended}
    kept = rows(desk)
    assert len(ids) == len(kept) == len(TWENTY)
    assert {job for _, job, _ in kept} == ids
    assert {prompt for prompt, _, _ in kept} == {f"picture {number}" for number in TWENTY}
    stats = sandbox.stats()
    assert (stats["posts"], stats["jobs"]) == (len(TWENTY), len(TWENTY))
    asked = desk.krea("status", *ids)
    assert (asked.code, asked.out.count("completed")) == (0, len(TWENTY)), asked


class Held:
    """The service's time, which stands still until it is let go: a job does not end before."""

    def __init__(self) -> None:
        self.moment: float | None = time.time()

    def __call__(self) -> float:
        """Seconds since 1970."""
        return time.time() if self.moment is None else self.moment


def test_the_same_request_twenty_times_at_once(tmp_path: Path) -> None:
    """One job is made, and all twenty, who are there before it ends, end well with its file."""
    held = Held()
    settings = Settings(seconds=0.05, spread=0)
    with (
        RunningSandbox(settings, now=held) as sandbox,
        closing(Desk(tmp_path, environment(sandbox.api, tmp_path))) as desk,
    ):
        argv = ("generate", "a red fox", *SMALL, "-o", "fox.png")
        running = [desk.start(KREA, *argv) for _ in TWENTY]
        wait_until(lambda: all(each.err or each.over for each in running))
        held.moment = None
        ended = [each.end() for each in running]
        assert [(each.code, each.out) for each in ended] == [(0, "fox.png\n")] * len(TWENTY), ended
        assert not any("ledger" in each.err for each in ended)
        counts = sandbox.world.counts
        assert (counts.posts, counts.jobs, desk.left_over) == (1, 1, [])
        assert [state for _, _, state in rows(desk)] == ["saved"]
        assert whole(desk.folder / "fox.png")
