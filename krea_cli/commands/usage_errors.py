"""Typer's complaints about a command line as ours, and what helps against the common slips."""

import typer

from krea_cli.errors import UsageError

# About which command, how Typer's complaint begins, and what helps more than its help.
HELPS = {
    ("krea", "No such option"): "krea COMMAND --help; options go behind the command",
    ("krea generate", "No such option"): (
        "krea generate --help; a prompt that starts with a dash goes behind --"
    ),
    ("krea generate", "Got unexpected extra"): (
        'krea generate "a red fox" -o fox.png: a prompt of several words goes in quotes'
    ),
    ("krea sandbox", "No such option"): (
        "krea sandbox -- COMMAND: what is to be rehearsed goes behind --"
    ),
    ("krea auth login", "Got unexpected extra"): (
        "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE"
    ),
}


def usage_error(error: Exception) -> UsageError | None:
    """Typer's own complaint about the command line as ours; None if ERROR is something else."""
    # Typer exports neither of the base classes; BadParameter stands right below them.
    _, _, click, *_ = typer.BadParameter.__mro__
    if not isinstance(error, click):
        return None
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "krea"
    message = error.format_message().strip().rstrip(".")  # type: ignore[attr-defined]
    if context and type(error).__name__ == "NoArgsIsHelpError":
        message = f"{path} takes one of: {', '.join(context.command.list_commands(context))}"
    hint = f"{path} --help"
    for (command, start), helps in HELPS.items():
        if path == command and message.startswith(start):
            hint = helps
    if path == "krea auth login" and message.startswith("Got unexpected extra"):
        # What was given is most likely the token: it is not repeated into a log.
        message = "a token is not given as an argument, where others could see it"
    return UsageError(message[:1].lower() + message[1:], hint=hint)
