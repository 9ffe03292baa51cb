"""Let the user edit a text in the editor of their choice."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.catalog.request.inputs import read_text
from krea_cli.errors import UsageError
from krea_cli.text import split_shell_words

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

EDITOR_VARIABLES = ("VISUAL", "EDITOR")
DEFAULT_EDITOR = "vi"


def edit_text(session: "Session", text: str, *, noun: str, file: str, end: str) -> str:
    """Run $VISUAL, $EDITOR or vi on a private file with TEXT; return its new content.

    noun: the text, in a word
    file: the name of the file, by which editors know its syntax
    end: the consequence of an error, in words

    Raises `UsageError` if the editor fails.
    """
    import tempfile

    variable = next(filter(session.env.get, EDITOR_VARIABLES), None)
    editor = (session.env.get(variable) if variable else None) or DEFAULT_EDITOR
    hint = f"{variable or EDITOR_VARIABLES[-1]}=nano chooses another editor"
    try:
        words = split_shell_words(editor)
    except ValueError as failure:
        raise UsageError(f"{variable} is {editor!r}: {failure}", hint=hint) from failure
    # A folder of its own: what the editor leaves beside the file goes with it.
    with tempfile.TemporaryDirectory(prefix="krea-") as folder:
        path = Path(folder, file)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        try:
            with _signals_left_to_child():
                # Stdout may be a pipe, which an editor must not draw into.
                code = subprocess.run([*words, str(path)], stdout=2, check=False).returncode
        except OSError as failure:
            reason = failure.strerror
            raise UsageError(f"cannot run {words[0]}: {reason}", hint=hint) from failure
        if code:
            raise UsageError(f"{editor} ended with exit code {code}: {end}", hint=hint)
        try:
            return read_text(str(path))
        except (OSError, ValueError) as failure:
            reason = getattr(failure, "strerror", None) or "it is not UTF-8 text"
            raise UsageError(f"the edited {noun} cannot be read: {reason}", hint=hint) from failure


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
