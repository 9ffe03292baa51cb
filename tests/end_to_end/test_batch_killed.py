"""kill -9 at random moments of a batch under faults: no item is paid for twice, none is lost."""

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from krea_cli.sandbox.result_spec import result_specs
from krea_cli.sandbox.result_store import ResultStore
from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.clocks.accelerated_clock import AcceleratedClock
from tests.end_to_end import random_kills
from tests.fakes.sandbox_process import DRAWN_RESULTS, sandbox_environ
from tests.harness.ledger_rows import LedgerRow, read_rows

pytestmark = pytest.mark.machine

ITEMS = 100
FAULTS = ("reset-after:0.05", "524:0.05", "429:0.1", "cut:0.05")
MAX_IN_DOUBT = 4
# On a faster clock, a hiccup of this machine is a job that the service made too late to match.
SPEED = 3.0
RUN = ("batch", "foxes.txt", "-o", "out/", "-j", "20", "-i", "width=512", "-i", "height=512")


class KilledBatch:
    """A list of prompts, a sandbox with faults, and commands that are killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        prompts = "".join(f"fox {number}\n" for number in range(ITEMS))
        (self.folder / "foxes.txt").write_text(prompts)
        self._origin = time.time()
        clock = AcceleratedClock(self._origin, SPEED)
        settings = Settings(seed=3, seconds=7, concurrency=20, faults=FAULTS)
        self._running = SandboxServer(settings, now=clock.now)
        self._running.state.result_store = ResultStore(DRAWN_RESULTS)
        self._environ = sandbox_environ(self._running.api, folder)
        self._err = folder / "err"
        self._state = folder / "state"
        self._process = subprocess.Popen(
            [sys.executable, random_kills.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, life: float) -> int:
        """Run the batch for LIFE seconds at most; return its exit code, -9 if it was killed."""
        assert self._process.stdin and self._process.stdout
        order = {"argv": RUN, "folder": str(self.folder), "environ": self._environ}
        order |= {"err": str(self._err), "origin": self._origin, "speed": SPEED, "life": life}
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def stderr(self) -> str:
        """The stderr of the last run."""
        return self._err.read_text()

    def jobs(self) -> dict[str, list[str]]:
        """The ids of the jobs that were made, by prompt."""
        ids: dict[str, list[str]] = {}
        for job in self._running.state.jobs.all():
            ids.setdefault(job.body["prompt"], []).append(job.id)
        return ids

    def hashes(self) -> dict[str, str]:
        """The SHA-256 of the result of each job, by prompt."""
        result_store = self._running.state.result_store
        return {
            job.body["prompt"]: hashlib.sha256(
                result_store.content(next(iter(result_specs(job.route, job.body).values())))
            ).hexdigest()
            for job in self._running.state.jobs.all()
        }

    def rows(self) -> list[LedgerRow]:
        """The requests in the ledger."""
        return read_rows(self._state)

    def stop(self) -> None:
        """End the processes and close the ports."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._running.stop()


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[KilledBatch]:
    """A batch to be killed."""
    batch = KilledBatch(tmp_path)
    yield batch
    batch.stop()


def test_a_batch_survives_being_killed_again_and_again(batch: KilledBatch) -> None:
    """One job for each item, or an item in doubt that was never sent twice; every file right."""
    random, kills = Random(5), 0
    while (code := batch.run(random.uniform(0.3, 3) if kills < 12 else 120)) == -9:
        kills += 1
    assert code in (0, 9), batch.stderr()
    rows, jobs, hashes = batch.rows(), batch.jobs(), batch.hashes()
    assert kills >= 5
    assert Counter(row.prompt for row in rows) == Counter(f"fox {n}" for n in range(ITEMS))
    assert all(len(ids) == 1 for ids in jobs.values())
    in_doubt = [row.prompt for row in rows if row.state in ("unknown", "unfound")]
    assert len(in_doubt) <= MAX_IN_DOUBT
    assert (code == 9) == bool(in_doubt)
    for row in rows:
        if row.prompt not in in_doubt:
            assert (row.state, [row.job_id]) == ("saved", jobs[row.prompt])
            assert row.files
            content = Path(row.files[0].path).read_bytes()
            assert hashlib.sha256(content).hexdigest() == hashes[row.prompt]
    names = [path.name for path in (batch.folder / "out").iterdir()]
    assert len(names) == ITEMS - len(in_doubt)
    assert not [name for name in names if name.startswith(".")]
