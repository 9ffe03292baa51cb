"""Usage errors of Typer as errors of krea, with hints against common mistakes."""

import typer

from krea_cli.errors import UsageError

# By command and beginning of Typer's message; for all others the hint is the command's --help.
HINTS = {
    ("krea", "No such option"): "krea COMMAND --help; options go behind the command",
    ("krea generate", "No such option"): (
        "krea generate --help; a prompt that starts with a dash goes behind --"
    ),
    ("krea generate", "Got unexpected extra"): (
        'krea generate "a red fox" -o fox.png: a prompt of several words goes in quotes'
    ),
    ("krea sandbox", "No such option"): (
        "krea sandbox -- COMMAND: the command to rehearse goes behind --"
    ),
    ("krea auth login", "Got unexpected extra"): (
        "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE"
    ),
}


def usage_error(error: Exception) -> UsageError | None:
    """Return Typer's ERROR about the command line as `UsageError`; None for any other error."""
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
    for (command, start), better_hint in HINTS.items():
        if path == command and message.startswith(start):
            hint = better_hint
    if path == "krea auth login" and message.startswith("Got unexpected extra"):
        # The extra argument is most likely the token: keep it out of logs.
        message = "a token is not given as an argument, where others could see it"
    return UsageError(message[:1].lower() + message[1:], hint=hint)
