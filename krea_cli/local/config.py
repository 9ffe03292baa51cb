"""The settings file: a few known keys in TOML, edited without losing the rest of the file."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from krea_cli.errors import KreaError, UsageError
from krea_cli.local.presets import parse_preset
from krea_cli.local.private_file import hold_folder, write_private_file
from krea_cli.local.settings import DEFAULT_TIMEOUT_SECONDS, SETTINGS, Setting, Value
from krea_cli.text import hide_login, one_line, shell_line

PRESET_PREFIX = "preset."  # of the key of its table


class Config:
    """The settings of a file. Each is text, True or False, or a number."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._text = text
        self._all_values = _parse_settings(path, text)
        self._values = {key: self._all_values[key] for key in SETTINGS if key in self._all_values}

    @classmethod
    def load(cls, folder: Path) -> "Config":
        """Read config.toml in FOLDER; a missing file is empty.

        Raises UsageError if it is not TOML, KreaError if it cannot be read.
        """
        path = settings_path(folder)
        return cls(path, read_settings(path))

    def get(self, key: str) -> Value | None:
        """Return the value of KEY, None if it is not set. Raises UsageError if either is wrong."""
        _find_setting(key)
        if key not in self._values:
            return None
        return _parse_value(key, self._values[key], f"{self.path}: ")

    @property
    def presets(self) -> dict[str, Any]:
        """The tables of presets by name, as they are written."""
        return {
            key.removeprefix(PRESET_PREFIX): value
            for key, value in self._all_values.items()
            if key.startswith(PRESET_PREFIX)
        }

    def change_preset(self, name: str, table: dict[str, Any] | None) -> "Config":
        """Write TABLE as the preset NAME, or take it out with None; return the new settings.

        Raises UsageError, KreaError.
        """
        return self._change(lambda config: config._rewrite_preset(name, table))

    def timeout_seconds(self, name: str) -> float:
        """Return the seconds to wait for a job: the setting timeout.NAME, else the default."""
        setting = self.get(f"timeout.{name}")
        return DEFAULT_TIMEOUT_SECONDS[name] if setting is None else float(setting)

    def list(self) -> dict[str, Any]:
        """Return every setting in the file, as it is written, in the order of `SETTINGS`."""
        return {key: self._values[key] for key in SETTINGS if key in self._values}

    def find_problems(self) -> tuple[str, ...]:
        """Return a sentence about each unknown setting, and each wrong value."""
        problems = [f"{self.path}: {_no_setting(key)}" for key in self._list_unknown()]
        for key in self._values:
            try:
                self.get(key)
            except UsageError as error:
                problems.append(error.message)
        for name, table in self.presets.items():
            try:
                parse_preset(name, table)
            except ValueError as problem:
                problems.append(f"{self.path}: {problem}")
        return tuple(problems)

    def _list_unknown(self) -> tuple[str, ...]:
        keys = (key for key in self._all_values if not key.startswith(PRESET_PREFIX))
        return tuple(key for key in keys if key not in SETTINGS)

    def require_understood(self) -> None:
        """Raise UsageError for an unknown setting, or a wrong value: it may be meant as a limit."""
        if unknown := self._list_unknown():
            sentences = "; ".join(map(_no_setting, unknown))
            raise UsageError(
                f"{self.path}: {sentences}", hint=shell_line("krea", "config", "unset", unknown[0])
            )
        for key in self._values:
            self.get(key)

    def set(self, key: str, text: str) -> "Config":
        """Write TEXT as the value of KEY and return the new settings.

        Raises UsageError, KreaError.
        """
        value = _parse_value(key, text)
        # Numbers are kept as they were typed: 15m reads better than 900.0.
        written = text.strip() if isinstance(value, float) else value
        return self._change(lambda config: config._rewrite(key, written))

    def unset(self, key: str) -> "Config":
        """Remove KEY from the file and return the new settings. An unknown key can be removed.

        Raises UsageError, KreaError.
        """
        if key not in self._all_values:
            _find_setting(key)
            return self
        return self._change(lambda config: config._rewrite(key, None))

    def _change(self, change: "Callable[[Config], Config]") -> "Config":
        # Read again under the lock: another process may have changed the file meanwhile.
        with hold_folder(self.path):
            return change(Config.load(self.path.parent))

    def _rewrite(self, key: str, value: Value | None) -> "Config":
        # JSON's strings are TOML's, for printable text.
        literal = None if value is None else json.dumps(value, ensure_ascii=False)
        text = _edit_text(self._text, key, literal)
        expected = self._all_values | {key: value}
        try:
            written = _parse_settings(self.path, text)
        except UsageError:
            written = None
        if written != {name: item for name, item in expected.items() if item is not None}:
            raise _not_editable_error(self.path)
        write_private_file(self.path, text)
        return Config(self.path, text)

    def _rewrite_preset(self, name: str, table: dict[str, Any] | None) -> "Config":
        from krea_cli.local.preset_file import NotEditable, edit_preset

        try:
            text = edit_preset(self._text, name, table)
        except NotEditable as failure:
            raise _not_editable_error(self.path) from failure
        write_private_file(self.path, text)
        return Config(self.path, text)


