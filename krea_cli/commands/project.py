"""krea.toml as a command uses it: what it takes from there is said."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.local.config import default_model_origin
from krea_cli.local.project import Project, find_project
from krea_cli.terminal.output import Output

if TYPE_CHECKING:
    from krea_cli.local.config import Config

LABELS = {"model.default": "model"}


class ProjectUse:
    """The krea.toml of one command; each thing is said once."""

    def __init__(self, env: Env, output: Output) -> None:
        self._env = env
        self._output = output
        self._told: set[str] = set()

    @cached_property
    def file(self) -> Project:
        """The file in force. Warns of one that is not read."""
        project = find_project(self._env.current_dir, self._env.home)
        if project.refusal:
            self._output.warn(f"{self._shown(project)} is not read: {project.refusal}")
        return project

    @property
    def shown(self) -> str:
        """The path of the file, as it is seen from the current folder."""
        return self._shown(self.file)

    def shorten(self, path: Path) -> str:
        """Return PATH for people: the file as it is seen from here, ~ for the home folder."""
        if path == self.file.path:
            return self.shown
        home = self._env.home
        if home and path.is_relative_to(home):
            return str(Path("~", path.relative_to(home)))
        return str(path)

    def take(self, key: str) -> str | None:
        """Return the value of a setting, and say where it comes from; None if it is not there."""
        value = self.file.values.get(key)
        if value is not None:
            self.tell(f"{LABELS.get(key, key)} {value}")
        return value

    def tell(self, what: str) -> None:
        """Say once: WHAT from the file."""
        if what not in self._told:
            self._told.add(what)
            self._output.say(f"{what} from {self.shown}")

    def model_origin(self, config: "Config", name: str) -> str | None:
        """Return the origin of NAME as the default model, in words; None if it is none."""
        is_own = self.file.values.get("model.default") == name
        if is_own and not self._env.get("KREA_MODEL"):
            return self.shown
        return default_model_origin(name, self._env.get, config)

    def require_understood(self) -> None:
        """Raise UsageError for anything that the file may not hold."""
        self.file.require_understood(self.shown)

    def _shown(self, project: Project) -> str:
        return project.shown(self._env.current_dir)
