"""Faults that are waited out, and their pauses."""

from random import Random

import pytest

from krea_cli.errors import (
    BalanceEmpty,
    Busy,
    KreaError,
    NotFound,
    TokenRefused,
    Unanswered,
    Unreachable,
    Untrusted,
)
from krea_cli.flows.backoff import Backoff, is_transient


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Unanswered("reset"), True),
        (Busy("later"), True),
        (Unreachable("refused"), True),
        (Untrusted("a strange certificate"), False),
        (TokenRefused("401"), False),
        (BalanceEmpty("402"), False),
        (NotFound("404"), False),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_only_what_time_can_cure_is_passing(error: KreaError, passes: bool) -> None:
    """A certificate or a token stays as it is."""
    assert is_transient(error) is passes


def test_each_fault_in_a_row_is_held_longer_up_to_ten_seconds() -> None:
    """And after an answer it begins anew."""
    patience = Backoff(Random(1))
    holds = [patience.next_pause(Unanswered("reset")) for _ in range(12)]
    assert holds[0] <= 0.5
    assert holds[3] > holds[0]
    assert 7.5 <= holds[-1] <= 10
    patience.reset()
    assert patience.next_pause(Unanswered("reset")) <= 0.5


@pytest.mark.parametrize(("asked", "held"), [(42.0, 42.0), (86_400.0, 300.0)])
def test_what_the_server_asks_for_is_honoured_within_reason(asked: float, held: float) -> None:
    """Five minutes at the most: the user's time-out decides."""
    assert Backoff(Random(1)).next_pause(Busy("later", retry_after=asked)) == held
