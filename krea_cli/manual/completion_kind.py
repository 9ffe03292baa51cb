"""What can be completed behind an option or in an argument's place, told by metavar or name."""

import re

from krea_cli.manual.command_tree import Argument, Option

MODEL = "model"
FILE = "file"
COMMAND = "command"
FREE = "free"

_KINDS = {
    "MODEL": MODEL,
    "QUERY": MODEL,
    "FILE": FILE,
    "PATH": FILE,
    "FOLDER": FILE,
    "COMMAND": COMMAND,
}


def kind(place: Option | Argument) -> str:
    """MODEL, FILE, COMMAND, or FREE where nothing can be offered.

    A metavar that says nothing (TEXT) leaves it to the option's name: --model, --prompt-file.
    """
    named = place.names[0] if isinstance(place, Option) else ""
    words = re.findall(r"[A-Z]+", f"{place.metavar or ''} {named}".upper())
    return next((_KINDS[word] for word in words if word in _KINDS), FREE)
