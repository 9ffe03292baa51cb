"""krea.toml: the model, the output and the presets that a project sets for its folder."""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from krea_cli.errors import KreaError, UsageError
from krea_cli.local.output_settings import parse_folder, parse_template
from krea_cli.local.presets import parse_preset
from krea_cli.local.settings import SETTINGS
from krea_cli.text import one_line, shell_line

PROJECT_FILE = "krea.toml"
MAX_PROJECT_BYTES = 1_000_000
NEW_FILE_MODE = 0o644
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class Project:
    """The krea.toml in force; an empty one without a file.

    path: absolute; None without a file
    text: of the file
    values: by their key in the settings, such as output.folder
    presets: the tables of presets by name, as they are written
    problems: sentences about what may not stand in it
    refusal: the reason why it was not read; None if it was
    """

    path: Path | None = None
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    presets: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    refusal: str | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of the file."""
        return None if self.path is None else self.path.parent

    def shown(self, cwd: Path) -> str:
        """Return the path of the file as it is seen from CWD, below it: ../krea.toml."""
        return PROJECT_FILE if self.path is None else os.path.relpath(self.path, cwd)

    def require_understood(self, shown: str) -> None:
        """Raise UsageError for anything that the file may not hold. SHOWN is its path."""
        if self.problems:
            raise UsageError(
                f"{shown}: {'; '.join(self.problems)}",
                hint="it may hold model, output.folder, output.template, and tables [preset.NAME]",
            )


def find_project(cwd: Path, home: str | None) -> Project:
    """Find krea.toml in CWD or above it, as far as HOME or the border of the file system.

    The first one found counts, even if it may not be read.
    """
    path = _locate(cwd, home)
    if path is None:
        return Project()
    try:
        content = _read(path)
    except _Refused as refused:
        return Project(path, refusal=str(refused))
    try:
        return _parse(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Project(path, problems=("it is not UTF-8 text",))


def _locate(cwd: Path, home: str | None) -> Path | None:
    """Look with a few stats only: every command that pays comes along here."""
    folder, last = str(cwd), os.path.realpath(home) if home else None
    try:
        device = os.stat(folder).st_dev
        while True:
            path = os.path.join(folder, PROJECT_FILE)
            if os.path.lexists(path):
                return Path(path)
            parent = os.path.dirname(folder)
            if folder == last or parent == folder or os.stat(parent).st_dev != device:
                return None
            folder = parent
    except OSError:  # above is what this user may not see
        return None


def save_project_preset(
    project: Project, folder: Path, name: str, table: dict[str, Any] | None
) -> Path:
    """Write TABLE as a preset into the file of PROJECT, or take it out with None; return the path.

    Without a file one is made in FOLDER. Raises UsageError if the file cannot be edited. Raises
    KreaError if it cannot be written.
    """
    from krea_cli.local.preset_file import edit_preset

    path = project.path or folder / PROJECT_FILE
    try:
        if project.refusal:
            raise ValueError(project.refusal)
        text = edit_preset(project.text, name, table)
    except ValueError as failure:
        raise UsageError(
            f"{path} cannot be edited: {failure}", hint="correct it, or edit it by hand"
        ) from failure
    try:
        _replace(path, text)
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be written: {failure.strerror}", hint="save it without --project"
        ) from failure
    return path


def _replace(path: Path, text: str) -> None:
    """Replace the file PATH by TEXT, whole or not at all. A link is followed."""
    from krea_cli.local.private_file import replace_text

    target = path.resolve()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else NEW_FILE_MODE
    replace_text(target, text, mode=mode)


class _Refused(Exception):
    """The file is not to be read; the text says why."""


def _read(path: Path) -> bytes:
    """Read the file PATH if it and the link to it belong to this user alone. Raises _Refused."""
    try:
        if os.lstat(path).st_uid != os.geteuid():
            raise _Refused("it belongs to another user")
        # A pipe of that name must not keep us waiting.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            _refuse_unsafe(os.fstat(descriptor), path)
            return os.read(descriptor, MAX_PROJECT_BYTES)
        finally:
            os.close(descriptor)
    except OSError as failure:
        raise _Refused(failure.strerror or "it cannot be opened") from failure


def _refuse_unsafe(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _Refused("it is no file")
    if status.st_uid != os.geteuid():
        raise _Refused("it belongs to another user")
    if status.st_mode & WRITABLE_BY_OTHERS:
        raise _Refused(f"others may write to it ({shell_line('chmod', 'go-w', str(path))})")
    if status.st_size > MAX_PROJECT_BYTES:
        raise _Refused("it is larger than 1 MB")


def _parse(path: Path, text: str) -> Project:
    if not text.strip():
        return Project(path, text)
    import tomllib

    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as failure:
        return Project(path, text, problems=(f"it is not TOML: {one_line(str(failure))}",))
    except ValueError:  # of int()
        return Project(path, text, problems=("it has a number of thousands of digits",))
    values: dict[str, str] = {}
    presets: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for name, value in tables.items():
        if name == "preset" and isinstance(value, dict):
            presets = _read_presets(value, problems)
        elif name == "output" and isinstance(value, dict):
            for key, inner in value.items():
                _read_value(f"output.{key}", inner, values, problems)
        else:
            _read_value("model.default" if name == "model" else name, value, values, problems)
    return Project(path, text, values, presets, tuple(problems))


def _read_value(key: str, value: Any, values: dict[str, str], problems: list[str]) -> None:
    parse = PARSERS.get(key)
    if parse is None:
        problems.append(f"{one_line(key)[:60]} may not stand in it")
        return
    try:
        values[key] = str(parse(value))
    except ValueError as expected:
        shown = one_line(repr(value))[:60]
        name = "model" if key == "model.default" else key
        problems.append(f"{name} must be {expected}, not {shown}")


def _read_presets(tables: dict[str, Any], problems: list[str]) -> dict[str, dict[str, Any]]:
    presets = {}
    for name, table in tables.items():
        try:
            parse_preset(name, table)
            presets[name] = table
        except ValueError as problem:
            problems.append(str(problem))
    return presets


def _parse_folder_below(value: Any) -> str:
    text = parse_folder(value)
    if text.startswith(("/", "~")) or ".." in text.split("/"):
        raise ValueError("a folder below that of the file, such as pictures")
    return text


def _parse_template_below(value: Any) -> str:
    text = parse_template(value)
    if "{" in text.rpartition("/")[0].replace("{{", ""):
        # A link of the name that is filled in could lead out.
        raise ValueError("a template with no placeholder in its folders")
    return text


PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "model.default": SETTINGS["model.default"].parse,
    "output.folder": _parse_folder_below,
    "output.template": _parse_template_below,
}
