"""The command that adds a library to the environment of krea."""

import sys
from importlib.util import find_spec
from pathlib import Path

from krea_cli.text import shell_line


def install_command() -> str:
    """Return a command that adds Pillow to the environment krea runs in.

    The environments of pipx and uv have no pip of their own.
    """
    home = Path(sys.prefix)
    if (home / "pipx_metadata.json").exists():
        return shell_line("pipx", "inject", home.name, "pillow")
    if (home / "uv-receipt.toml").exists() or find_spec("pip") is None:
        return shell_line("uv", "pip", "install", "--python", sys.executable, "pillow")
    return shell_line(sys.executable, "-m", "pip", "install", "pillow")
