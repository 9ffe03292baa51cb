"""The settings that are in force, each with its origin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.local.settings import SETTINGS, Value
from krea_cli.text import hide_login

if TYPE_CHECKING:
    from krea_cli.local.config import Config
    from krea_cli.local.project import Project


@dataclass(frozen=True)
class SettingInForce:
    """The value of one setting.

    value: as it is written; None if there is neither a value nor a default
    origin: "default", "settings", "krea.toml" or "environment"
    source: the file or the variable of its value; None for a default
    """

    key: str
    value: Value | None
    origin: str
    source: str | Path | None


def list_in_force(
    config: "Config",
    project: "Project",
    get: Callable[[str], str | None],
    default_model: str | None,
) -> Iterator[SettingInForce]:
    """Yield every setting as it counts now, in the order of `SETTINGS`.

    get: reads a variable of the environment
    default_model: the model of the catalog where nothing names one
    """
    written = config.list()
    for key, setting in SETTINGS.items():
        if setting.variable and (text := get(setting.variable)):
            yield SettingInForce(key, hide_login(text), "environment", setting.variable)
        elif key in project.values:
            yield SettingInForce(key, project.values[key], "krea.toml", project.path)
        elif key in written:
            yield SettingInForce(key, written[key], "settings", config.path)
        else:
            default = default_model if key == "model.default" else setting.default
            yield SettingInForce(key, default, "default", None)
