"""How a batch stands, in words."""

from typing import Any

import pytest

from krea_cli.terminal import sentences
from tests.terminal.batches import standing


@pytest.mark.parametrize(
    ("per_second", "expected"), [(0.4, "24/min"), (0.025, "1.5/min"), (0.01, "36/h")]
)
def test_pace(per_second: float, expected: str) -> None:
    """A slow batch is told by the hour."""
    assert sentences.rate_text(per_second) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(41.4, "41 s left"), (134, "2 min 10 s left"), (833, "14 min left")]
)
def test_left(seconds: float, expected: str) -> None:
    """An estimate is no finer than it can be."""
    assert sentences.time_left(seconds) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "120 of 400 done, 4 running, 276 waiting; spent $1.20; 24/min, 12 min left"),
        (
            {"failed": 3, "doubtful": 1, "unpriced": 2, "running": 0, "waiting": 0},
            "120 of 400 done, 3 failed, 1 in doubt; spent $1.20 + 2 of unknown price; "
            "24/min, 12 min left",
        ),
        (
            {"spent": 0, "unpriced": 2, "stopping": "the\nbalance is used up"},
            "120 of 400 done, 4 running, 276 waiting; spent 2 of unknown price; "
            "stopping: the balance is used up",
        ),
    ],
)
def test_totals(changes: dict[str, Any], expected: str) -> None:
    """What is nothing is not told."""
    now = standing(**changes)
    assert sentences.batch_summary(now, per_second=0.4, seconds_left=700) == expected


def test_a_stop_as_a_line_of_a_log() -> None:
    """First why, then how things stand."""
    told = sentences.event_sentence(standing(stopping="interrupted", waiting=0))
    assert told == "stopping: interrupted; 120 of 400 done, 4 running"
