"""The words of the terminal: cleaned text, durations, sizes, statuses, events as sentences."""

import re
from typing import TYPE_CHECKING

from krea_cli.api.text import SEQUENCES

if TYPE_CHECKING:
    from krea_cli.flows import events

# Patterns as text: compiled when the first unusual text comes, which most runs never see.
_BREAKS = r"\r\n?|[\x0b\x0c\x85\u2028\u2029]"
# Control, bidi marks and overrides, invisible characters. The joiners U+200C and U+200D stay:
# emoji and several scripts need them.
_HIDDEN = (
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

_STATUS_NOTES = {
    "backlogged": "waiting for a free slot",
    "intermediate-complete": "a first result, not the end",
}


def clean(text: str) -> str:
    """TEXT without control, escape, bidi and invisible characters; tabs and line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, "", re.sub(_BREAKS, "\n", re.sub(SEQUENCES, "", text)))


def one_line(text: str) -> str:
    """TEXT cleaned, and on one line: every run of line ends and tabs becomes a space."""
    return re.sub(r"[\n\t]+", " ", clean(text)).strip()


def indented(text: str) -> str:
    """TEXT cleaned; later lines stand deeper than our own, so that none can pass for one."""
    first, *rest = clean(text).split("\n")
    return "\n".join([first, *("    " + line.strip() for line in rest)])


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
