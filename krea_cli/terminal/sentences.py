"""Events and the progress of a batch as sentences."""

from typing import TYPE_CHECKING

from krea_cli.dollars import format_dollars
from krea_cli.terminal.formats import duration, size
from krea_cli.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krea_cli.flows import events
    from krea_cli.flows.events import BatchProgress

STATUS_NOTES = {
    "backlogged": "waiting for a free slot",
    "intermediate-complete": "a first result, not the end",
}


def status_text(status: str) -> str:
    """The service's own word for STATUS, with a note where the word says too little."""
    note = STATUS_NOTES.get(status)
    return f"{one_line(status)} ({note})" if note else one_line(status)


def usual_time(seconds: float, *, from_ledger: bool) -> str:
    """The usual time of such a job: "usually 7 s"; "here" if this ledger alone tells it."""
    return f"usually {duration(seconds)}" + (" here" if from_ledger else "")


def event_sentence(event: "events.Event", *, with_paths: bool = True) -> str:
    """EVENT as one sentence for a log.

    Without WITH_PATHS, saved files are not named: stdout names them in the same log.
    """
    from krea_cli.flows import events

    match event:
        case events.Note(text=text) | events.WarningNote(text=text):
            return clean(text)
        case events.Uploading(path=path, total=total):
            return f"uploading {one_line(path)} ({size(total)})"
        case events.Submitting(model=model, index=index, count=count):
            position = f" {index} of {count}" if count > 1 else ""
            return f"submitting{position} to {one_line(model)}"
        case events.Paused(reason=reason, seconds=seconds):
            retry = "" if seconds is None else f" (next try in {duration(max(1, seconds))})"
            return f"{one_line(reason)}{retry}"
        case events.Reconciling(reason=reason):
            return f"looking for the job of a lost answer: {one_line(reason)}"
        case events.Running():
            return _running_sentence(event)
        case events.Changed(job_id=job_id, status=status):
            return f"job {one_line(job_id)}: {status_text(status)}"
        case events.Downloading(name=name, total=total):
            length = "" if total is None else f" ({size(total)})"
            return f"downloading {one_line(name)}{length}"
        case events.Unwatched(job_id=job_id, ok=ok):
            return f"job {one_line(job_id)}: {'completed' if ok else 'left'}"
        case events.JobEnded(job_id=job_id, ok=True, files=files):
            return f"job {one_line(job_id)}: saved{_names(files, with_paths=with_paths)}"
        case events.JobEnded(job_id=job_id):
            return f"job {one_line(job_id)}: ended without a saved result"
        case events.ItemEnded(line=line, error=str(error)):
            return f"line {line}: {one_line(error)}"
        case events.ItemEnded(line=line, files=files):
            end = f"saved{_names(files, with_paths=with_paths)}" if files else "done"
            return f"line {line}: {end}"
        case events.BatchProgress():
            reason = "" if event.stopping is None else f"{stop_reason(event)}; "
            return reason + item_counts(event)


def _names(files: "Sequence[str]", *, with_paths: bool) -> str:
    return " " + ", ".join(map(one_line, files)) if files and with_paths else ""


def _running_sentence(event: "events.Running") -> str:
    """A new job with its model, seed and price; an earlier one with its status."""
    facts = [status_text(event.status)]
    if event.fresh:
        facts = [f"submitted to {one_line(event.model or 'a model')}"]
        facts += [] if event.seed is None else [f"seed {event.seed}"]
        price = event.price or "unknown"
        facts.append("price unknown" if price == "unknown" else one_line(price))
    if event.typical is not None:
        facts.append(usual_time(event.typical, from_ledger=event.from_ledger))
    return f"job {one_line(event.job_id)}: {', '.join(facts)}"


def batch_summary(
    batch: "BatchProgress", *, per_second: float | None, seconds_left: float | None
) -> str:
    """Counts, spending and pace of BATCH, or why it stops.

    per_second: items made in a second, None if unknown
    seconds_left: estimate for the rest, None if unknown
    """
    parts = [item_counts(batch), f"spent {spending(batch)}"]
    if batch.stopping is not None:
        parts.append(stop_reason(batch))
    elif per_second is not None:
        estimate = "" if seconds_left is None else f", {time_left(seconds_left)}"
        parts.append(f"{rate_text(per_second)}{estimate}")
    return "; ".join(parts)


def item_counts(batch: "BatchProgress") -> str:
    """The items by their state: "396 of 400 done, 3 failed, 1 in doubt"."""
    counts = {
        "failed": batch.failed,
        "not saved": batch.unsaved,
        "in doubt": batch.doubtful,
        "running": batch.running,
        "with another run": batch.elsewhere,
        "waiting": batch.waiting,
    }
    others = [f"{count} {state}" for state, count in counts.items() if count]
    return ", ".join([f"{batch.done} of {batch.total} done", *others])


def spending(batch: "BatchProgress", *, joiner: str = " + ") -> str:
    """The most that this run may have cost: "$1.20 + about $0.30 + 3 of unknown price"."""
    priced = priced_spending(batch, joiner=joiner)
    if not priced:
        return f"an unknown sum for {batch.unpriced}"
    unknown = f"{batch.unpriced} of unknown price" if batch.unpriced else ""
    return joiner.join(filter(None, (priced, unknown)))


def priced_spending(batch: "BatchProgress", *, joiner: str = " + ") -> str:
    """The part with a price, sure or about; empty if there is none but unknown prices."""
    sure = format_dollars(batch.spent) if batch.spent else ""
    about = f"about {format_dollars(batch.about)}" if batch.about else ""
    nothing = "" if batch.unpriced else format_dollars(0)
    return joiner.join(filter(None, (sure, about))) or nothing


def rate_text(per_second: float) -> str:
    """A rate in the unit with a readable number: "24/min", "1.6/min", "12/h"."""
    per_minute = per_second * 60
    if per_minute < 1:
        return f"{per_minute * 60:.0f}/h"
    return f"{per_minute:.0f}/min" if per_minute >= 10 else f"{per_minute:.1f}/min"


def time_left(seconds: float) -> str:
    """A rounded estimate: "40 s left", "2 min 10 s left", "14 min left"."""
    grain_seconds = 1 if seconds < 60 else 10 if seconds < 600 else 60
    return f"{duration(round(seconds / grain_seconds) * grain_seconds)} left"


def stop_reason(batch: "BatchProgress") -> str:
    """The reason for sending nothing more: "stopping: the balance is used up"."""
    return f"stopping: {one_line(batch.stopping or '')}"
