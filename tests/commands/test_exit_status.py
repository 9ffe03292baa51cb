"""The exit status of a command with several items."""

import pytest

from krea_cli.commands.exit_status import worst_error
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
    """Money at risk, then jobs left running, then what stops all, then single items."""
    assert worst_error(reversed(IN_ORDER[place:])) is IN_ORDER[place]


def test_of_equals_the_first_counts() -> None:
    """The first error wins."""
    first, second = JobFailed("a"), JobFailed("b")
    assert worst_error([first, second]) is first


def test_without_errors_there_is_none() -> None:
    """The command went well."""
    assert worst_error([]) is None
