"""The command line as typed, with another model, to be pasted."""

from collections.abc import Collection, Iterator, Sequence

import typer

from krea_cli.text import is_plain, shell_line

MODEL_FLAGS = ("-m", "--model")


def with_model(context: typer.Context, model: str) -> str:
    """The command line behind CONTEXT with MODEL instead of the model it named, if it named one."""
    valued = {
        name
        for parameter in context.command.params
        if not getattr(parameter, "is_flag", True)  # an argument has no such attribute
        for name in parameter.opts
    }
    command, *rest = context.obj.argv
    return retry_command(command, model, rest, valued=valued)


def retry_command(command: str, model: str, rest: Sequence[str], *, valued: Collection[str]) -> str:
    """`krea COMMAND -m MODEL REST` quoted for a shell; VALUED are the options that take a value."""
    words = list(_without_model(rest, valued))
    start = shell_line("krea", command, "-m", model)
    if all(map(is_plain, words)):
        return f"{start} {shell_line(*words)}".rstrip()
    return f"{start}, and the rest as before"


def _without_model(words: Sequence[str], valued: Collection[str]) -> Iterator[str]:
    left = iter(words)
    for word in left:
        if word == "--":
            yield word
            yield from left
            return
        flags, name, complete = _option_in(word, valued)
        value = () if name is None or complete else (next(left, ""),)
        if name not in MODEL_FLAGS:
            yield word
            yield from value
        elif flags:
            yield flags


def _option_in(word: str, valued: Collection[str]) -> tuple[str, str | None, bool]:
    """The flags before the option in WORD that takes a value, its name, whether it has the value.

    As Typer reads it: `-qmX` is the flag -q and -m with X. The name is None without such an option.
    """
    if word.startswith("--"):
        name, equals, _ = word.partition("=")
        return ("", name, bool(equals)) if name in valued else ("", None, False)
    letters = word[1:] if word.startswith("-") else ""
    for at, letter in enumerate(letters, 1):
        if f"-{letter}" in valued:
            return word[:at] if at > 1 else "", f"-{letter}", at < len(letters)
    return "", None, False
