"""Which failure a command with several items ends with."""

import pytest

from krea_cli.commands.exit_status import worst
from krea_cli.errors import (
    Busy,
    EmptyResult,
    InDoubt,
    Interrupted,
    JobFailed,
    KreaError,
    Moderated,
    NotFound,
    NotSaved,
    OverBudget,
    PlanRequired,
    StillRunning,
    TokenRefused,
)

IN_ORDER: list[KreaError] = [
    InDoubt("9"),
    NotSaved("10"),
    Interrupted(2),
    Interrupted(15),
    StillRunning("4"),
    TokenRefused("3"),
    PlanRequired("6"),
    OverBudget("5", hint=""),
    EmptyResult("11"),
    Moderated("7"),
    Busy("8"),
    JobFailed("1"),
    NotFound("2"),
]


@pytest.mark.parametrize("place", range(len(IN_ORDER)))
def test_the_worst_comes_first(place: int) -> None:
    """What may have cost money, then what is left running, then what stops all, then one item."""
    assert worst(reversed(IN_ORDER[place:])) is IN_ORDER[place]


def test_of_equals_the_first_counts() -> None:
    """It is the one that was seen first."""
    first, second = JobFailed("a"), JobFailed("b")
    assert worst([first, second]) is first


def test_without_errors_there_is_none() -> None:
    """The command went well."""
    assert worst([]) is None
