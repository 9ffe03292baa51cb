"""The bench that kills batches sees what is kept, and what is not."""

from pathlib import Path
from random import Random

from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.bench.killed_books import promises
from tests.bench.kills import Play, table

LATE = Random(15)  # its first kill comes after three seconds, when all is done


def test_promises_kept_and_broken_are_told_apart(tmp_path: Path) -> None:
    """A batch that nothing happened to keeps all; a part, a changed file and a lost job show."""
    with RunningSandbox(Settings(seconds=0.001, seed=1)) as sandbox:
        play = Play(sandbox, tmp_path, items=2, chance=LATE)
        play.until_done(float("inf"))
        books = play.books()
        kept = promises(books, resent=set(), ended=True)

        (play.pictures / ".fox.png.part").touch()
        Path(books.rows[0].files[0][0]).write_bytes(b"half a fox")
        sandbox.world.jobs.delete(books.jobs[1])
        broken = promises(play.books(), resent={"a fox in picture 2"}, ended=True)

    assert (play.played.exits, play.played.done) == ([0, 0], True)
    assert [promise.name for promise in kept if not promise.kept] == []
    last = table(play, books, kept).splitlines()[-1]
    assert " ".join(last.split()) == "at most 4 in doubt kept 0 in doubt"
    assert {promise.name for promise in broken if not promise.kept} == {
        "each item has a job, or is in doubt",
        "nothing in doubt is sent again",
        "each row has the job of its own request",
        "each file is that of its job",
        "no part and nothing else is left",
    }
