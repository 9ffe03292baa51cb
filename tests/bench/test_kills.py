"""The bench that kills batches tells kept promises from broken ones."""

from pathlib import Path
from random import Random

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.bench.kills import KillPlay, table
from tests.bench.promises import check_promises

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
    last = table(play, remains, kept).splitlines()[-1]
    assert " ".join(last.split()) == "at most 4 in doubt kept 0 in doubt"
    assert {promise.name for promise in broken if not promise.kept} == {
        "each item has a job, or is in doubt",
        "nothing in doubt is sent again",
        "each row has the job of its own request",
        "each file is that of its job",
        "no part and nothing else is left",
    }
