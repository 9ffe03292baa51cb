"""Events and the progress of a batch, in words."""

from typing import Any

import pytest

from krea_cli.flows import events
from krea_cli.terminal import sentences
from tests.terminal.batch_progress import batch_progress


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (events.Note("seed 7"), "seed 7"),
        (events.Uploading("a\nb.png", 0, 1200), "uploading a b.png (1.2 kB)"),
        (events.Submitting("bfl/flux-1-dev", 1, 1), "submitting to bfl/flux-1-dev"),
        (events.Submitting("bfl/flux-1-dev", 2, 3), "submitting 2 of 3 to bfl/flux-1-dev"),
        (events.Paused("no free slot"), "no free slot"),
        (events.Paused("no free slot", 20), "no free slot (next try in 20 s)"),
        (events.Reconciling("HTTP 524"), "looking for the job of a lost answer: HTTP 524"),
        (events.Running("j1", "m", "queued", 7, 0), "job j1: queued, usually 7 s"),
        (events.Running("j1", None, "\x1b[2Jodd", None, 0), "job j1: odd"),
        (
            events.Running("j1", "m", "queued", 7, 0, True, "$0.01", seed=5, fresh=True),
            "job j1: submitted to m, seed 5, $0.01, usually 7 s here",
        ),
        (
            events.Running("j1", "m", "queued", None, 0, fresh=True),
            "job j1: submitted to m, price unknown",
        ),
        (
            events.Changed("j1", "backlogged"),
            "job j1: backlogged (waiting for a free slot)",
        ),
        (events.Downloading("j1", "out.png", 0, None), "downloading out.png"),
        (events.JobEnded("j1", True), "job j1: saved"),
        (events.JobEnded("j1", True, ("a.png", "b\n.png")), "job j1: saved a.png, b .png"),
        (events.JobEnded("j1", False), "job j1: ended without a saved result"),
    ],
)
def test_event_sentence(event: events.Event, expected: str) -> None:
    """Each event is one sentence."""
    assert sentences.event_sentence(event) == expected


@pytest.mark.parametrize(
    ("per_second", "expected"), [(0.4, "24/min"), (0.025, "1.5/min"), (0.01, "36/h")]
)
def test_rate_text(per_second: float, expected: str) -> None:
    """The rate of a slow batch is per hour."""
    assert sentences.rate_text(per_second) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(41.4, "41 s left"), (134, "2 min 10 s left"), (833, "14 min left")]
)
def test_time_left(seconds: float, expected: str) -> None:
    """Long estimates are rounded."""
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
            {"about": 300_000, "unpriced": 2, "running": 0, "waiting": 0},
            "120 of 400 done; spent $1.20 + about $0.30 + 2 of unknown price; 24/min, 12 min left",
        ),
        (
            {"spent": 0, "about": 300_000, "running": 0, "waiting": 0},
            "120 of 400 done; spent about $0.30; 24/min, 12 min left",
        ),
        (
            {"spent": 0, "unpriced": 2, "stopping": "the\nbalance is used up"},
            "120 of 400 done, 4 running, 276 waiting; spent an unknown sum for 2; "
            "stopping: the balance is used up",
        ),
    ],
)
def test_batch_summary(changes: dict[str, Any], expected: str) -> None:
    """Counts of 0 are left out."""
    progress = batch_progress(**changes)
    assert sentences.batch_summary(progress, per_second=0.4, seconds_left=700) == expected


def test_a_stop_as_a_line_of_a_log() -> None:
    """A stop has its reason first, then the counts."""
    line = sentences.event_sentence(batch_progress(stopping="interrupted", waiting=0))
    assert line == "stopping: interrupted; 120 of 400 done, 4 running"
