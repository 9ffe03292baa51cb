"""Give the commands of a hint the login that this command was told to use.

A hint that names `krea recover` is typed as it stands. Without the --profile or --token-file of the
command before it, it would look at another account.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from krea_cli.text import is_typable, shell_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

# Patterns as text: compiled only when they are needed, which most runs never do.
COMMAND = r"(?<![\w./-])krea ((?:auth )?[a-z][a-z-]*)(?![\w-])"
# A word in quotes, as `shell_line` writes it; an apostrophe within a word begins none.
QUOTED = r"""(?<!\w)(?:\$'(?:[^'\\]|\\.)*'|'[^']*'(?:"'"'[^']*')*)"""
OPTIONS = {"profile": "--profile", "token_file": "--token-file"}
LOGIN_OPTIONS = r"--(?:profile|token-file)\b"


def add_login_options(session: "Session", text: str) -> str:
    """Add the login options of SESSION to the commands in TEXT that take them, and have none."""
    options = {"profile": session.profile, "token_file": session.token_file}
    values = {name: value for name, value in options.items() if value and is_typable(value)}
    if not values or "krea " not in text:
        return text
    quoted = [match.span() for match in re.finditer(QUOTED, text)]
    commands = [
        match
        for match in re.finditer(COMMAND, text)
        if not any(start <= match.start() < end for start, end in quoted)
    ]
    ends = [match.start() for match in commands[1:]] + [len(text)]
    for match, end in reversed(list(zip(commands, ends, strict=True))):
        has_own = re.search(LOGIN_OPTIONS, text[match.end() : end])
        added = [] if has_own else sorted(values.keys() & _parameters(match[1]))
        for name in reversed(added):
            option = shell_line(OPTIONS[name], values[name])
            text = f"{text[: match.end()]} {option}{text[match.end() :]}"
    return text


@cache
def _parameters(command: str) -> frozenset[str]:
    """Return the names of the parameters of COMMAND, such as "recover" or "auth status"."""
    from importlib import import_module
    from inspect import signature

    name, _, child = command.partition(" ")
    try:
        module = import_module(f"krea_cli.commands.{name}")
    except ModuleNotFoundError:
        return frozenset()
    function = getattr(module, (child or name).replace("-", "_"), None)
    return frozenset(signature(function).parameters) if callable(function) else frozenset()
