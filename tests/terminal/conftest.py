"""A world of two recorded streams, and a clock that stands still."""

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


class StandingClock(Clock):
    """A clock that only moves when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1_000.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds


class Terminal(io.StringIO):
    """A recorded stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@dataclass
class Screen:
    """An `Output` and what it wrote."""

    output: Output
    env: Env

    @property
    def shown(self) -> tuple[str, str]:
        """What stands on stdout and on stderr."""
        return self.env.stdout.getvalue(), self.env.stderr.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def screen() -> Callable[..., Screen]:
    """Makes a `Screen` in one of the MODES; variables may be given."""

    def make(mode: str = "plain", *, verbose: bool = False, **variables: str) -> Screen:
        stream = Terminal if mode == "terminal" else io.StringIO
        env = Env(
            environ=variables,
            stdin=io.StringIO(),
            stdout=stream(),
            stderr=stream(),
            clock=StandingClock(),
        )
        output = Output(env, json=mode == "json", quiet=mode == "quiet", verbose=verbose)
        return Screen(output, env)

    return make


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """Turns the body of a program that uses `output` and `env` into a command line."""
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
