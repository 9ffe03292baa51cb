"""The checkout whose `krea` is measured: this one, or another one beside it."""

import atexit
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.bench.process import KREA, PYTHON, child_environ

HERE = Path(__file__).parents[2]
IMPORTED_ENTRY = re.compile(r"from krea_cli\S* import \w+")


@dataclass(frozen=True)
class Checkout:
    """A checkout of this project.

    folder: its root
    """

    folder: Path = HERE

    @cached_property
    def python(self) -> str:
        """The Python of its own environment, if it has one; else the one that runs here."""
        return str(self._own_python) if self._is_installed else PYTHON

    @cached_property
    def krea(self) -> str:
        """The path of the installed command; of one that is made if it is not installed."""
        if self._is_installed or self.folder == HERE:
            return str(Path(self.python).with_name("krea"))
        scripts = tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]["scripts"]
        module, function = scripts["krea"].split(":")
        # As pip wrote it here, with the entry point that this checkout declares.
        text = IMPORTED_ENTRY.sub(f"from {module} import {function}", Path(KREA).read_text())
        script = Path(tempfile.mkdtemp(prefix="krea-bench-"), "krea")
        atexit.register(shutil.rmtree, script.parent, ignore_errors=True)
        script.write_text(text)
        script.chmod(0o700)
        return str(script)

    @property
    def _own_python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"

    @property
    def _is_installed(self) -> bool:
        return self.folder != HERE and self._own_python.exists()

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
