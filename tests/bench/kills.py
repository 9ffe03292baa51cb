"""A batch under faults, killed again and again: `python tests/bench/kills.py [--seed N]`.

The real command meets lost answers, refusals and cut downloads, gets a SIGKILL after a moment, and
is run again as it was, until it ends by itself. Then its ledger, its files and the sandbox's own
books are held against each other. Takes a few minutes; ends with 1 where a promise is broken, and
leaves the folder to look at.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.bench.killed_books import Books, Promise, Row, promises, rows
from tests.bench.process import KREA, surroundings
from tests.fakes.sandbox_process import environment

FAULTS = ("reset-after:0.05", "524:0.05", "429:0.1", "cut:0.05")
BETWEEN = (0.3, 4.0)  # seconds from a start to the kill
ENDS = (0, 9)  # exit codes: all was done, or all but what is in doubt
AT_ONCE = 20
REPEAT = 120.0  # seconds for a run that has nothing to do but to look for what is in doubt
IN_DOUBT = ("sending", "unknown", "unfound")
ARRIVAL = 0.1  # seconds in which the sandbox has read what a killed process had sent


@dataclass
class Played:
    """What happened: runs, kills, and the codes of those that ended by themselves.

    `resent` are the prompts of items that were sent although they were in doubt; `done` is true
    once a run ended by itself, and the one after it found nothing to send.
    """

    runs: int = 0
    kills: int = 0
    exits: list[int] = field(default_factory=list)
    resent: set[str] = field(default_factory=set)
    done: bool = False


class Play:
    """One batch of ITEMS prompts in FOLDER, against SANDBOX; CHANCE says when it is killed."""

    def __init__(
        self, sandbox: RunningSandbox, folder: Path, *, items: int, chance: random.Random
    ) -> None:
        self.played = Played()
        self.prompts = [f"a fox in picture {number}" for number in range(1, items + 1)]
        self.pictures = folder / "pictures"
        self._folder = folder
        self._sandbox = sandbox
        self._chance = chance
        self._environment = surroundings(environment(sandbox.api, folder))
        self._doubted: dict[str, int] = {}  # POSTs of an item when it came to be in doubt
        (folder / "prompts.txt").write_text("\n".join(self.prompts) + "\n")

    def until_done(self, end: float) -> None:
        """Run, kill, run again, at most until END (monotonic); then once more, undisturbed."""
        while time.monotonic() < end:
            code = self._run(self._chance.uniform(*BETWEEN))
            if code in ENDS:
                break
        else:
            return
        before = self.posts()
        again = self._run(REPEAT)
        self.played.done = again in ENDS and self.posts() == before

    @property
    def ends_well(self) -> bool:
        """Whether no run ended by itself for another reason."""
        return set(self.played.exits) <= set(ENDS)

    def rows(self) -> list[Row]:
        """The ledger's requests."""
        return rows(self._folder / "state")

    def posts(self) -> Counter[str]:
        """How often each prompt arrived, whatever became of it."""
        return Counter(body["prompt"] for body in self._sandbox.world.counts.bodies)

    def books(self) -> Books:
        """All that is to be held against each other."""
        return Books(
            prompts=tuple(self.prompts),
            rows=tuple(self.rows()),
            jobs=tuple(self._sandbox.world.jobs.all()),
            content=self._sandbox.world.shelf.content,
            pictures=self.pictures,
        )

    def _run(self, seconds: float) -> int | None:
        """The exit code of one run; None if it had to be killed after SECONDS."""
        played = self.played
        played.runs += 1
        command = [KREA, "batch", "prompts.txt", "-o", "pictures/", "-j", str(AT_ONCE)]
        told = self._folder / f"stderr-{played.runs}.txt"
        with told.open("wb") as stderr:
            process = subprocess.Popen(
                [*command, "--width", "512", "--height", "512", "--verbose"],
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            try:
                code = process.wait(seconds)
                played.exits.append(code)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                played.kills += 1
                code = None
        time.sleep(ARRIVAL)
        self._watch_doubts()
        return code

    def _watch_doubts(self) -> None:
        """Whatever is in doubt now must have no further POST; whatever was must have had none."""
        posts = self.posts()
        resent = {prompt for prompt, count in self._doubted.items() if posts[prompt] > count}
        self.played.resent |= resent
        doubted = {row.prompt for row in self.rows() if row.state in IN_DOUBT}
        self._doubted |= {prompt: posts[prompt] for prompt in doubted - set(self._doubted)}


def table(play: Play, books: Books, kept: list[Promise]) -> str:
    """What was seen, a fact a line, and then each promise."""
    played = play.played
    jobs = Counter(Counter(job.body["prompt"] for job in books.jobs).values())
    per_item = ", ".join(f"{times} for {items}" for times, items in sorted(jobs.items()))
    facts = {
        "items": len(books.prompts),
        "runs": played.runs,
        "kills": played.kills,
        "exit codes": ", ".join(map(str, played.exits)),
        "POSTs": play.posts().total(),
        "jobs": len(books.jobs),
        "jobs per item": per_item,
        "adopted": sum(row.adopted for row in books.rows),
        "ledger": ", ".join(f"{n} {state}" for state, n in Counter(books.states).items()),
    }
    told = [f"{name:<48}{value}" for name, value in facts.items()]
    return "\n".join([*told, *map(str, kept)])


def main() -> None:
    """Play once and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=200)
    options.add_argument("--seed", type=int, default=None, help="of kills, times and faults")
    options.add_argument("--minutes", type=float, default=15, help="until it is given up")
    options.add_argument("--fault", action="append", default=[], help="one more, slow-submit:0.3s")
    asked = options.parse_args()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    settings = Settings(seconds=1.0, concurrency=AT_ONCE, seed=seed, faults=(*FAULTS, *asked.fault))
    folder = Path(tempfile.mkdtemp(prefix="krea-kills-"))
    began = time.monotonic()
    with RunningSandbox(settings) as sandbox:
        play = Play(sandbox, folder, items=asked.items, chance=random.Random(seed))
        play.until_done(began + 60 * asked.minutes)
        books = play.books()
    ended = bool(play.played.exits)
    kept = promises(books, resent=play.played.resent, ended=ended)
    kept.append(Promise("ends by itself, with 0 or 9", ended and play.ends_well, ""))
    kept.append(Promise("once more, it sends nothing", play.played.done, ""))
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"seed {seed}, {minutes:.1f} minutes\n{table(play, books, kept)}\n")
    if all(promise.kept for promise in kept):
        shutil.rmtree(folder)
        return
    sys.stdout.write(f"left to look at: {os.fspath(folder)}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
