"""Errors of Typer as errors of krea."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from krea_cli.errors import UsageError

if TYPE_CHECKING:
    pass


TOO_MANY = "There are more words than the command takes"
# By command and beginning of Typer's message; for all others the hint is the command's --help.
HINTS = {
    ("krea generate", "No such option"): (
        "krea generate --help; a prompt that starts with a dash goes behind --"
    ),
    ("krea generate", TOO_MANY): (
        'krea generate "a red fox" -o fox.png: a prompt of several words goes in quotes'
    ),
    ("krea sandbox", "No such option"): (
        "krea sandbox -- COMMAND: the command to rehearse goes behind --"
    ),
    ("krea auth login", TOO_MANY): (
        "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE"
    ),
}
# Typer's words, and plain ones.
PLAIN_WORDS = (
    (r"^Got unexpected extra arguments?(?:\(s\))? \((.*)\)$", rf"{TOO_MANY}: \1"),
    (r"^Missing argument '\[?([^']*?)\]?'$", r"\1 is missing"),
    (r"^Missing option '([^']*)'$", r"\1 is missing"),
    (r"^Option '([^']*)' requires an argument$", r"\1 needs a value"),
    (r"^Option '([^']*)' does not take a value$", r"\1 takes no value"),
    (r"is not a valid (int|integer)( range)?$", "is not a whole number"),
    (r"is not a valid float( range)?$", "is not a number"),
    (r"is not in the range (\S+?)<=x<=(\S+)$", r"is not from \1 to \2"),
    (r"is not in the range x>=(\S+)$", r"is not \1 or more"),
    (r"is not in the range x<=(\S+)$", r"is not \1 or less"),
    (r"is not in the range x>(\S+)$", r"is not above \1"),
)


def usage_error(error: Exception, argv: Sequence[str]) -> UsageError | None:
    """Return Typer's ERROR about ARGV as `UsageError`; None for any other error."""
    # Typer exports neither of the base classes; BadParameter stands right below them.
    _, _, click, *_ = typer.BadParameter.__mro__
    if not isinstance(error, click):
        return None
    context = getattr(error, "ctx", None)
    # Typer names no command where a value is missing.
    path = context.command_path if context else " ".join(("krea", *argv[:1]))
    message = error.format_message().strip().rstrip(".")  # type: ignore[attr-defined]
    for pattern, words in PLAIN_WORDS:
        message = re.sub(pattern, words, message, flags=re.DOTALL)
    if message.endswith(" is not a whole number"):
        message += _limits(getattr(error, "param", None))
    hint = f"{path} --help"
    for (command, start), better_hint in HINTS.items():
        if path == command and message.startswith(start):
            hint = better_hint
    if path == "krea auth login" and message.startswith(TOO_MANY):
        # One of them is most likely the token: keep it out of logs.
        message = "a token is not given as an argument, where others could see it"
    message = re.sub(r"(?s)'([+-]?[0-9]{60})[0-9]{100,}' is not.*", r"'\1…' is too large", message)
    if context:
        message, hint = _find_meaning(error, context, message, hint)
    if message[1:2].islower():
        message = message[:1].lower() + message[1:]
    return UsageError(message, hint=hint)


def _limits(parameter: Any) -> str:
    """Return the range of a PARAMETER that is a number, as words to end a sentence."""
    low, high = (getattr(getattr(parameter, "type", None), side, None) for side in ("min", "max"))
    if low is None:
        return ""
    return f" of {low} or more" if high is None else f" from {low} to {high}"


def _find_meaning(error: Exception, context: Any, message: str, hint: str) -> tuple[str, str]:
    """Return the sentence and the hint of ERROR, with the command meant if one is near."""
    from krea_cli.commands import meant_command, meant_option

    path, session, command = context.command_path, context.obj, context.command
    match type(error).__name__:
        case "NoSuchCommand" | "UsageError" if message.startswith("No such command"):
            match = re.match(r"No such command '(.*?)'(?:\. Did you mean|$)", message, re.DOTALL)
            if match is None:
                return message, hint
            commands = command.list_commands(context)
            meant = meant_command.find_meant_command(path, match[1], session.argv, commands)
            return f"no such command {match[1]!r}", meant or hint
        case "NoSuchOption" if path == "krea":
            message = f"no such option: {getattr(error, 'option_name', '')}"
            line = meant_command.move_options_behind(session.argv, command.commands)
            return f"{message}; options go behind the command", line or hint
        case "NoSuchOption" if path == "krea sandbox":
            return message, meant_command.rehearse(session.argv) or hint
        case "NoSuchOption":
            name = getattr(error, "option_name", "")
            message = f"no such option: {name}"
            options = [each for parameter in command.params for each in parameter.opts]
            if meaning := meant_option.find_meant_option(path, name, options, session):
                return f"{message}; {meaning.words}", meaning.hint or f"{path} --help"
        case "UsageError" if path == "krea generate" and message.startswith(TOO_MANY):
            if line := meant_command.quote_prompt(session.argv, message.partition(": ")[2]):
                return f"{message}; a prompt of several words goes in quotes", line
    return message, hint
