"""What an error of one item means for the others."""

import errno

import pytest

from krea_cli import errors
from krea_cli.flows.batch.run.error_policy import Verdict, full_disk, verdict


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (errors.InDoubt("lost"), Verdict.DOUBT),
        (errors.Busy("no room"), Verdict.AGAIN),
        (errors.Unreachable("no network"), Verdict.AGAIN),
        (errors.Untrusted("a wrong certificate"), Verdict.STOP),
        (errors.TokenRefused("no"), Verdict.STOP),
        (errors.BalanceEmpty("no money"), Verdict.STOP),
        (errors.PlanRequired("another plan"), Verdict.STOP),
        (errors.OverBudget("enough", hint="more"), Verdict.STOP),
        (errors.LedgerUnusable("damaged"), Verdict.STOP),
        (errors.RequestRefused("422"), Verdict.FAILED),
        (errors.WouldOverwrite("it is there"), Verdict.FAILED),
        (errors.KreaError("anything else"), Verdict.FAILED),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_verdicts(error: errors.KreaError, meant: Verdict) -> None:
    """What the next request would meet as well ends the sending; the rest is the item's own."""
    assert verdict(error) is meant


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_stops_all(number: int) -> None:
    """However deep it lies behind the sentence that is told."""
    inner = errors.KreaError("cannot write")
    inner.__cause__ = OSError(number, "full")
    outer = errors.NotSaved("not saved")
    outer.__cause__ = inner
    assert full_disk(outer)
    assert verdict(outer) is Verdict.STOP


def test_another_trouble_with_a_file_is_the_items_own() -> None:
    """A folder that may not be written to says nothing about the others."""
    error = errors.KreaError("cannot write")
    error.__cause__ = OSError(errno.EACCES, "denied")
    assert not full_disk(error)
    assert verdict(error) is Verdict.FAILED
