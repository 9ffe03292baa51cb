"""`krea` as `main(argv, env)`, the way users enter, with a home of its own."""

import io
import json
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from krea_cli.clock import Clock
from krea_cli.env import Env
from krea_cli.main import main
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE, KreaService
from tests.harness.hints import record_hints
from tests.harness.ledger_rows import LedgerState, read_states
from tests.tokens import KEY

ERROR = re.compile(
    r"^error: (.+(?:\n    .+)*)\n  hint: (.+)\n(?:  job: .+\n)?(?:  charged: (\w+)$)?",
    re.MULTILINE,
)


@dataclass(frozen=True)
class CliResult:
    """Exit code of a command (128 + N after signal N) and all that it printed."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The error objects of stderr with --json: code, message, hint, charged, job_id."""
        lines = map(json.loads, self.err.splitlines())
        return [line["error"] for line in lines if "error" in line]

    @property
    def charged(self) -> str:
        """The `charged` of all errors with --json; "-" if there is no error."""
        return "/".join(sorted({error["charged"] for error in self.errors})) or "-"

    def error(self, *, charged: str) -> str:
        """The sentence of the one error without --json, which has a hint and says CHARGED.

        A slip in the command line says nothing, and is not charged.
        """
        assert "Traceback" not in self.err
        assert "this is a bug" not in self.err
        assert self.err.count("error: ") == 1, self.err
        match = ERROR.search(self.err)
        assert match, self.err
        assert (match[3] or "no") == charged, self.err
        return match[1]


class Terminal(io.TextIOWrapper):
    """A recorded stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Keyboard(io.StringIO):
    """The keys that a person types at a terminal; "\x03" is Ctrl-C, the end of them Ctrl-D."""

    clock: Clock

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        line = super().readline(-1 if size is None else size)
        if "\x03" in line:
            self.clock.stop(signal.SIGINT)
        return line


def run_main(
    argv: Sequence[str],
    *,
    stdin: str = "",
    typed: str | Keyboard | None = None,
    terminal: bool = False,
    **edges: Any,
) -> CliResult:
    """Run `krea ARGV` in this process, its output piped or shown on a terminal.

    TYPED are the keys of a person at the terminal, in place of STDIN. EDGES are fields of `Env`:
    environ, clock, random, transport.
    """
    stream = Terminal if terminal else io.TextIOWrapper
    out, err = stream(io.BytesIO(), "utf-8"), stream(io.BytesIO(), "utf-8")
    keys = io.StringIO(stdin) if typed is None else typed
    if isinstance(keys, str):
        keys = Keyboard(keys)
    env = Env(stdin=keys, stdout=out, stderr=err, **edges)
    if isinstance(keys, Keyboard):
        keys.clock = env.clock
    code = main(list(argv), env)
    result = CliResult(code, _text(out), _text(err))
    record_hints(argv, result.err + result.out)
    return result


class Cli:
    """`krea` with a home, a clock that never waits, and a scripted service."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = FakeClock()
        self.edges: dict[str, Any] = {}  # more fields of `Env`
        self.service = KreaService(self.clock.now)
        self.environ = {
            "KREA_API_BASE": BASE,
            "KREA_API_KEY": KEY,
            "KREA_CONFIG_DIR": str(home / "config"),
            "KREA_STATE_DIR": str(home / "state"),
            "KREA_CACHE_DIR": str(home / "cache"),
        }

    def krea(
        self,
        *argv: str,
        stdin: str = "",
        typed: str | Keyboard | None = None,
        terminal: bool = False,
    ) -> CliResult:
        """Run `krea ARGV`, its output piped or shown on a terminal, where a person may type."""
        return run_main(
            argv,
            stdin=stdin,
            typed=typed,
            terminal=terminal,
            environ=self.environ,
            clock=self.clock,
            random=Random(7),
            transport=self.service.transport(),
            **self.edges,
        )

    def move_to(self, host: str) -> None:
        """Go on as HOST, with the state folder on a network disk of several hosts."""
        self.edges = {"host_name": host, "network_type": lambda folder: "nfs4"}

    @property
    def states(self) -> list[LedgerState]:
        """State and job id of every request in the ledger, oldest first."""
        return read_states(self.home / "state")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(errors="surrogateescape")  # a path may be any bytes
