"""Errors of Typer, and of a Python that lacks a module, as errors of krea."""

import sys

import typer

from krea_cli.errors import KreaError, LedgerUnusable, UsageError

OTHER_PYTHON_HINT = "install krea with another Python: uv tool install --managed-python krea-cli"

# By command and beginning of Typer's message; for all others the hint is the command's --help.
HINTS = {
    ("krea", "No such option"): "krea COMMAND --help; options go behind the command",
    ("krea generate", "No such option"): (
        "krea generate --help; a prompt that starts with a dash goes behind --"
    ),
    ("krea generate", "Got unexpected extra"): (
        'krea generate "a red fox" -o fox.png: a prompt of several words goes in quotes'
    ),
    ("krea sandbox", "No such option"): (
        "krea sandbox -- COMMAND: the command to rehearse goes behind --"
    ),
    ("krea auth login", "Got unexpected extra"): (
        "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE"
    ),
}


def usage_error(error: Exception) -> UsageError | None:
    """Return Typer's ERROR about the command line as `UsageError`; None for any other error."""
    # Typer exports neither of the base classes; BadParameter stands right below them.
    _, _, click, *_ = typer.BadParameter.__mro__
    if not isinstance(error, click):
        return None
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "krea"
    message = error.format_message().strip().rstrip(".")  # type: ignore[attr-defined]
    if context and type(error).__name__ == "NoArgsIsHelpError":
        message = f"{path} takes one of: {', '.join(context.command.list_commands(context))}"
    hint = f"{path} --help"
    for (command, start), better_hint in HINTS.items():
        if path == command and message.startswith(start):
            hint = better_hint
    if path == "krea auth login" and message.startswith("Got unexpected extra"):
        # The extra argument is most likely the token: keep it out of logs.
        message = "a token is not given as an argument, where others could see it"
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def require_sqlite() -> None:
    """Raise LedgerUnusable if this Python was built without SQLite."""
    if not _has_modules("sqlite3", "_sqlite3"):
        raise LedgerUnusable(_missing("sqlite3"), hint=OTHER_PYTHON_HINT)


def require_ssl() -> None:
    """Raise KreaError if this Python was built without TLS, before a worker thread finds out."""
    if not _has_modules("ssl", "_ssl"):
        raise KreaError(_missing("ssl"), hint=OTHER_PYTHON_HINT)


def import_error(failure: Exception) -> KreaError | None:
    """Return the error for a module that cannot be imported; None for any other FAILURE."""
    if not isinstance(failure, ImportError) or not failure.name:
        return None
    name = failure.name.partition(".")[0]
    if name in sys.stdlib_module_names:
        return KreaError(_missing(name.lstrip("_")), hint=OTHER_PYTHON_HINT)
    return KreaError(
        f"the package {name} cannot be imported: {failure}",
        hint=f"{sys.executable} -m pip install --force-reinstall krea-cli",
    )


def _has_modules(*names: str) -> bool:
    from importlib.util import find_spec

    try:
        return all(find_spec(name) for name in names)
    except ValueError:  # somebody put None in its place
        return False


def _missing(name: str) -> str:
    return f"this Python ({sys.executable}) was built without the module {name}"
