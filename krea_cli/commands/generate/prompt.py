"""The prompt of one `generate`: as typed, from stdin, from a file, or from an editor."""

from typing import TYPE_CHECKING

from krea_cli.catalog.request.inputs import MAX_TEXT_CHARACTERS
from krea_cli.commands.request_options import as_utf8, conversion_hint, read_text_file
from krea_cli.errors import UsageError
from krea_cli.text import new_name, shell_line, wide_encoding

if TYPE_CHECKING:
    from krea_cli.commands.session import Session


def read_prompt(session: "Session", prompt: str | None, file: str | None) -> str | None:
    """Read the prompt: as typed, from stdin for `-`, or from FILE, without its last newline.

    Raises `UsageError` when it is given twice or cannot be read.
    """
    if file is None and prompt != "-":
        return None if prompt is None else as_utf8(prompt, "the prompt")
    if file is not None and prompt is not None:
        raise UsageError("a prompt and --prompt-file were both given", hint="give only one of them")
    text = _read_stdin(session) if file in (None, "-") else _read_file(session, str(file))
    return text.removesuffix("\n").removesuffix("\r")


def _read_file(session: "Session", file: str) -> str:
    try:
        return read_text_file(session, file)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or str(failure)
        hint = "--prompt-file takes a text file"
        if isinstance(failure, UnicodeDecodeError):
            reason = "it is not UTF-8 text"
            encoding = wide_encoding(bytes(failure.object)) or "WINDOWS-1252"
            files = f"< {shell_line(file)} > {shell_line(new_name(file))}"
            hint = f"iconv -f {encoding} -t UTF-8 {files}"
        raise UsageError(f"the prompt cannot be read from {file}: {reason}", hint=hint) from failure


def _read_stdin(session: "Session") -> str:
    if session.env.stdin.isatty():
        session.output.say("type the prompt; Ctrl-D on a line of its own ends it")
    try:
        with session.clock.interruptible():
            text = session.env.stdin.read(MAX_TEXT_CHARACTERS + 1)
    except UnicodeDecodeError as failure:
        hint = conversion_hint(bytes(failure.object))
        raise UsageError("the prompt on stdin is not UTF-8 text", hint=hint) from failure
    if len(text) > MAX_TEXT_CHARACTERS:
        raise UsageError("the prompt on stdin is larger than 10 MB", hint="a prompt is a text")
    return as_utf8(text, "the prompt")


def edit_prompt(session: "Session", text: str, *, must_change: bool) -> str:
    """Let the user edit TEXT; return it without its last newline.

    must_change: refuse the text as it was

    Raises `UsageError` for an empty text, without a terminal, and if the editor fails.
    """
    if not (session.env.stdin.isatty() and session.env.stderr.isatty()):
        raise UsageError("--edit needs a terminal", hint="--prompt-file FILE reads a file")
    from krea_cli.commands.editor import edit_text

    shown = f"{text}\n" if text else ""
    edited = edit_text(session, shown, noun="prompt", file="prompt.txt", end="nothing was sent")
    edited = edited.removesuffix("\n").removesuffix("\r")
    if not edited.strip():
        raise UsageError("the prompt is empty: nothing was sent", hint="--edit opens it again")
    if must_change and edited == text:
        raise UsageError(
            "the prompt was not changed: nothing was sent",
            hint="without --edit it is sent as it is",
        )
    return edited
