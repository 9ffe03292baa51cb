"""Each kind of fault against one and several requests with one and several results: what is left.

`play` takes one case through the real command and back to the whole work; a test compares what
it saw with what must be, and `python tests/bench/faults.py` prints it.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

from krea_cli.sandbox.faults import KINDS
from tests.faults.follow_hints import complete
from tests.harness.sandboxed_cli import Ended, Stage

# The two kinds that take real time take little of it.
SECONDS = {"slow-submit": "0.02s", "slow": "0.05s"}
# What is worth more than one occasion: all that does not end the command when it strikes first.
LASTING = tuple(
    kind
    for kind in KINDS
    if kind not in {"401", "402", "402-plan", "403", "410", "422", "500", "524-before"}
)
SEED = 1  # of the first request; the others count up
TIMEOUT = 120  # seconds of the case's own clock


@dataclass(frozen=True)
class Case:
    """A kind of fault that strikes once, or ALWAYS, on REQUESTS with so many RESULTS each."""

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
        """Where each result belongs, by what the sandbox calls it: seed and number."""
        found = {}
        for n, index in product(range(self.requests), range(1, self.results + 1)):
            request = f"-{n + 1}" if self.requests > 1 and (n, index) != (0, 1) else ""
            result = f"-{index}" if index > 1 else ""
            found[f"fox{request}{result}.png"] = f"{SEED + n}:{index}"
        return found

    @property
    def command(self) -> list[str]:
        """The words after `krea`."""
        prompt = "a red fox [two]" if self.results == 2 else "a red fox"
        size = ["--width", "512", "--height", "512", "--seed", str(SEED)]
        count = ["-n", str(self.requests)] if self.requests > 1 else []
        timeout = ["--timeout", str(TIMEOUT), "--json"]
        return ["generate", prompt, "-o", "fox.png", *count, *size, *timeout]


@dataclass(frozen=True)
class Seen:
    """What one command left.

    `posts` and `jobs` are the sandbox's own count; `files` are whole results of our own jobs,
    each under its own name; `ledger` has the state of each request; `strays` is what lies about
    and is none of these: parts, half files, a name that belongs to another, a stranger's picture.
    """

    exit: int
    charged: str
    posts: int
    jobs: int
    files: int
    ledger: tuple[str, ...]
    strays: tuple[str, ...] = ()


@dataclass(frozen=True)
class Played:
    """A case from the first command to the end of the work; `way` is what led there."""

    first: Seen
    way: str
    last: Seen


def cases() -> Iterator[Case]:
    """All of them."""
    faults = chain(((kind, False) for kind in KINDS), ((kind, True) for kind in LASTING))
    for (kind, always), requests, results in product(faults, (1, 3), (1, 2)):
        yield Case(kind, always, requests, results)


def play(case: Case) -> Played:
    """Run CASE in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder), case.fault) as stage:
        ended = stage.krea(*case.command)
        first = look(stage, case, ended)
        if ended.code == 0:
            return Played(first, "-", first)
        stage.set_faults()
        way, ended = complete(stage, case.command, ended)
        return Played(first, way, look(stage, case, ended))


def look(stage: Stage, case: Case, ended: Ended) -> Seen:
    """What STAGE looks like after a command of CASE has ENDED."""
    content = stage.content().items()
    return Seen(
        exit=ended.code,
        charged=ended.charged,
        posts=stage.counts.posts,
        jobs=len(stage.jobs),
        files=len(content & case.names.items()),
        ledger=tuple(state for state, _ in stage.rows),
        strays=tuple(f"{name}={what}" for name, what in sorted(content - case.names.items())),
    )