def settings_path(folder: Path) -> Path:
    """Return the path of the settings in FOLDER."""
    return folder / "config.toml"


def read_settings(path: Path) -> str:
    """Read the text of the settings; a missing file is empty.

    Raises UsageError if it is no text, KreaError if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be read: {failure.strerror}",
            hint="set KREA_CONFIG_DIR to a folder that you can read",
        ) from failure
    except UnicodeDecodeError as failure:
        raise _unreadable_error(path, "it is not UTF-8 text") from failure


def replace_settings(path: Path, before: str, text: str) -> Config:
    """Write TEXT in place of BEFORE, and return the new settings.

    Raises UsageError if the file holds another text by now, or TEXT is not TOML.
    """
    config = Config(path, text)
    with hold_folder(path):
        if read_settings(path) != before:
            raise UsageError(f"{path} was changed meanwhile, and saving again replaces that change")
        write_private_file(path, text)
    return config


def default_model_origin(name: str, get: Callable[[str], str | None], config: Config) -> str | None:
    """Return the variable or the setting that names NAME the default model; None if none does.

    GET reads a variable of the environment.
    """
    if get("KREA_MODEL") == name:
        return "the variable KREA_MODEL"
    return "the setting model.default" if config.list().get("model.default") == name else None


def _find_setting(key: str) -> Setting:
    if key in SETTINGS:
        return SETTINGS[key]
    raise UsageError(_no_setting(key), hint="krea config list")


def _no_setting(key: str) -> str:
    from difflib import get_close_matches

    matches = get_close_matches(key, SETTINGS, n=1, cutoff=0.5)
    suggestion = f"; did you mean {matches[0]}?" if matches else ""
    return f"there is no setting {one_line(key)}{suggestion}"


def _parse_value(key: str, value: Any, prefix: str = "") -> Value:
    try:
        return _find_setting(key).parse(value)
    except ValueError as failure:
        hint = f"krea config unset {key}" if prefix else "krea config list says what each is for"
        shown = repr(hide_login(value) if isinstance(value, str) else value)
        raise UsageError(f"{prefix}{key} must be {failure}, not {shown}", hint=hint) from failure


def _parse_settings(path: Path, text: str) -> dict[str, Any]:
    """Return all settings of a file, unknown ones as well, by their dotted keys."""
    if not text.strip():
        return {}
    import tomllib

    try:
        tables = tomllib.loads(text)
    except ValueError as failure:  # also for a number of 5,000 digits
        raise _unreadable_error(path, str(failure)) from failure
    settings: dict[str, Any] = {}
    for table, inside in tables.items():
        if isinstance(inside, dict):
            settings |= {f"{table}.{name}": value for name, value in inside.items()}
        else:
            settings[table] = inside
    return settings


def _edit_text(text: str, key: str, literal: str | None) -> str:
    """Return TEXT with KEY set to LITERAL, or without KEY; comments and all else stay."""
    table, _, name = key.partition(".")
    lines = text.splitlines()
    section, insert_at = "", None
    for number, line in enumerate(lines):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            section = header[1]
        dotted = section == "" and re.match(rf"\s*{re.escape(key)}\s*=", line)
        if dotted or (section == table and re.match(rf"\s*{re.escape(name)}\s*=", line)):
            setting = f"{key if dotted else name} = {literal}{_trailing_comment(line)}"
            lines[number : number + 1] = [] if literal is None else [setting]
            return "\n".join(lines) + "\n"
        if section == table and line.strip():
            insert_at = number + 1
    if literal is None:
        return text
    if insert_at is None:
        lines += [*([""] if lines else []), f"[{table}]"]
        insert_at = len(lines)
    lines.insert(insert_at, f"{name} = {literal}")
    return "\n".join(lines) + "\n"


def _trailing_comment(line: str) -> str:
    """Return the comment at the end of a line, with the space before it."""
    # Strings first: a # inside one begins no comment.
    match = re.fullmatch(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^"'#])*?(\s*#.*)""", line)
    return match[1] if match else ""


def _not_editable_error(path: Path) -> UsageError:
    return UsageError(f"{path} is written in a way that krea cannot edit: edit it by hand")


def _unreadable_error(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"{path} cannot be read: {reason}", hint=f"correct it, or: {shell_line('rm', str(path))}"
    )
