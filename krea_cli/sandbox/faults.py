"""Faults that a sandbox injects.

A fault is written as KIND[:PROBABILITY][:xTIMES][:SECONDSs], with the details in any order. The
probability is 1 by default. TIMES limits the occasions on which it may strike. SECONDS is the
length of a kind that lasts. Examples are `late:x1:2s` and `poll-500:0.2`.
"""

import random
import re
import threading
from dataclasses import dataclass

from krea_cli.sandbox.settings import SandboxError


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault.

    occasion: group of events at which it may strike
    description: its effect, for the help text
    seconds: its usual length, 0 for a kind that does not last
    """

    occasion: str
    description: str
    seconds: float = 0.0


# Faults of the occasion "submit" exclude each other: the first that strikes is the answer.
FAULT_KINDS = {
    "reset-before": FaultKind("submit", "reset the connection; no job is made"),
    "reset-after": FaultKind("submit", "make the job, then reset the connection"),
    "late": FaultKind("submit", "reset the connection; the job is made some seconds later", 2.0),
    "401": FaultKind("submit", "refuse the token"),
    "402": FaultKind("submit", "say that the balance is used up"),
    "402-plan": FaultKind("submit", "say that the model needs a higher plan"),
    "403": FaultKind("submit", "say that this is not allowed"),
    "410": FaultKind("submit", "say that the model is retired, and name another"),
    "422": FaultKind("submit", "refuse an input file"),
    "429": FaultKind("submit", "say that too many jobs run"),
    "429-after": FaultKind("submit", "the same with a Retry-After header", 1.0),
    "500": FaultKind("submit", "answer 500 with a JSON error; no job is made"),
    "503": FaultKind("submit", "answer 503 with a JSON error; no job is made"),
    "503-after": FaultKind("submit", "answer 503 in HTML with Retry-After; no job is made", 1.0),
    "524": FaultKind("submit", "make the job, then answer a gateway's HTML page"),
    "524-before": FaultKind("submit", "answer a gateway's HTML page; no job is made"),
    "garbage": FaultKind("submit", "make the job, then answer 200 with an unreadable body"),
    "empty-body": FaultKind("submit", "make the job, then answer 200 without a body"),
    "slow-submit": FaultKind("pace", "answer a submit only after some seconds", 5.0),
    "deprecated": FaultKind("submitted", "add Deprecation and Sunset headers to the answer"),
    "strangers": FaultKind(
        "post", "another program's job of the same type appears beside each submit"
    ),
    "fresh-404": FaultKind("made", "a new job is 404 for some seconds", 1.0),
    "list-lag": FaultKind("made", "a new job appears in the list only after some seconds", 2.0),
    "list-empty": FaultKind("list", "list jobs without their results"),
    "odd-status": FaultKind("read", "running jobs have a status that nobody documented"),
    "poll-500": FaultKind("poll", "answer 500 when jobs are read"),
    "poll-reset": FaultKind("poll", "reset the connection when jobs are read"),
    "cut": FaultKind("download", "close the connection halfway through a result"),
    "slow": FaultKind("download", "send a result over some seconds", 3.0),
    "download-403": FaultKind(
        "download", "an address has expired; reading the job gives a new one"
    ),
    "download-404": FaultKind("download", "an address is gone; reading the job gives a new one"),
    "download-500": FaultKind("download", "answer 500 when a result is asked for"),
    "no-length": FaultKind("download", "send a result without saying its length"),
}
SUBMIT_FAULTS = frozenset(name for name, kind in FAULT_KINDS.items() if kind.occasion == "submit")


@dataclass
class InjectedFault:
    """A fault that somebody asked for.

    kind: its name in `FAULT_KINDS`
    probability: chance that it strikes on an occasion
    seconds: its length
    strikes_left: occasions that remain, None for no limit
    """

    kind: str
    probability: float
    seconds: float
    strikes_left: int | None = None


class FaultInjector:
    """The faults of one sandbox, written as TEXTS. Safe to use from any thread."""

    def __init__(self, texts: tuple[str, ...], seed: str) -> None:
        self._faults = [parse_fault(text) for text in texts]
        self._random = random.Random(f"{seed}:faults")
        self._lock = threading.Lock()

    def strike(self, *kinds: str) -> InjectedFault | None:
        """Pick the fault of KINDS that strikes on this occasion, and count it.

        If several do, the one that was asked for first is returned; None if none does.
        """
        with self._lock:
            for fault in self._faults:
                if fault.kind in kinds and fault.strikes_left != 0:
                    if fault.strikes_left is not None:
                        fault.strikes_left -= 1
                    if fault.probability >= 1 or self._random.random() < fault.probability:
                        return fault
        return None


def parse_fault(text: str) -> InjectedFault:
    """Read KIND[:PROBABILITY][:xTIMES][:SECONDSs]. Raises SandboxError for anything else."""
    name, *details = text.split(":")
    kind = FAULT_KINDS.get(name)
    if kind is None:
        raise SandboxError(f"there is no fault '{name}'; there are: {', '.join(FAULT_KINDS)}")
    fault = InjectedFault(name, 1.0, kind.seconds)
    for detail in details:
        if match := re.fullmatch(r"x(\d{1,6})", detail):
            fault.strikes_left = int(match[1])
        elif match := re.fullmatch(r"(\d{1,6}(?:\.\d+)?)s", detail):
            fault.seconds = float(match[1])
        elif re.fullmatch(r"0?\.\d+|[01](\.0*)?", detail):
            fault.probability = float(detail)
        else:
            raise SandboxError(
                f"the fault '{text}' is not KIND[:PROBABILITY][:xTIMES][:SECONDSs]: '{detail}'"
            )
    return fault
