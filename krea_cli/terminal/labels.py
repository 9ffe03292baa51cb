"""Errors, warnings and hints as text, with coloured labels for a person."""

from krea_cli.errors import KreaError, RequestRefused, UsageError, WouldOverwrite
from krea_cli.text import indent_later_lines, one_line

LABEL_COLOURS = {"error": "1;31", "warning": "33", "hint": "36"}

STATE_COLOURS = {"ok": "32", "note": "33", "wrong": "1;31"}
STATE_CELLS = 6


def labelled(label: str, text: str, *, colours: bool) -> str:
    """TEXT behind LABEL, as one line or more; with COLOURS the label has one."""
    start = f"\x1b[{LABEL_COLOURS[label]}m{label}:\x1b[0m" if colours else f"{label}:"
    return f"{start} {indent_later_lines(text)}\n"


def state_text(state: str, text: str, *, colours: bool) -> str:
    """STATE and TEXT in two columns, as one line; with COLOURS the state has one."""
    gap = " " * (STATE_CELLS - len(state) + 1)
    colour = STATE_COLOURS.get(state) if colours else None
    shown = state if colour is None else f"\x1b[{colour}m{state}\x1b[0m"
    return f"{shown}{gap}{text}\n"


def error_text(error: KreaError, *, colours: bool) -> str:
    """The lines of ERROR: the sentence, the next command, the job, and if it was charged.

    A slip in the command line costs nothing, and no line says so.
    """
    lines = [labelled("error", error.message, colours=colours)]
    if error.hint:
        lines.append("  " + labelled("hint", error.hint, colours=colours))
    # A hint with several jobs would make the first of them look special.
    if error.job_id and error.job_id not in f"{error.message} {error.hint}":
        lines.append(f"  job: {one_line(error.job_id)}\n")
    if not _is_slip(error):
        lines.append(f"  charged: {one_line(error.charged)}\n")
    return "".join(lines)


def _is_slip(error: KreaError) -> bool:
    """Tell if ERROR is about the command line alone, before anything was sent."""
    if not isinstance(error, UsageError) or isinstance(error, RequestRefused | WouldOverwrite):
        return False  # the service answered, or an earlier command may have paid for the file
    return error.charged == "no"
