"""`krea` in front of a sandbox, in this process and on one clock that never waits."""

import contextlib
import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random

from krea_cli.clock import Clock
from krea_cli.sandbox.faults import FaultInjector
from krea_cli.sandbox.jobs import SandboxJob
from krea_cli.sandbox.result_spec import result_specs
from krea_cli.sandbox.result_store import ResultStore
from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.clocks.fake_clock import FakeClock
from tests.clocks.parallel_commands import ParallelCommands
from tests.fakes.sandbox_process import DRAWN_RESULTS
from tests.harness.cli import CliResult, run_main
from tests.harness.ledger_rows import LedgerState, read_states


class SandboxedCli:
    """`krea` with a folder to work in, and a sandbox with FAULTS that it really speaks HTTP to.

    Time passes in the pauses of the command only. Models take as long as the embedded catalog
    says, so no cache is needed.
    """

    def __init__(self, home: Path, *faults: str) -> None:
        self.folder = home / "work"
        self.folder.mkdir(parents=True)
        self.clock = FakeClock()
        settings = Settings(seed=1, spread=0.0, faults=faults)
        self._running = SandboxServer(settings, now=self.clock.now)
        self._running.state.result_store = ResultStore(DRAWN_RESULTS)
        self.counts = self._running.state.stats
        self._state = home / "state"
        self._environ = {
            "KREA_API_BASE": self._running.api,
            "KREA_API_KEY": "key-1:secret",
            "KREA_CONFIG_DIR": str(home / "config"),
            "KREA_STATE_DIR": str(self._state),
            "KREA_CACHE_DIR": str(home / "cache"),
        }

    def krea(self, *argv: str) -> CliResult:
        """Run `krea ARGV` in the folder."""
        with contextlib.chdir(self.folder):
            return self._main(argv, self.clock)

    def krea_at_once(self, *commands: list[str]) -> list[CliResult]:
        """Run COMMANDS at the same time in the folder."""
        calls = [partial(self._main, command) for command in commands]
        with contextlib.chdir(self.folder):
            return ParallelCommands(self.clock).run(calls)

    def _main(self, argv: Sequence[str], clock: Clock) -> CliResult:
        return run_main(argv, environ=self._environ, clock=clock, random=Random(7))

    def set_faults(self, *faults: str) -> None:
        """Let only FAULTS strike from now on."""
        self._running.state.faults = FaultInjector(faults, "1")

    @property
    def jobs(self) -> list[SandboxJob]:
        """The jobs of our own requests, oldest first."""
        return [job for job in self._running.state.jobs.all() if not job.is_stranger]

    @property
    def strangers(self) -> set[str]:
        """The ids of other programs' jobs."""
        return {job.id for job in self._running.state.jobs.all() if job.is_stranger}

    @property
    def states(self) -> list[LedgerState]:
        """State and job id of every request in the ledger, oldest first."""
        return read_states(self._state)

    @property
    def files(self) -> list[str]:
        """The names in the folder, hidden part files included."""
        return sorted(path.name for path in self.folder.iterdir())

    def results_by_hash(self) -> dict[str, str]:
        """The results of our own jobs by SHA-256, each as SEED:NUMBER of the result."""
        result_store = self._running.state.result_store
        return {
            hashlib.sha256(result_store.content(spec)).hexdigest(): f"{job.body['seed']}:{number}"
            for job in self.jobs
            for number, spec in enumerate(result_specs(job.route, job.body).values(), 1)
        }

    def result_names(self) -> dict[str, str]:
        """The result in each file of the folder, as SEED:NUMBER; "?" for anything else."""
        results = self.results_by_hash()
        hashes = {
            name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
            for name in self.files
        }
        return {name: results.get(file_hash, "?") for name, file_hash in hashes.items()}

    def stop(self) -> None:
        """Close the sandbox's ports."""
        self._running.stop()

    def __enter__(self) -> "SandboxedCli":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
