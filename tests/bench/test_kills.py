"""The bench that kills batches tells kept promises from broken ones."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.bench import kills
from tests.bench.kills import KillPlay, table
from tests.bench.promises import check_promises, few_in_doubt

LATE = Random(15)  # its first kill comes after three seconds, when all is done


def test_promises_kept_and_broken_are_told_apart(tmp_path: Path) -> None:
    """A batch that nothing happened to keeps all; a part, a changed file and a lost job show."""
    with SandboxServer(Settings(seconds=0.001, seed=1)) as sandbox:
        play = KillPlay(sandbox, tmp_path, items=2, chance=LATE)
        play.until_done(float("inf"))
        remains = play.remains()
        kept = check_promises(remains, resent=set(), ended=True)

        (play.pictures / ".fox.png.part").touch()
        Path(remains.rows[0].files[0].path).write_bytes(b"half a fox")
        sandbox.state.jobs.delete(remains.jobs[1])
        broken = check_promises(play.remains(), resent={"a fox in picture 2"}, ended=True)

    assert (play.record.exits, play.record.done) == ([0, 0], True)
    assert [promise.name for promise in kept if not promise.kept] == []
    last = table(play, remains, [*kept, few_in_doubt(remains)]).splitlines()[-1]
    assert " ".join(last.split()) == "at most 4 in doubt kept 0 in doubt"
    assert {promise.name for promise in broken if not promise.kept} == {
        "each item has a job, or is in doubt",
        "nothing in doubt is sent again",
        "each row has the job of its own request",
        "each file is that of its job",
        "no part and nothing else is left",
    }


def test_the_clock_of_the_killed_leaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With leaps, the batch sees another time than this test, and keeps its promises."""
    monkeypatch.setattr(kills, "LEAP_SECONDS", (86400.0,))
    with SandboxServer(Settings(seconds=0.001, seed=1)) as sandbox:
        play = KillPlay(sandbox, tmp_path, items=2, chance=Random(15), leaps=True)
        play.until_done(float("inf"))
        remains = play.remains()
        promises = check_promises(remains, resent=set(), ended=True)

    assert [promise.name for promise in promises if not promise.kept] == []
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3")) as ledger:
        sendings = ledger.execute("SELECT sent_at FROM requests").fetchall()
    assert all(abs(sent_at - time.time()) > 60 for (sent_at,) in sendings)
