"""What an error of one item means for the others of its batch."""

import errno
from enum import Enum

from krea_cli.errors import (
    BalanceEmpty,
    Busy,
    InDoubt,
    Interrupted,
    KreaError,
    LedgerUnusable,
    NoToken,
    OverBudget,
    PlanRequired,
    TokenRefused,
    Unreachable,
    Untrusted,
)

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
# What the next request would meet as well.
FOR_ALL = (
    BalanceEmpty,
    Interrupted,
    LedgerUnusable,
    NoToken,
    OverBudget,
    PlanRequired,
    TokenRefused,
    Untrusted,
)


class Verdict(Enum):
    """The item is over (FAILED), or in doubt, or comes again later (AGAIN), or nothing is sent
    any more (STOP)."""

    FAILED = "failed"
    DOUBT = "doubt"
    AGAIN = "again"
    STOP = "stop"


def verdict(error: KreaError) -> Verdict:
    """What ERROR, which kept an item from its job, means."""
    if isinstance(error, InDoubt):
        return Verdict.DOUBT
    if isinstance(error, FOR_ALL) or full_disk(error):
        return Verdict.STOP
    return Verdict.AGAIN if isinstance(error, Busy | Unreachable) else Verdict.FAILED


def full_disk(error: BaseException | None) -> bool:
    """Whether a disk that takes no more is behind ERROR."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__
    return False
