"""Decide what an error of one item means for the others of its batch."""

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
from krea_cli.errors.batch import BatchCancelled
from krea_cli.flows.batch.run.messages import SAME_COMMAND_CONTINUES

FULL_DISK_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
# Errors that the next request would meet as well.
STOPS_ALL = (
    BalanceEmpty,
    BatchCancelled,
    Interrupted,
    LedgerUnusable,
    NoToken,
    OverBudget,
    PlanRequired,
    TokenRefused,
    Untrusted,
)
# Errors after which nothing that is paid can be fetched, or its user wants the end soon.
ENDS_ALL = (BatchCancelled, Busy, Interrupted, LedgerUnusable, Unreachable)


class ItemStop(KreaError):
    """Nothing more is sent because of an item, whose own error is told."""


class Action(Enum):
    """The reaction to an item that was not submitted.

    FAIL: the item is over
    DOUBT: it may have been submitted; nobody knows
    RETRY: it comes again later
    STOP: nothing more is sent
    """

    FAIL = "fail"
    DOUBT = "doubt"
    RETRY = "retry"
    STOP = "stop"


def item_stop(why: str, cause: KreaError | None = None) -> ItemStop:
    """Return the reason to send nothing more, where CAUSE or another error of an item tells why."""
    stop = ItemStop(f"nothing more is sent, {why}", hint=SAME_COMMAND_CONTINUES)
    stop.__cause__ = cause
    return stop


def action_for(error: KreaError) -> Action:
    """The reaction to ERROR, which kept an item from its job."""
    if isinstance(error, InDoubt):
        return Action.DOUBT
    if isinstance(error, STOPS_ALL) or is_full_disk(error):
        return Action.STOP
    return Action.RETRY if isinstance(error, Busy | Unreachable) else Action.FAIL


def ends_all(error: KreaError) -> bool:
    """Return True if ERROR stops more than the sending: the rest of the list is not looked at."""
    return isinstance(error, ENDS_ALL) or is_full_disk(error)


def is_full_disk(error: BaseException | None) -> bool:
    """Return True if ERROR comes from a disk that takes no more."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL_DISK_ERRNOS:
            return True
        cause = error.__cause__
        error = None if cause is error else cause  # `raise error from error` makes a circle
    return False
