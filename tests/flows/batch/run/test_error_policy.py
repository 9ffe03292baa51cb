"""The effect of one item's error on the others."""

import errno

import pytest

from krea_cli import errors
from krea_cli.flows.batch.run.error_policy import Action, action_for, is_full_disk


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.InDoubt("lost"), Action.DOUBT),
        (errors.Busy("no room"), Action.RETRY),
        (errors.Unreachable("no network"), Action.RETRY),
        (errors.Untrusted("a wrong certificate"), Action.STOP),
        (errors.TokenRefused("no"), Action.STOP),
        (errors.BalanceEmpty("no money"), Action.STOP),
        (errors.PlanRequired("another plan"), Action.STOP),
        (errors.OverBudget("enough", hint="more"), Action.STOP),
        (errors.LedgerUnusable("damaged"), Action.STOP),
        (errors.RequestRefused("422"), Action.FAIL),
        (errors.WouldOverwrite("it is there"), Action.FAIL),
        (errors.KreaError("anything else"), Action.FAIL),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_verdicts(error: errors.KreaError, expected: Action) -> None:
    """An error that the next request would meet ends the sending; others end the item."""
    assert action_for(error) is expected


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_is_full_disk_stops_all(number: int) -> None:
    """However deep it lies behind the sentence that is told."""
    inner = errors.KreaError("cannot write")
    inner.__cause__ = OSError(number, "full")
    outer = errors.NotSaved("not saved")
    outer.__cause__ = inner
    assert is_full_disk(outer)
    assert action_for(outer) is Action.STOP


def test_another_trouble_with_a_file_is_the_items_own() -> None:
    """A folder that may not be written to says nothing about the others."""
    error = errors.KreaError("cannot write")
    error.__cause__ = OSError(errno.EACCES, "denied")
    assert not is_full_disk(error)
    assert action_for(error) is Action.FAIL


def test_an_error_that_is_its_own_cause_is_looked_at_once() -> None:
    """As after `raise error from error`: it must not be followed for ever."""
    error = errors.KreaError("refused")
    error.__cause__ = error
    assert not is_full_disk(error)
