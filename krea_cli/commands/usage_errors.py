"""Errors of Typer, and of a Python that lacks a module, as errors of krea."""

import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import typer

from krea_cli.errors import KreaError, LedgerUnusable, UsageError
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.env import Env

SANDBOX_MODULES = ("PIL",)  # of the extra `sandbox`
OTHER_PYTHON_HINT = "install krea with another Python: uv tool install --managed-python krea-cli"

# By command and beginning of Typer's message; for all others the hint is the command's --help.
HINTS = {
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
# Names that other tools give to an option, by the option here.
OTHER_NAMES = {"--ar": "--aspect-ratio", "--size": "--width and --height", "--number": "--count"}
SIMILARITY_CUTOFF = 0.75  # of difflib, from 0 to 1: below it, "size" is like "seed"
COMMANDS_WITH_FIELDS = ("krea generate", "krea batch")
# Typer's words for a value of a wrong type, and plain ones.
PLAIN_WORDS = (
    (r"is not a valid (int|integer)( range)?", "is not a whole number"),
    (r"is not a valid float( range)?", "is not a number"),
    (r"is not in the range (\S+?)<=x<=(\S+)", r"is not from \1 to \2"),
    (r"is not in the range x>=(\S+)", r"is not \1 or more"),
    (r"is not in the range x<=(\S+)", r"is not \1 or less"),
    (r"is not in the range x>(\S+)", r"is not above \1"),
)


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
    if path == "krea" and context and type(error).__name__ == "NoSuchOption":
        names = [word for word in context.obj.argv if word in context.command.commands]
        hint = shell_line("krea", *names[:1], "--help") + "; options go behind the command"
    if path == "krea auth login" and message.startswith("Got unexpected extra"):
        # The extra argument is most likely the token: keep it out of logs.
        message = "a token is not given as an argument, where others could see it"
    for pattern, words in PLAIN_WORDS:
        message = re.sub(f"{pattern}$", words, message)
    message = re.sub(r"(?s)'([+-]?[0-9]{60})[0-9]{100,}' is not.*", r"'\1…' is too large", message)
    if context and type(error).__name__ == "NoSuchOption":
        message, hint = _unknown_option(getattr(error, "option_name", ""), context, hint)
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def require_sqlite() -> None:
    """Raise LedgerUnusable if this Python was built without SQLite."""
    if not _has_modules("sqlite3", "_sqlite3"):
        raise LedgerUnusable(_missing("sqlite3"), hint=OTHER_PYTHON_HINT)


def warn_of_relative_folder(env: "Env", warn: Callable[[str], None]) -> None:
    """Warn if each current folder has a ledger, or settings, of its own.

    None knows of payments and budgets in another.
    """
    for variable, folder, another, one in (
        ("KREA_STATE_DIR", env.state_dir, "another ledger, and pays again", "one ledger"),
        ("KREA_CONFIG_DIR", env.config_dir, "other settings, and another budget", "one budget"),
    ):
        if not folder.is_absolute():
            command = f"export {variable}={shell_line(str(env.current_dir / folder))}"
            warn(
                f"{variable} is the relative folder {folder}, so that another current folder has"
                f" {another}; for {one}: {command}"
            )


def require_ssl() -> None:
    """Raise KreaError if this Python was built without TLS, before a worker thread finds out."""
    if not _has_modules("ssl", "_ssl"):
        raise KreaError(_missing("ssl"), hint=OTHER_PYTHON_HINT)


def import_error(failure: Exception) -> KreaError | None:
    """Return the error for a module that cannot be imported; None for any other FAILURE."""
    if not isinstance(failure, ImportError) or not failure.name:
        return None
    name = failure.name.partition(".")[0]
    if name in sys.stdlib_module_names:
        return KreaError(_missing(name.lstrip("_")), hint=OTHER_PYTHON_HINT)
    package = "'krea-cli[sandbox]'" if name in SANDBOX_MODULES else "krea-cli"
    return KreaError(
        f"the package {name} cannot be imported: {failure}",
        hint=f"{sys.executable} -m pip install --force-reinstall {package}",
    )


def _has_modules(*names: str) -> bool:
    from importlib.util import find_spec

    try:
        return all(find_spec(name) for name in names)
    except ValueError:  # somebody put None in its place
        return False


def _missing(name: str) -> str:
    return f"this Python ({sys.executable}) was built without the module {name}"


def _unknown_option(name: str, context: Any, hint: str) -> tuple[str, str]:
    """The sentence and the hint for an option NAME that the command does not have."""
    message, path = f"no such option: {name}", context.command_path
    if not name.startswith("--"):
        return message, hint
    options = [each for parameter in context.command.params for each in parameter.opts]
    if other_name := OTHER_NAMES.get(name):
        names = other_name.split(" and ")
        if set(names) <= set(options):
            return f"{message}; here it is {other_name}", f"{path} --help"
    field = name.removeprefix("--").replace("-", "_")
    if path in COMMANDS_WITH_FIELDS and (types := _field_types(context.obj, field)):
        value = _value_after(name, context.obj.argv)
        if types == {"boolean"} and value not in ("true", "false"):
            value = "true"  # the next word is the prompt, or another option
        setting = shell_line(f"{field}={value}")
        return f"{message}; {field} is a field of a model", f"-i {setting} sets it"
    bare = {each.lstrip("-"): each for each in options if each.startswith("--")}
    similar = get_close_matches(name.lstrip("-"), bare, n=1, cutoff=SIMILARITY_CUTOFF)
    return (f"{message}; did you mean {bare[similar[0]]}?" if similar else message), hint


def _field_types(session: Any, name: str) -> set[str]:
    """JSON types of the fields NAME of all models; none where the catalog cannot be read."""
    try:
        models = session.catalog_cache.load().models()
    except KreaError:
        return set()
    fields = [field for model in models for field in model.fields if field.name == name]
    return {kind for field in fields for kind in field.types or ("any",) if kind != "null"}


def _value_after(name: str, argv: tuple[str, ...]) -> str:
    """Return the value that was typed for the option NAME; … without one."""
    for word, following in zip(argv, (*argv[1:], ""), strict=True):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name and following and not following.startswith("-"):
            return following
    return "…"
