"""Commands that add a package to the environment of this program."""

import sys
from importlib.util import find_spec
from pathlib import Path

from krea_cli.text import shell_line


def install_command(package: str, *, again: bool = False) -> str:
    """Return the command for PACKAGE; AGAIN replaces an earlier one.

    The environments of pipx and uv have no pip of their own.
    """
    home = Path(sys.prefix)
    if (home / "pipx_metadata.json").exists():
        force = ["--force"] if again else []
        return shell_line("pipx", "inject", *force, home.name, package)
    if (home / "uv-receipt.toml").exists() or find_spec("pip") is None:
        force = ["--reinstall-package", package] if again else []
        return shell_line("uv", "pip", "install", "--python", sys.executable, *force, package)
    force = ["--force-reinstall"] if again else []
    return shell_line(sys.executable, "-m", "pip", "install", *force, package)


def extra_hint(package: str, extra: str) -> str:
    """Return the hint that adds PACKAGE, a part of the EXTRA of this program."""
    return f"{install_command(package)} adds it; the extra [{extra}] brings it along"
