"""The kind of value that an option or an argument takes, read from its metavar or name."""

import re

from krea_cli.help.command_tree import Argument, Option

MODEL = "model"
FILE = "file"
COMMAND = "command"
FREE = "free"

_KIND_OF_WORD = {
    "MODEL": MODEL,
    "QUERY": MODEL,
    "FILE": FILE,
    "PATH": FILE,
    "FOLDER": FILE,
    "COMMAND": COMMAND,
}


def kind(place: Option | Argument) -> str:
    """MODEL, FILE, COMMAND, or FREE for a value that cannot be completed.

    Where the metavar is general (TEXT), the option's name decides: --model, --prompt-file.
    """
    option_name = place.names[0] if isinstance(place, Option) else ""
    words = re.findall(r"[A-Z]+", f"{place.metavar or ''} {option_name}".upper())
    return next((_KIND_OF_WORD[word] for word in words if word in _KIND_OF_WORD), FREE)
