"""What a sandbox can be told to do wrong, and whether it does so this time.

A fault is written KIND, or KIND with any of these behind colons:
`0.3` is its probability (default 1), `x2` limits it to the first two occasions,
`1.5s` is its length where the kind has one. So `late:x1:2s` and `poll-500:0.2`.
"""

import random
import re
import threading
from collections.abc import Container
from dataclasses import dataclass

from krea_cli.sandbox.settings import SandboxError


@dataclass(frozen=True)
class Kind:
    """One kind of fault: where it strikes, what it does, how many seconds it lasts by default."""

    where: str
    does: str
    seconds: float = 0.0


# "submit" faults exclude each other: the first one given that strikes is the answer.
KINDS = {
    "reset-before": Kind("submit", "reset the connection; no job is made"),
    "reset-after": Kind("submit", "make the job, then reset the connection"),
    "late": Kind("submit", "reset the connection; the job is made some seconds later", 2.0),
    "401": Kind("submit", "refuse the token"),
    "402": Kind("submit", "say that the balance is used up"),
    "402-plan": Kind("submit", "say that the model needs a higher plan"),
    "403": Kind("submit", "say that this is not allowed"),
    "410": Kind("submit", "say that the model is retired, and name another"),
    "422": Kind("submit", "refuse an input file"),
    "429": Kind("submit", "say that too many jobs run"),
    "429-after": Kind("submit", "the same with a Retry-After header", 1.0),
    "500": Kind("submit", "answer 500 with a JSON error; no job is made"),
    "503": Kind("submit", "answer 503 with a JSON error; no job is made"),
    "503-after": Kind("submit", "answer 503 in HTML with Retry-After; no job is made", 1.0),
    "524": Kind("submit", "make the job, then answer a gateway's HTML page"),
    "524-before": Kind("submit", "answer a gateway's HTML page; no job is made"),
    "garbage": Kind("submit", "make the job, then answer 200 with an unreadable body"),
    "empty-body": Kind("submit", "make the job, then answer 200 without a body"),
    "slow-submit": Kind("pace", "answer a submit only after some seconds", 5.0),
    "deprecated": Kind("submitted", "add Deprecation and Sunset headers to the answer"),
    "strangers": Kind("post", "another program's job of the same type appears beside each submit"),
    "fresh-404": Kind("made", "a new job is 404 for some seconds", 1.0),
    "list-lag": Kind("made", "a new job appears in the list only after some seconds", 2.0),
    "list-empty": Kind("list", "list jobs without their results"),
    "odd-status": Kind("read", "running jobs have a status that nobody documented"),
    "poll-500": Kind("poll", "answer 500 when jobs are read"),
    "poll-reset": Kind("poll", "reset the connection when jobs are read"),
    "cut": Kind("download", "close the connection halfway through a result"),
    "slow": Kind("download", "send a result over some seconds", 3.0),
    "download-403": Kind("download", "an address has expired; reading the job gives a new one"),
    "download-404": Kind("download", "an address is gone; reading the job gives a new one"),
    "download-500": Kind("download", "answer 500 when a result is asked for"),
    "no-length": Kind("download", "send a result without saying its length"),
}
SUBMIT = frozenset(name for name, kind in KINDS.items() if kind.where == "submit")


@dataclass
class Fault:
    """A fault as asked for; `left` is how often it may still strike (None: always)."""

    kind: str
    probability: float
    seconds: float
    left: int | None = None


class Faults:
    """The faults of one sandbox. Safe to ask from any thread."""

    def __init__(self, texts: tuple[str, ...], seed: str) -> None:
        self._faults = [parse(text) for text in texts]
        self._random = random.Random(f"{seed}:faults")
        self._lock = threading.Lock()

    def strikes(self, *kinds: str) -> Fault | None:
        """The first fault among KINDS that strikes this time, in the order they were asked for."""
        return self.first(kinds)

    def first(self, kinds: Container[str]) -> Fault | None:
        """As `strikes`, for any container of kinds."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in kinds and fault.left != 0:
                    if fault.left is not None:
                        fault.left -= 1
                    if fault.probability >= 1 or self._random.random() < fault.probability:
                        return fault
        return None


def parse(text: str) -> Fault:
    """Read KIND[:PROBABILITY][:xTIMES][:SECONDSs]; raises SandboxError."""
    name, *details = text.split(":")
    kind = KINDS.get(name)
    if kind is None:
        raise SandboxError(f"there is no fault '{name}'; there are: {', '.join(KINDS)}")
    fault = Fault(name, 1.0, kind.seconds)
    for detail in details:
        if match := re.fullmatch(r"x(\d{1,6})", detail):
            fault.left = int(match[1])
        elif match := re.fullmatch(r"(\d{1,6}(?:\.\d+)?)s", detail):
            fault.seconds = float(match[1])
        elif re.fullmatch(r"0?\.\d+|[01](\.0*)?", detail):
            fault.probability = float(detail)
        else:
            raise SandboxError(
                f"the fault '{text}' is not KIND[:PROBABILITY][:xTIMES][:SECONDSs]: '{detail}'"
            )
    return fault
