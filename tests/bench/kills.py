"""A batch under faults, killed again and again: `python tests/bench/kills.py [--seed N]`.

With --windows 2, two processes work on the list at a time, and each gets its own SIGKILL.
With --leaps, the wall clock leaps by up to a day, both ways, while they run and between the runs.

The real command meets lost answers, refusals and cut downloads, and gets a SIGKILL after a moment.
It is run again until it ends by itself. Then its ledger, its files and the sandbox's jobs are held
against each other. Takes a few minutes; ends with 1 if a promise is broken, and keeps the folder.
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
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.bench.process import KREA, child_environ
from tests.bench.promises import BatchRemains, Promise, check_promises, few_in_doubt
from tests.fakes.sandbox_process import sandbox_environ
from tests.harness.ledger_rows import LedgerRow, read_rows

FAULTS = ("reset-after:0.05", "524:0.05", "429:0.1", "cut:0.05")
RUN_SECONDS = (0.3, 4.0)  # from a start to the kill
GOOD_EXIT_CODES = (0, 9)  # all is done, or all but the items in doubt
AT_ONCE = 20
LAST_RUN_SECONDS = 120.0  # for a run that only searches for lost answers
IN_DOUBT = ("sending", "unknown", "unfound")
SETTLED = ("saved", "unknown", "unfound")
ARRIVAL_SECONDS = 0.1  # until the sandbox has read the last bytes of a killed process
LEAP_SECONDS = (2.0, 60.0, 3600.0, 86400.0)  # the most by which a clock is wrong after a leap
LEAPING_CLOCK = str(Path(__file__).with_name("leaping"))  # a folder for PYTHONPATH


@dataclass
class PlayRecord:
    """The course of events.

    runs: commands started
    kills: commands killed
    exits: exit codes of the commands that ended by themselves
    resent: prompts of the items that were sent again while in doubt
    done: True once a run ended by itself, and the next one sent nothing
    """

    runs: int = 0
    kills: int = 0
    exits: list[int] = field(default_factory=list)
    resent: set[str] = field(default_factory=set)
    done: bool = False


class KillPlay:
    """One batch of ITEMS prompts in FOLDER, against SANDBOX; CHANCE says when it is killed.

    WINDOWS processes work on it at a time, with PARALLEL requests under way. With LEAPS, their wall
    clock leaps.
    """

    def __init__(
        self,
        sandbox: SandboxServer,
        folder: Path,
        *,
        items: int,
        chance: random.Random,
        windows: int = 1,
        leaps: bool = False,
        parallel: int = 1,
    ) -> None:
        self.record = PlayRecord()
        self.prompts = [f"a fox in picture {number}" for number in range(1, items + 1)]
        self.pictures = folder / "pictures"
        self._folder = folder
        self._sandbox = sandbox
        self._chance = chance
        self._windows = windows
        self._leap_file = folder / "leap.txt" if leaps else None
        self._environment = child_environ(sandbox_environ(sandbox.api, folder))
        self._environment["KREA_SUBMIT_PARALLEL"] = str(parallel)
        if self._leap_file:
            clock = {"PYTHONPATH": LEAPING_CLOCK, "LEAP_FILE": str(self._leap_file)}
            self._environment |= clock
        self._posts_in_doubt: dict[str, int] = {}  # POSTs of an item when it came to be in doubt
        (folder / "prompts.txt").write_text("\n".join(self.prompts) + "\n")

    def until_done(self, end: float) -> None:
        """Run, kill, run again, at most until END (monotonic); then once more, undisturbed."""
        while time.monotonic() < end:
            codes = self._run(*(self._life() for _ in range(self._windows)))
            if {*codes} <= {*GOOD_EXIT_CODES}:
                break
        else:
            return
        before = self.posts()
        [again] = self._run(LAST_RUN_SECONDS)
        self.record.done = again in GOOD_EXIT_CODES and self.posts() == before

    @property
    def ends_well(self) -> bool:
        """True if no run ended by itself with another exit code."""
        return set(self.record.exits) <= set(GOOD_EXIT_CODES)

    def rows(self) -> list[LedgerRow]:
        """The ledger's requests."""
        return read_rows(self._folder / "state")

    def posts(self) -> Counter[str]:
        """The number of submits of each prompt."""
        return Counter(body["prompt"] for body in self._sandbox.state.stats.bodies)

    def remains(self) -> BatchRemains:
        """All sides of the batch as they are now."""
        return BatchRemains(
            prompts=tuple(self.prompts),
            rows=tuple(self.rows()),
            jobs=tuple(self._sandbox.state.jobs.all()),
            content=self._sandbox.state.result_store.content,
            pictures=self.pictures,
        )

    def _life(self) -> float:
        """Draw the seconds until a kill. A run that only looks for lost answers lives."""
        settled = sum(row.state in SETTLED for row in self.rows())
        is_over = settled == len(self.prompts)
        return LAST_RUN_SECONDS if is_over else self._chance.uniform(*RUN_SECONDS)

    def _run(self, *lives: float) -> list[int | None]:
        """The exit codes of runs side by side; None for each that was killed after its life."""
        began = time.monotonic()
        self._leap()
        started = [(began + life, self._start()) for life in lives]
        codes = []
        for end, process in sorted(started, key=itemgetter(0)):
            if self._leap_file:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, (end - time.monotonic()) / 2))
                self._leap()
            codes.append(self._wait(process, end))
        time.sleep(ARRIVAL_SECONDS)
        self._note_doubts()
        return codes

    def _leap(self) -> None:
        """Let the wall clock leap, at once for all processes: a whole file takes the place."""
        if self._leap_file:
            bound = self._chance.choice(LEAP_SECONDS)
            new = self._leap_file.with_suffix(".new")
            new.write_text(f"{self._chance.uniform(-bound, bound)}", "ascii")
            new.replace(self._leap_file)

    def _start(self) -> "subprocess.Popen[bytes]":
        self.record.runs += 1
        command = [KREA, "batch", "prompts.txt", "-o", "pictures/", "-j", str(AT_ONCE)]
        with (self._folder / f"stderr-{self.record.runs}.txt").open("wb") as stderr:
            return subprocess.Popen(
                [*command, "--width", "512", "--height", "512", "--verbose"],
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    def _wait(self, process: "subprocess.Popen[bytes]", end: float) -> int | None:
        try:
            code = process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.record.kills += 1
            return None
        self.record.exits.append(code)
        return code

    def _note_doubts(self) -> None:
        """Note the items in doubt; an item that was in doubt must have had no further POST."""
        posts = self.posts()
        resent = {prompt for prompt, count in self._posts_in_doubt.items() if posts[prompt] > count}
        self.record.resent |= resent
        in_doubt = {row.prompt for row in self.rows() if row.left and row.state in IN_DOUBT}
        self._posts_in_doubt |= {
            prompt: posts[prompt] for prompt in in_doubt - set(self._posts_in_doubt)
        }


def table(play: KillPlay, remains: BatchRemains, promises: list[Promise]) -> str:
    """The course of events, a fact a line, and then each promise."""
    record = play.record
    jobs_of_item = Counter(job.body["prompt"] for job in remains.jobs)
    jobs = Counter(jobs_of_item.values())
    per_item = ", ".join(f"{times} for {items}" for times, items in sorted(jobs.items()))
    facts = {
        "items": len(remains.prompts),
        "runs": record.runs,
        "kills": record.kills,
        "paid twice": sum(times > 1 for times in jobs_of_item.values()),
        "in doubt": sum(state in IN_DOUBT for state in remains.states),
        "exit codes": ", ".join(map(str, record.exits)),
        "POSTs": play.posts().total(),
        "jobs": len(remains.jobs),
        "jobs per item": per_item,
        "adopted": sum(row.adopted for row in remains.rows),
        "ledger": ", ".join(f"{n} {state}" for state, n in Counter(remains.states).items()),
    }
    lines = [f"{name:<48}{value}" for name, value in facts.items()]
    return "\n".join([*lines, *map(str, promises)])


def main() -> None:
    """Play once and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=200)
    options.add_argument("--seed", type=int, default=None, help="of kills, times and faults")
    options.add_argument("--windows", type=int, default=1, help="processes at a time")
    options.add_argument("--leaps", action="store_true", help="let the wall clock leap")
    options.add_argument("--parallel", type=int, default=1, help="requests under way at once")
    options.add_argument("--minutes", type=float, default=15, help="until it is given up")
    options.add_argument("--fault", action="append", default=[], help="one more, slow-submit:0.3s")
    chosen = options.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
    settings = Settings(
        seconds=1.0, concurrency=AT_ONCE, seed=seed, faults=(*FAULTS, *chosen.fault)
    )
    folder = Path(tempfile.mkdtemp(prefix="krea-kills-"))
    began = time.monotonic()
    with SandboxServer(settings) as sandbox:
        chance = random.Random(seed)
        play = KillPlay(
            sandbox,
            folder,
            items=chosen.items,
            chance=chance,
            windows=chosen.windows,
            leaps=chosen.leaps,
            parallel=chosen.parallel,
        )
        play.until_done(began + 60 * chosen.minutes)
        remains = play.remains()
    ended = bool(play.record.exits)
    promises = check_promises(remains, resent=play.record.resent, ended=ended)
    # A clock that leaps, or requests beside each other, leave answers whose job cannot be told.
    if not chosen.leaps and chosen.parallel == 1:
        promises.append(few_in_doubt(remains))
    promises.append(Promise("ends by itself, with 0 or 9", ended and play.ends_well, ""))
    promises.append(Promise("once more, it sends nothing", play.record.done, ""))
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"seed {seed}, {minutes:.1f} minutes\n{table(play, remains, promises)}\n")
    if all(promise.kept for promise in promises):
        shutil.rmtree(folder)
        return
    sys.stdout.write(f"left to look at: {os.fspath(folder)}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
