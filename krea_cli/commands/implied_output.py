"""The place for results without -o: krea.toml, else the settings, else the current folder."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import UsageError
from krea_cli.flows.files.naming import escape_braces, read_typed_path, static_folder
from krea_cli.flows.files.target import Target, parse_target

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

FOLDER, TEMPLATE = "output.folder", "output.template"


@dataclass(frozen=True)
class ImpliedOutput:
    """The output that settings give.

    text: as -o would be typed
    root: the folder that results may not leave; None for the user's own settings
    """

    text: str
    root: Path | None = None

    def target(self, cwd: Path, *, force: bool) -> Target:
        """Return the target, which is none of the user's own -o."""
        target = parse_target(self.text, cwd=cwd, force=force)
        return replace(target, is_implied=True, root=self.root)


def find_implied_output(session: "Session") -> ImpliedOutput | None:
    """Return the output that counts without -o; None for names in the current folder.

    What krea.toml sets is said. Raises `UsageError` for a folder that cannot be used.
    """
    project, config, cwd = session.project, session.config, session.env.current_dir
    root = project.file.folder
    if (own_folder := project.take(FOLDER)) is not None and root is not None:
        folder = escape_braces(os.path.relpath(root / own_folder, cwd))
    elif (setting := config.get(FOLDER)) is not None:
        folder, root = read_typed_path(escape_braces(str(setting))), None
    else:
        folder = ""
    own_template = project.take(TEMPLATE)
    template = own_template or config.get(TEMPLATE)
    if not folder and template is None:
        return None
    if own_folder is None and own_template is None:
        root = None
    output = ImpliedOutput(os.path.join(folder, str(template or "")), root)
    origin = f"the setting {FOLDER}" if own_folder is None else project.shown
    _check_folder(output, cwd, origin)
    return output


def _check_folder(output: ImpliedOutput, cwd: Path, origin: str) -> None:
    """Raise `UsageError` if the folder is none, or lies outside of the root through a link."""
    folder = cwd / static_folder(output.text)
    target = output.target(cwd, force=False)
    target.real_path(str(folder / "x"))
    while not os.path.lexists(folder) and folder.parent != folder:
        folder = folder.parent
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder, and {origin} puts the results there",
            hint="move it away, or name another place with -o",
        )
