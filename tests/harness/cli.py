"""Enter where users enter: `main(argv, env)` in a world of its own, and what came out."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

from krea_cli.env import Env
from krea_cli.main import main
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE, Service
from tests.tokens import KEY


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, object]]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


class Terminal(io.TextIOWrapper):
    """A recorded stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class World:
    """A home of its own, a clock that never waits, and a scripted service."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = FakeClock()
        self.service = Service(self.clock.now)
        self.environ = {
            "KREA_API_BASE": BASE,
            "KREA_API_KEY": KEY,
            "KREA_CONFIG_DIR": str(home / "config"),
            "KREA_STATE_DIR": str(home / "state"),
            "KREA_CACHE_DIR": str(home / "cache"),
        }

    def krea(self, *argv: str, stdin: str = "", terminal: bool = False) -> Result:
        """Run `krea ARGV` in this world, its output piped or shown on a TERMINAL."""
        kind = Terminal if terminal else io.TextIOWrapper
        out, err = kind(io.BytesIO(), "utf-8"), kind(io.BytesIO(), "utf-8")
        env = Env(
            environ=self.environ,
            stdin=io.StringIO(stdin),
            stdout=out,
            stderr=err,
            clock=self.clock,
            random=Random(7),
            transport=self.service.transport(),
        )
        code = main(list(argv), env)
        return Result(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
