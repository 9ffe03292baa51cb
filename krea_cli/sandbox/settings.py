"""What a sandbox can be told, and the one error that says why it cannot start."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

SNAPSHOT = Path(__file__).parent.parent / "catalog" / "snapshot.json"


class SandboxError(Exception):
    """The sandbox cannot start as asked: one clear sentence."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a sandbox behaves. Times are seconds of the real service, divided by `speed`.

    `seconds` replaces every model's typical time; `spread` scales chance (0: exact times, no
    queueing); `seed` makes ids, times and faults repeatable; `concurrency` jobs run at once, the
    next are backlogged, and beyond `backlog` of those a submit is answered 429; `big` pads every
    result to that many bytes; ports of 0 are chosen by the system.
    """

    document: Path = SNAPSHOT
    speed: float = 1.0
    seconds: float | None = None
    spread: float = 1.0
    seed: int | None = None
    concurrency: int = 12
    backlog: int | None = None
    faults: tuple[str, ...] = ()
    big: int = 0
    port: int = 0
    files_port: int = 0

    def __post_init__(self) -> None:
        """Refuse what could never work, before any port is opened."""
        for name in ("speed", "seconds", "spread"):
            if not isfinite(getattr(self, name) or 0):
                raise SandboxError(f"--{name} must be a number, not {getattr(self, name)}")
        if self.speed <= 0:
            raise SandboxError(f"--speed must be above 0, not {self.speed:g}")
        if self.seconds is not None and self.seconds < 0:
            raise SandboxError(f"--seconds must be 0 or more, not {self.seconds:g}")
        if self.spread < 0:
            raise SandboxError(f"--spread must be 0 or more, not {self.spread:g}")
        if self.concurrency < 1:
            raise SandboxError(f"--concurrency must be 1 or more, not {self.concurrency}")
        if self.backlog is not None and self.backlog < 0:
            raise SandboxError(f"--backlog must be 0 or more, not {self.backlog}")
