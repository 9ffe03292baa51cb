"""The prompt of one `generate`: as typed, from stdin, from a file, or from an editor."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.catalog.request.inputs import MAX_TEXT_CHARACTERS, read_text
from krea_cli.commands.request_options import as_utf8, conversion_hint, read_text_file
from krea_cli.errors import UsageError
from krea_cli.text import new_name, shell_line, split_shell_words, wide_encoding

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

EDITOR_VARIABLES = ("VISUAL", "EDITOR")
DEFAULT_EDITOR = "vi"


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
    variable = next(filter(session.env.get, EDITOR_VARIABLES), None)
    editor = session.env.get(variable) if variable else None
    edited = _run_editor(editor or DEFAULT_EDITOR, text, variable or EDITOR_VARIABLES[-1])
    if not edited.strip():
        raise UsageError("the prompt is empty: nothing was sent", hint="--edit opens it again")
    if must_change and edited == text:
        raise UsageError(
            "the prompt was not changed: nothing was sent",
            hint="without --edit it is sent as it is",
        )
    return edited


def _run_editor(editor: str, text: str, variable: str) -> str:
    """Run EDITOR, as VARIABLE names it, on a file with TEXT; return its new content."""
    import tempfile

    hint = f"{variable}=nano chooses another editor"
    try:
        words = split_shell_words(editor)
    except ValueError as failure:
        raise UsageError(f"{variable} is {editor!r}: {failure}", hint=hint) from failure
    # A folder of its own: what the editor leaves beside the file goes with it.
    with tempfile.TemporaryDirectory(prefix="krea-") as folder:
        path = Path(folder, "prompt.txt")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{text}\n" if text else "")
        try:
            with _signals_left_to_child():
                # Stdout may be a pipe, which an editor must not draw into.
                code = subprocess.run([*words, str(path)], stdout=2, check=False).returncode
        except OSError as failure:
            reason = failure.strerror
            raise UsageError(f"cannot run {words[0]}: {reason}", hint=hint) from failure
        if code:
            raise UsageError(f"{editor} ended with exit code {code}: nothing was sent", hint=hint)
        try:
            edited = read_text(str(path))
        except (OSError, ValueError) as failure:
            reason = getattr(failure, "strerror", None) or "it is not UTF-8 text"
            raise UsageError(f"the edited prompt cannot be read: {reason}", hint=hint) from failure
    return edited.removesuffix("\n").removesuffix("\r")


@contextmanager
def _signals_left_to_child() -> Iterator[None]:
    """Leave Ctrl-C and Ctrl-\\ to the child: in most editors they end nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGQUIT)
    # A function, as the child would inherit that a signal is ignored.
    handlers = [(number, signal.signal(number, lambda *_: None)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in handlers:
            signal.signal(number, handler)
