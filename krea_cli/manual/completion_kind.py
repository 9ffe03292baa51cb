"""The kind of value that an option or an argument takes, read from its metavar or name."""

import re
from typing import NamedTuple

from krea_cli.catalog.describe import FIELDS_WITH_FLAG
from krea_cli.help.command_tree import Argument, Command, Option

FILE = "file"
OUTPUT = "output"  # a file, or a template of one
COMMAND = "command"
FREE = "free"
INPUT = "input"  # FIELD=VALUE
# The words that `lookup.sh` answers.
MODEL = "models"
FIELD = "fields"
CHOICE = "choices"
REQUEST, RUNNING, IN_DOUBT = "requests", "running", "doubts"
TAG = "tags"
PRESET = "presets"
PROFILE = "profiles"
LOOKED_UP = (MODEL, FIELD, CHOICE, REQUEST, RUNNING, IN_DOUBT, TAG, PRESET, PROFILE)
ALL_MODELS = "*"

_KIND_OF_METAVAR = {
    "KEY=VALUE": INPUT,
    "KEY=VALUES": INPUT,
    "NAME[=VALUE]": TAG,
    "ROW=JOB": IN_DOUBT,
    "ROW": IN_DOUBT,
    "PATH": OUTPUT,
    "TEMPLATE": OUTPUT,
    "PRESET": PRESET,
    "FIELD": FIELD,
    "FILE|ID": REQUEST,
    "[ID]": REQUEST,
    "[ID]...": REQUEST,
    "[TEXT, ID or FILE]...": REQUEST,
    "[WORD or ID]...": MODEL,
    "COMMAND": COMMAND,
    "[-- COMMAND]...": COMMAND,
}
_KIND_OF_WORD = {"MODEL": MODEL, "FILE": FILE, "FOLDER": FILE, "PROFILE": PROFILE}
_WAITING = ("wait", "cancel")  # of no use for jobs that are over


class Source(NamedTuple):
    """The origin of the words for a place.

    kind: one of the constants above
    detail: for CHOICE, the name of the field; for FIELD, `ALL_MODELS` or nothing
    with_files: True if a file will do as well
    """

    kind: str
    detail: str = ""
    with_files: bool = False


def find_source(command: Command, place: Option | Argument) -> Source:
    """Return the source of the values of PLACE.

    Where the metavar is general (NAME, TEXT), the option's name decides: --model, --prompt-file.
    """
    option_name = place.names[0] if isinstance(place, Option) else ""
    field = option_name.removeprefix("--").replace("-", "_")
    if field in FIELDS_WITH_FLAG and command.name in ("generate", "again", "batch"):
        return Source(CHOICE, field)
    kind = _KIND_OF_METAVAR.get(place.metavar or "")
    if kind is None:
        words = re.findall(r"[A-Z]+", f"{place.metavar or ''} {option_name}".upper())
        kind = next((_KIND_OF_WORD[word] for word in words if word in _KIND_OF_WORD), FREE)
    if kind == FIELD:
        return Source(kind, ALL_MODELS)
    if kind == REQUEST and command.name in _WAITING:
        return Source(RUNNING, with_files=True)
    return Source(kind, with_files=kind == REQUEST)
