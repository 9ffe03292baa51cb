"""Settings of a sandbox, and the error for those that cannot work."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

SNAPSHOT = Path(__file__).parent.parent / "catalog" / "snapshot.json"


class SandboxError(Exception):
    """The sandbox cannot start; the message is one sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Behaviour of a sandbox. Raises SandboxError for values that could never work.

    document: the OpenAPI document to serve
    speed: factor by which jobs run faster than on the real service
    seconds: typical time of every job before SPEED counts, None for each model's own
    spread: amount of chance in these times; 0 for exact times without queueing
    seed: makes ids, times and faults repeatable
    concurrency: jobs that run at once; further ones are backlogged
    backlog: jobs that may be backlogged, None for no limit; a further submit is answered with 429
    faults: faults to inject, each as KIND[:PROBABILITY][:xTIMES][:SECONDSs]
    min_result_bytes: length to which smaller results are padded
    port: port of the API; 0 lets the system choose
    files_port: port of the results; 0 lets the system choose
    token: the only token that is accepted; None for any but `bad`
    submit_seconds: shortest and longest time of a submit before SPEED counts
    """

    document: Path = SNAPSHOT
    speed: float = 1.0
    seconds: float | None = None
    spread: float = 1.0
    seed: int | None = None
    concurrency: int = 12
    backlog: int | None = None
    faults: tuple[str, ...] = ()
    min_result_bytes: int = 0
    port: int = 0
    files_port: int = 0
    token: str | None = None
    submit_seconds: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        """Check the values before any port is opened."""
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
