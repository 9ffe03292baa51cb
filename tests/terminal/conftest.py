"""An output with two recorded streams, and a clock that the test moves."""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from krea_cli.clock import Clock
from krea_cli.env import Env
from krea_cli.terminal.output import Output

MODES = ("plain", "terminal", "json", "quiet")


class ManualClock(Clock):
    """A clock that moves only when a test sets `seconds`."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1_000.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds


class RecordedTerminal(io.StringIO):
    """A recorded stream that passes for a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@dataclass
class Screen:
    """An `Output` and the streams to which it writes."""

    output: Output
    env: Env

    @property
    def streams(self) -> tuple[str, str]:
        """The texts on stdout and stderr."""
        return self.env.stdout.getvalue(), self.env.stderr.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def make_screen() -> Callable[..., Screen]:
    """Make a `Screen` in one of the MODES, with environment variables."""

    def make(mode: str = "plain", *, verbose: bool = False, **variables: str) -> Screen:
        stream = RecordedTerminal if mode == "terminal" else io.StringIO
        env = Env(
            environ=variables,
            stdin=io.StringIO(),
            stdout=stream(),
            stderr=stream(),
            clock=ManualClock(),
        )
        output = Output(env, json=mode == "json", quiet=mode == "quiet", verbose=verbose)
        return Screen(output, env)

    return make


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """Make a command line of the body of a program, which may use `output` and `env`."""
    prelude = (
        "import sys, time\n"
        f"sys.path.insert(0, {os.fspath(Path(__file__).parents[2])!r})\n"
        "from krea_cli.env import Env\n"
        "from krea_cli.flows.events import *\n"
        "from krea_cli.terminal.output import Output\n"
        "env = Env()\n"
        "output = Output(env, json=False, quiet=False, verbose=False)\n"
    )

    def write(body: str) -> list[str]:
        file = tmp_path / "program.py"
        file.write_text(prelude + body, encoding="utf-8")
        return [sys.executable, os.fspath(file)]

    return write
