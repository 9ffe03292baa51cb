"""Find the runs of a list in the ledger, by the name of its file."""

import os

from krea_cli.commands.session import Session
from krea_cli.errors import UsageError
from krea_cli.text import shell_line

STDIN = "-"


def list_label(session: Session, file: str, *, option: str) -> str:
    """Return the name of the list FILE in the ledger. Raises `UsageError` for stdin."""
    if file == STDIN:
        raise UsageError(f"{option} needs the name of a list", hint="krea batch FILE")
    return os.path.realpath(session.env.current_dir / os.path.expanduser(file))


def unknown_list(file: str) -> UsageError:
    """The error for a list FILE without any run in this ledger."""
    command = shell_line("krea", "batch", file, "--dry-run")
    return UsageError(
        f"this ledger knows no run of {file}", hint=f"{command} shows what a run would send"
    )
