"""The checkout whose `krea` is measured: this one, or another one beside it."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.bench.process import PYTHON, child_environ

HERE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Checkout:
    """A checkout of this project.

    folder: its root
    """

    folder: Path = HERE

    @cached_property
    def python(self) -> str:
        """The Python of its own environment, if it has one; else the one that runs here."""
        own = self.folder / ".venv" / "bin" / "python"
        return str(own) if own.exists() and self.folder != HERE else PYTHON

    @property
    def krea(self) -> str:
        """The path of the installed command."""
        return str(Path(self.python).with_name("krea"))

    def environ(self, own: Mapping[str, str]) -> dict[str, str]:
        """The environment for its `krea`, with OWN on top."""
        environment = child_environ(own)
        if self.folder != HERE:
            paths = (str(self.folder), environment.get("PYTHONPATH"))
            environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return environment

    def check(self) -> None:
        """Raise SystemExit if the command would run the code of another checkout."""
        code = "import krea_cli; print(krea_cli.__file__)"
        command = [self.python, "-P", "-c", code]
        found = subprocess.run(
            command, env=self.environ({}), stdout=subprocess.PIPE, text=True, check=True
        )
        file = Path(found.stdout.strip()).resolve()
        if not file.is_relative_to(self.folder.resolve()):
            raise SystemExit(f"{self.folder} is not measured: its Python imports {file}")

    @property
    def commit(self) -> str:
        """The short name of its commit, with a plus for changes that are not committed."""
        git = ["git", "-C", str(self.folder)]
        name = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        changes = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no", "krea_cli"],
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        return f"{name or 'unknown'}{'+' if changes else ''}"
