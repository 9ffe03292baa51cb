"""The words of the terminal: cleaned text, durations, sizes, statuses, events as sentences."""

from typing import TYPE_CHECKING

from krea_cli.text import clean, one_line

if TYPE_CHECKING:
    from krea_cli.flows import events


_STATUS_NOTES = {
    "backlogged": "waiting for a free slot",
    "intermediate-complete": "a first result, not the end",
}


def duration(seconds: float) -> str:
    """SECONDS as people say it: "7 s", "1 min 20 s", "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = whole % 3600 // 60
    return f"{whole // 3600} h" + (f" {minutes} min" if minutes else "")


def moment(seconds: float, *, precisely: bool = False) -> str:
    """SECONDS since 1970 in the time of this machine: 2026-11-24 22:59:04, with .123 PRECISELY."""
    import time

    whole, thousandths = divmod(round(seconds * 1000), 1000)
    text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(whole))
    return f"{text}.{thousandths:03}" if precisely else text


def size(count: float) -> str:
    """COUNT bytes in decimal units: "512 B", "1.2 kB", "3.4 MB"."""
    if count < 1000:
        return f"{count:.0f} B"
    if count < 999_950:
        return f"{count / 1e3:.1f} kB"
    return f"{count / 1e6:.1f} MB" if count < 999_950_000 else f"{count / 1e9:.1f} GB"


def status(word: str) -> str:
    """The service's own word for a status, with a note where it says too little."""
    note = _STATUS_NOTES.get(word)
    return f"{one_line(word)} ({note})" if note else one_line(word)


def phrase(event: "events.Event") -> str:
    """EVENT as one sentence for a log."""
    from krea_cli.flows import events

    match event:
        case events.Said(text=text) | events.Warned(text=text):
            return clean(text)
        case events.Uploading(path=path, total=total):
            return f"uploading {one_line(path)} ({size(total)})"
        case events.Submitting(model=model, index=index, count=count):
            place = f" {index} of {count}" if count > 1 else ""
            return f"submitting{place} to {one_line(model)}"
        case events.Held(reason=reason, seconds=seconds):
            again = "" if seconds is None else f" (next try in {duration(max(1, seconds))})"
            return f"{one_line(reason)}{again}"
        case events.Settling(reason=reason):
            return f"looking for the job of a lost answer: {one_line(reason)}"
        case events.Running(job_id=job_id, status=word, typical=typical):
            usually = "" if typical is None else f", usually {duration(typical)}"
            return f"job {one_line(job_id)}: {status(word)}{usually}"
        case events.Changed(job_id=job_id, status=word):
            return f"job {one_line(job_id)}: {status(word)}"
        case events.Downloading(name=name, total=total):
            length = "" if total is None else f" ({size(total)})"
            return f"downloading {one_line(name)}{length}"
        case events.Left(job_id=job_id, ok=ok):
            return f"job {one_line(job_id)}: {'completed' if ok else 'left'}"
        case events.Ended(job_id=job_id, ok=ok):
            return f"job {one_line(job_id)}: {'saved' if ok else 'ended without a saved result'}"
        case events.Finished(line=line, error=str(error)):
            return f"line {line}: {one_line(error)}"
        case events.Finished(line=line, files=files):
            names = ", ".join(map(one_line, files))
            return f"line {line}: saved {names}" if names else f"line {line}: done"
        case events.Standing():
            from krea_cli.terminal import tally

            told = tally.counts(event)
            return f"{tally.stopping(event)}; {told}" if event.stopping is not None else told
