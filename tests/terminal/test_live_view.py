"""The picture of the live display, as text."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from krea_cli.flows import events
from krea_cli.terminal.live_view import LiveView
from krea_cli.terminal.progress_state import ProgressState

MODEL = "bfl/flux-1-dev"
RUNNING = events.Running("j1", MODEL, "queued", 7, 1_000)


@pytest.mark.parametrize(
    ("past_events", "elapsed", "expected"),
    [
        ([events.Submitting(MODEL, 1, 1)], 1, ["- submitting to bfl/flux-1-dev"]),
        ([events.Paused("no free slot", 20)], 1, ["- no free slot (next try in 20 s)"]),
        (
            [events.Reconciling("HTTP 524"), events.Reconciling("HTTP 524")],
            12,
            ["- looking for the job of a lost answer - HTTP 524 - 12 s"],
        ),
        ([RUNNING], 4, ["- bfl/flux-1-dev - queued - 4 s of about 7 s"]),
        (
            [RUNNING, events.Changed("j1", "processing")],
            80,
            ["- bfl/flux-1-dev - processing - 1 min 20 s (usually 7 s)"],
        ),
        ([events.Running("j1", None, "\x1b[2Jodd", None, 1_000)], 4, ["- job - odd - 4 s"]),
        (
            [
                RUNNING,
                events.Running("j2", MODEL, "processing", 7, 1_000),
                events.JobEnded("j3", True),
            ],
            80,
            ["- 1 running, 1 waiting, 1 done - 1 min 20 s - usually 7 s each"],
        ),
        (
            [events.Running("j1", MODEL, "queued", 37, 1_000, True, "at most $0.07", 70_000)],
            8,
            ["- bfl/flux-1-dev - queued - 8 s (usually 37 s here) - at most $0.07"],
        ),
        (
            [
                events.Running("j1", MODEL, "queued", 7, 1_000, cost=70_000),
                events.Running("j2", MODEL, "queued", 9, 1_000, cost=70_000),
                events.Running("j3", MODEL, "queued", 9, 1_000, cost=70_000),
                events.Changed("j3", "failed"),
                events.JobEnded("j3", False),
            ],
            8,
            ["- 2 waiting, 1 failed - 8 s - $0.14"],
        ),
        (
            [
                events.Running("j1", MODEL, "queued", 7, 1_000, price="$0.07", cost=70_000),
                events.Running("j2", MODEL, "queued", 9, 1_000, price="about $0.007", cost=7_000),
                events.Running("j3", MODEL, "queued", 9, 1_000, price="about $0.007", cost=7_000),
                events.Changed("j3", "completed"),
                events.JobEnded("j3", True),
            ],
            8,
            ["- 2 waiting, 1 done - 8 s - $0.07 + about $0.014"],
        ),
        (
            [
                RUNNING,
                events.Changed("j1", "completed"),
                events.Downloading("j1", "a\nvery long name of a file for a bar", 1_000, 2_000),
            ],
            4,
            [
                "- bfl/flux-1-dev - completed - 4 s of about 7 s",
                "  saving a very long name of … ━━━━━━━━━━━━             1.0 kB of 2.0 kB",
            ],
        ),
        (
            [events.Uploading(f"{place}.png", 0, 1_000) for place in range(5)],
            1,
            [
                "- at work",
                "  sending 0.png                          0 B of 1.0 kB",
                "  sending 1.png                          0 B of 1.0 kB",
                "  sending 2.png                          0 B of 1.0 kB",
                "  and 2 more",
            ],
        ),
    ],
)
def test_live_view(
    make_screen: Callable[..., Any],
    past_events: list[events.Event],
    elapsed: float,
    expected: list[str],
) -> None:
    """One line for the jobs, a bar for each of the first transfers."""
    env = make_screen().env
    progress = ProgressState(env.clock)
    for event in past_events:
        progress.apply(event)
    view = LiveView(
        progress, threading.RLock(), env, started_at=env.clock.monotonic(), ascii_only=True
    )
    env.clock.seconds += elapsed
    text = io.StringIO()
    console = Console(file=text, width=80, force_terminal=False, legacy_windows=False)
    console.print(view.render())
    first, *bars = [line.rstrip() for line in text.getvalue().splitlines()]
    # The spinner turns by rich's own clock; a bar without colours is blank where nothing moved yet.
    assert ["-" + first[1:], *bars] == expected


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (
            100,
            "alibaba/wan-2.2 · intermediate-complete (a first result, not the end)"
            " · 6 s of about 7 s",
        ),
        (80, "alibaba/wan-2.2 · intermediate-complete (a first result, … · 6 s of about 7 s"),
        (60, "alibaba/wan-2.2 · intermediate-comple… · 6 s of about 7 s"),
        (40, "alibaba/wan-2.2 · 6 s of about 7 s"),
        (20, "6 s of about 7 s"),
        (10, "6 s of a…"),
    ],
)
def test_the_line_fits_the_window(
    make_screen: Callable[..., Any], width: int, expected: str
) -> None:
    """Parts are shortened, then left out; the line is never broken in two."""
    env = make_screen().env
    progress = ProgressState(env.clock)
    progress.apply(events.Running("j1", "alibaba/wan-2.2", "intermediate-complete", 7, 994))
    view = LiveView(progress, threading.RLock(), env, started_at=994, ascii_only=False)
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=False, legacy_windows=False)
    console.print(view.render())
    (line,) = text.getvalue().splitlines()
    assert line.rstrip().lstrip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ") == expected
    assert len(line.rstrip()) < width


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (80, "looking for the job of a lost answer · 127.0.0.1 reset the connection … · 4 s"),
        (60, "looking for the job of a lost answer · 127.0.0.1 r… · 4 s"),
        (40, "looking for the job of a lost … · 4 s"),
    ],
)
def test_a_search_has_a_clock(make_screen: Callable[..., Any], width: int, expected: str) -> None:
    """The clock goes on through pauses, and stays in a narrow window."""
    env = make_screen().env
    progress = ProgressState(env.clock)
    view = LiveView(
        progress, threading.RLock(), env, started_at=env.clock.monotonic(), ascii_only=False
    )
    for _ in range(2):
        progress.apply(events.Reconciling("127.0.0.1 reset the connection before it answered"))
        env.clock.seconds += 2
    text = io.StringIO()
    Console(file=text, width=width, force_terminal=False, legacy_windows=False).print(view.render())
    (line,) = text.getvalue().splitlines()
    assert line.rstrip().lstrip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ") == expected
