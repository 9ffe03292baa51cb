"""kill -9 at random moments of a batch under faults: no item is paid for twice, none is lost."""

import hashlib
import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from krea_cli.sandbox.result_spec import recipes
from krea_cli.sandbox.result_store import Shelf
from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.clocks.accelerated_clock import HurriedClock
from tests.end_to_end import random_kills
from tests.fakes.sandbox_process import PICTURES, environment

pytestmark = pytest.mark.exhaustive

ITEMS = 200
FAULTS = ("reset-after:0.05", "524:0.05", "429:0.1", "cut:0.05")
MOST_IN_DOUBT = 4
RUN = ("batch", "foxes.txt", "-o", "out/", "-j", "20", "-i", "width=512", "-i", "height=512")


class Hunt:
    """A desk with a list of prompts, a service with faults, and commands that are killed."""

    def __init__(self, folder: Path) -> None:
        self.desk = folder / "desk"
        self.desk.mkdir()
        listing = "".join(f"fox {number}\n" for number in range(ITEMS))
        (self.desk / "foxes.txt").write_text(listing)
        self._origin = time.time()
        clock = HurriedClock(self._origin)
        settings = Settings(seed=3, seconds=7, concurrency=20, faults=FAULTS)
        self._running = RunningSandbox(settings, now=clock.now)
        self._running.world.shelf = Shelf(PICTURES)
        self._environ = environment(self._running.api, folder)
        self._err = folder / "err"
        self._ledger = folder / "state" / "ledger.sqlite3"
        self._process = subprocess.Popen(
            [sys.executable, random_kills.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, life: float) -> int:
        """Run the batch for LIFE seconds; its exit code, -9 where it was killed."""
        assert self._process.stdin and self._process.stdout
        order = {"argv": RUN, "folder": str(self.desk), "environ": self._environ}
        order |= {"err": str(self._err), "origin": self._origin, "life": life}
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def told(self) -> str:
        """What the last run said."""
        return self._err.read_text()

    def jobs(self) -> dict[str, list[str]]:
        """The ids of the jobs that were made, by prompt."""
        made: dict[str, list[str]] = {}
        for job in self._running.world.jobs.all():
            made.setdefault(job.body["prompt"], []).append(job.id)
        return made

    def content(self) -> dict[str, str]:
        """What each job made, as SHA-256, by prompt."""
        shelf = self._running.world.shelf
        return {
            job.body["prompt"]: hashlib.sha256(
                shelf.content(next(iter(recipes(job.route, job.body).values())))
            ).hexdigest()
            for job in self._running.world.jobs.all()
        }

    def rows(self) -> list[tuple[str, str, str | None, str | None]]:
        """Prompt, state, job and first file of every request in the ledger."""
        with closing(sqlite3.connect(self._ledger)) as connection:
            return connection.execute(
                "SELECT prompt, state, job_id, min(path) FROM requests"
                " LEFT JOIN files ON request_id = requests.id GROUP BY requests.id"
            ).fetchall()

    def stop(self) -> None:
        """End the processes and close the ports."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._running.stop()


@pytest.fixture
def hunt(tmp_path: Path) -> Iterator[Hunt]:
    """A batch to be killed."""
    hunt = Hunt(tmp_path)
    yield hunt
    hunt.stop()


def test_a_batch_survives_being_killed_again_and_again(hunt: Hunt) -> None:
    """One job for each item, or an item in doubt that was never sent twice; every file right."""
    random, kills = Random(5), 0
    while (code := hunt.run(random.uniform(0.2, 1.5) if kills < 12 else 60)) == -9:
        kills += 1
    assert code in (0, 9), hunt.told()
    rows, jobs, content = hunt.rows(), hunt.jobs(), hunt.content()
    assert kills >= 5
    assert Counter(prompt for prompt, *_ in rows) == Counter(f"fox {n}" for n in range(ITEMS))
    assert all(len(made) == 1 for made in jobs.values())
    doubtful = [prompt for prompt, state, *_ in rows if state in ("unknown", "unfound")]
    assert len(doubtful) <= MOST_IN_DOUBT
    assert (code == 9) == bool(doubtful)
    for prompt, state, job, path in rows:
        if prompt not in doubtful:
            assert (state, [job]) == ("saved", jobs[prompt])
            assert path is not None
            assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == content[prompt]
    left = [path.name for path in (hunt.desk / "out").iterdir()]
    assert len(left) == ITEMS - len(doubtful)
    assert not [name for name in left if name.startswith(".")]
