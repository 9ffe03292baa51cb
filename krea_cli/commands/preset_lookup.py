"""The presets that a command can use: those of krea.toml, then those of the settings."""

from typing import TYPE_CHECKING

from krea_cli.errors import UsageError
from krea_cli.local.presets import Preset, parse_preset
from krea_cli.text import one_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

LIST_HINT = "krea preset list"


def list_presets(session: "Session") -> dict[str, Preset | str]:
    """Return every preset by name, or a sentence in place of one that cannot be used."""
    config, project = session.config, session.project
    own = project.shorten(config.path)
    tables = [(own, name, table) for name, table in config.presets.items()]
    tables += [(project.shown, name, table) for name, table in project.file.presets.items()]
    presets: dict[str, Preset | str] = {}
    for source, name, table in tables:
        try:
            presets[name] = parse_preset(name, table, source)
        except ValueError as problem:
            presets[name] = f"{source}: {problem}"
    return dict(sorted(presets.items()))


def find_preset(session: "Session", name: str) -> Preset:
    """Return the preset NAME. Raises `UsageError` if there is none, or it cannot be used."""
    from difflib import get_close_matches

    presets = list_presets(session)
    preset = presets.get(name)
    if isinstance(preset, Preset):
        return preset
    if preset is not None:
        raise UsageError(preset, hint=f"correct it, or: krea preset delete {name}")
    close = get_close_matches(name, presets, n=1, cutoff=0.5)
    suggestion = f"; did you mean {close[0]}?" if close else ""
    hint = LIST_HINT if presets else "krea preset save NAME --like FILE makes one"
    raise UsageError(f"there is no preset {one_line(name)[:64]}{suggestion}", hint=hint)


def take_preset(session: "Session", name: str | None) -> Preset:
    """Return the preset NAME for a request, and say so if it is from krea.toml.

    An empty one without NAME. Raises `UsageError`.
    """
    if name is None:
        return Preset("", None)
    preset = find_preset(session, name)
    if preset.source == session.project.shown:
        session.project.tell(f"preset {name}")
    return preset
