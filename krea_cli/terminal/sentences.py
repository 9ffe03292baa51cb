"""The words of the terminal: cleaned text, durations, sizes, statuses, events as sentences."""

from typing import TYPE_CHECKING

from krea_cli.dollars import told
from krea_cli.terminal import formats
from krea_cli.terminal.formats import duration, size
from krea_cli.text import clean, one_line

if TYPE_CHECKING:
    from krea_cli.flows import events
    from krea_cli.flows.events import BatchProgress


_STATUS_NOTES = {
    "backlogged": "waiting for a free slot",
    "intermediate-complete": "a first result, not the end",
}


def status(word: str) -> str:
    """The service's own word for a status, with a note where it says too little."""
    note = _STATUS_NOTES.get(word)
    return f"{one_line(word)} ({note})" if note else one_line(word)


def phrase(event: "events.Event") -> str:
    """EVENT as one sentence for a log."""
    from krea_cli.flows import events

    match event:
        case events.Note(text=text) | events.WarningNote(text=text):
            return clean(text)
        case events.Uploading(path=path, total=total):
            return f"uploading {one_line(path)} ({size(total)})"
        case events.Submitting(model=model, index=index, count=count):
            place = f" {index} of {count}" if count > 1 else ""
            return f"submitting{place} to {one_line(model)}"
        case events.Paused(reason=reason, seconds=seconds):
            again = "" if seconds is None else f" (next try in {duration(max(1, seconds))})"
            return f"{one_line(reason)}{again}"
        case events.Reconciling(reason=reason):
            return f"looking for the job of a lost answer: {one_line(reason)}"
        case events.Running(job_id=job_id, status=word, typical=typical):
            usually = "" if typical is None else f", usually {duration(typical)}"
            return f"job {one_line(job_id)}: {status(word)}{usually}"
        case events.Changed(job_id=job_id, status=word):
            return f"job {one_line(job_id)}: {status(word)}"
        case events.Downloading(name=name, total=total):
            length = "" if total is None else f" ({size(total)})"
            return f"downloading {one_line(name)}{length}"
        case events.Unwatched(job_id=job_id, ok=ok):
            return f"job {one_line(job_id)}: {'completed' if ok else 'left'}"
        case events.JobEnded(job_id=job_id, ok=ok):
            return f"job {one_line(job_id)}: {'saved' if ok else 'ended without a saved result'}"
        case events.ItemEnded(line=line, error=str(error)):
            return f"line {line}: {one_line(error)}"
        case events.ItemEnded(line=line, files=files):
            names = ", ".join(map(one_line, files))
            return f"line {line}: saved {names}" if names else f"line {line}: done"
        case events.BatchProgress():
            told = counts(event)
            return f"{stopping(event)}; {told}" if event.stopping is not None else told


def counts(standing: "BatchProgress") -> str:
    """The items by what became of them: "396 of 400 done, 3 failed, 1 in doubt"."""
    found = [f"{standing.done} of {standing.total} done"]
    others = {
        "failed": standing.failed,
        "in doubt": standing.doubtful,
        "running": standing.running,
        "waiting": standing.waiting,
    }
    return ", ".join(found + [f"{count} {word}" for word, count in others.items() if count])


def spent(standing: "BatchProgress", *, joint: str = " + ") -> str:
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
    return f"{formats.duration(round(seconds / grain) * grain)} left"


def totals(
    standing: "BatchProgress", *, per_second: float | None, seconds_left: float | None
) -> str:
    """All of it, for a heartbeat."""
    parts = [counts(standing), f"spent {spent(standing)}"]
    if standing.stopping is not None:
        parts.append(stopping(standing))
    elif per_second is not None:
        ahead = "" if seconds_left is None else f", {left(seconds_left)}"
        parts.append(f"{pace(per_second)}{ahead}")
    return "; ".join(parts)


def stopping(standing: "BatchProgress") -> str:
    """Why nothing more is sent."""
    return f"stopping: {one_line(standing.stopping or '')}"
