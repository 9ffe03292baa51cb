"""How a batch stands, in words: for the bar, the log and the summary."""

from typing import TYPE_CHECKING

from krea_cli.dollars import told
from krea_cli.terminal import words
from krea_cli.text import one_line

if TYPE_CHECKING:
    from krea_cli.flows.events import Standing


def counts(standing: "Standing") -> str:
    """The items by what became of them: "396 of 400 done, 3 failed, 1 in doubt"."""
    found = [f"{standing.done} of {standing.total} done"]
    others = {
        "failed": standing.failed,
        "in doubt": standing.doubtful,
        "running": standing.running,
        "waiting": standing.waiting,
    }
    return ", ".join(found + [f"{count} {word}" for word, count in others.items() if count])


def spent(standing: "Standing", *, joint: str = " + ") -> str:
    """What this run may have cost: "$1.20 + 3 of unknown price"."""
    unknown = f"{standing.unpriced} of unknown price"
    if not standing.unpriced:
        return told(standing.spent)
    return f"{told(standing.spent)}{joint}{unknown}" if standing.spent else unknown


def pace(per_second: float) -> str:
    """A rate with a number that says something: "24/min", "1.6/min", "12/h"."""
    minutely = per_second * 60
    if minutely < 1:
        return f"{minutely * 60:.0f}/h"
    return f"{minutely:.0f}/min" if minutely >= 10 else f"{minutely:.1f}/min"


def left(seconds: float) -> str:
    """An estimate no finer than it can be: "40 s left", "2 min 10 s left", "14 min left"."""
    grain = 1 if seconds < 60 else 10 if seconds < 600 else 60
    return f"{words.duration(round(seconds / grain) * grain)} left"


def totals(standing: "Standing", *, per_second: float | None, seconds_left: float | None) -> str:
    """All of it, for a heartbeat."""
    parts = [counts(standing), f"spent {spent(standing)}"]
    if standing.stopping is not None:
        parts.append(stopping(standing))
    elif per_second is not None:
        ahead = "" if seconds_left is None else f", {left(seconds_left)}"
        parts.append(f"{pace(per_second)}{ahead}")
    return "; ".join(parts)


def stopping(standing: "Standing") -> str:
    """Why nothing more is sent."""
    return f"stopping: {one_line(standing.stopping or '')}"
