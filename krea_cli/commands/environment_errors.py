"""Errors of a Python that lacks a module, and a warning of relative folders."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError, LedgerUnusable
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.env import Env

PACKAGE_OF_MODULE = {"PIL": "pillow"}  # of other names than their modules
OTHER_PYTHON_HINT = "install krea with another Python: uv tool install --managed-python krea-cli"


def require_sqlite() -> None:
    """Raise LedgerUnusable if this Python was built without SQLite."""
    if not _has_modules("sqlite3", "_sqlite3"):
        raise LedgerUnusable(_missing("sqlite3"), hint=OTHER_PYTHON_HINT)


def warn_of_relative_folder(env: "Env", warn: Callable[[str], None]) -> None:
    """Warn if each current folder has a ledger, or settings, of its own.

    None knows of payments and budgets in another.
    """
    for variable, folder, another, one in (
        ("KREA_STATE_DIR", env.state_dir, "another ledger, and pays again", "one ledger"),
        ("KREA_CONFIG_DIR", env.config_dir, "other settings, and another budget", "one budget"),
    ):
        if not folder.is_absolute():
            command = f"export {variable}={shell_line(str(env.current_dir / folder))}"
            warn(
                f"{variable} is the relative folder {folder}, so that another current folder has"
                f" {another}; for {one}: {command}"
            )


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
    from krea_cli.commands.installing import install_command

    return KreaError(
        f"the package {name} cannot be imported: {failure}",
        hint=install_command(PACKAGE_OF_MODULE.get(name, name), again=True),
    )


def _has_modules(*names: str) -> bool:
    from importlib.util import find_spec

    try:
        return all(find_spec(name) for name in names)
    except ValueError:  # somebody put None in its place
        return False


def _missing(name: str) -> str:
    return f"this Python ({sys.executable}) was built without the module {name}"
