"""Each kind of fault against one and several requests with one and several results.

`play` takes one case through the real command and on to the end of the work. `test_matrix.py`
holds its findings against a table; `python tests/bench/faults.py` prints them.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

from krea_cli.sandbox.faults import FAULT_KINDS
from tests.faults.follow_hints import follow_hints
from tests.harness.cli import CliResult
from tests.harness.sandboxed_cli import SandboxedCli

# The two kinds that take real time take little of it.
SECONDS = {"slow-submit": "0.02s", "slow": "0.05s"}
# Kinds that can strike more than once: they do not end the command the first time.
LASTING = tuple(
    kind
    for kind in FAULT_KINDS
    if kind not in {"401", "402", "402-plan", "403", "410", "422", "500", "524-before"}
)
SEED = 1  # of the first request; the others count up
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Case:
    """A kind of fault against a number of requests.

    always: True to strike at every occasion, False to strike once
    results: of each request
    """

    kind: str
    always: bool
    requests: int
    results: int

    @property
    def name(self) -> str:
        """The fault in words."""
        return f"{self.kind} always" if self.always else self.kind

    @property
    def fault(self) -> str:
        """The fault as the sandbox takes it."""
        details = ["" if self.always else "x1", SECONDS.get(self.kind, "")]
        return ":".join([self.kind, *filter(None, details)])

    @property
    def names(self) -> dict[str, str]:
        """The result that belongs into each file, as SEED:NUMBER, by file name."""
        results = {}
        for n, index in product(range(self.requests), range(1, self.results + 1)):
            request = f"-{n + 1}" if self.requests > 1 and (n, index) != (0, 1) else ""
            result = f"-{index}" if index > 1 else ""
            results[f"fox{request}{result}.png"] = f"{SEED + n}:{index}"
        return results

    @property
    def command(self) -> list[str]:
        """The words after `krea`."""
        prompt = "a red fox [two]" if self.results == 2 else "a red fox"
        size = ["--width", "512", "--height", "512", "--seed", str(SEED)]
        count = ["-n", str(self.requests)] if self.requests > 1 else []
        timeout = ["--timeout", str(TIMEOUT_SECONDS), "--json"]
        return ["generate", prompt, "-o", "fox.png", *count, *size, *timeout]


@dataclass(frozen=True)
class Observation:
    """The state of sandbox, ledger and folder after one command.

    exit: exit code
    posts: submits that the sandbox counted
    jobs: jobs that the sandbox counted
    files: whole results of our own jobs under their own names
    ledger: state of each request
    strays: all other files: parts, half files, a name of another result, a stranger's picture
    """

    exit: int
    charged: str
    posts: int
    jobs: int
    files: int
    ledger: tuple[str, ...]
    strays: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlayedCase:
    """A case from the first command to the end of the work.

    way: the command that completed the work; "-" if none was needed
    """

    first: Observation
    way: str
    last: Observation


def cases() -> Iterator[Case]:
    """All cases."""
    faults = chain(((kind, False) for kind in FAULT_KINDS), ((kind, True) for kind in LASTING))
    for (kind, always), requests, results in product(faults, (1, 3), (1, 2)):
        yield Case(kind, always, requests, results)


def play(case: Case) -> PlayedCase:
    """Run CASE in a folder that is gone afterwards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SandboxedCli(Path(folder), case.fault) as sandboxed,
    ):
        result = sandboxed.krea(*case.command)
        first = observe(sandboxed, case, result)
        if result.code == 0:
            return PlayedCase(first, "-", first)
        sandboxed.set_faults()
        way, result = follow_hints(sandboxed, case.command, result)
        return PlayedCase(first, way, observe(sandboxed, case, result))


def observe(sandboxed: SandboxedCli, case: Case, result: CliResult) -> Observation:
    """The state after a command of CASE that ended with RESULT."""
    files = sandboxed.result_names().items()
    return Observation(
        exit=result.code,
        charged=result.charged,
        posts=sandboxed.counts.posts,
        jobs=len(sandboxed.jobs),
        files=len(files & case.names.items()),
        ledger=tuple(state for state, _ in sandboxed.states),
        strays=tuple(f"{name}={content}" for name, content in sorted(files - case.names.items())),
    )
