"""The command that a mistyped, or another tool's, name of a command means."""

from collections.abc import Container, Sequence
from difflib import get_close_matches

from krea_cli.text import shell_line

SIMILARITY_CUTOFF = 0.75  # of difflib, from 0 to 1: below it, "version" is like "verify"
MIN_PREFIX_CHARACTERS = 3
MIN_PROMPT_WORDS = 3  # that make a prompt without quotes
MAX_TYPED_CHARACTERS = 300  # of a command line that is written again
# Commands of other tools, and what they are here; what was typed behind the name goes on.
OTHER_NAMES = {
    "abort": "cancel",
    "create": "generate",
    "delete": "cancel",
    "fetch": "download",
    "image": "generate",
    "imagine": "generate",
    "info": "history",
    "job": "jobs",
    "kill": "cancel",
    "list": "history",
    "log": "history",
    "logs": "history",
    "ls": "history",
    "make": "generate",
    "open": "history",
    "ps": "jobs",
    "queue": "jobs",
    "pull": "download",
    "rm": "cancel",
    "run": "generate",
    "save": "download",
    "show": "history",
    "stop": "cancel",
    "video": "generate",
    "view": "history",
}
# The same for commands that take nothing more: a token typed behind them must not be repeated.
WHOLE_COMMANDS = {
    "balance": "auth status",
    "budget": "config get budget.day",
    "check": "doctor",
    "cost": "spend",
    "costs": "spend",
    "login": "auth login",
    "logout": "auth logout",
    "settings": "config list",
    "update": "models --refresh",
    "upgrade": "models --refresh",
    "upscale": "models --kind enhance",
    "usage": "spend",
    "version": "--version",
    "whoami": "auth status",
}
# Commands of groups, by the name of another tool's.
GROUP_NAMES = {
    "krea auth": {
        "add": "login",
        "check": "status",
        "list": "status",
        "remove": "logout",
        "show": "status",
        "token": "status",
        "whoami": "status",
    },
    "krea config": {"ls": "list", "open": "edit", "remove": "unset", "rm": "unset", "show": "list"},
    "krea preset": {
        "add": "save",
        "create": "save",
        "get": "show",
        "ls": "list",
        "new": "save",
        "remove": "delete",
        "rm": "delete",
    },
}
# Switches of other tools that are an option with a value here.
SWITCHES = {
    "--no-color": ("--color", "never"),
    "--no-colour": ("--color", "never"),
}
MODEL_COMMANDS = ("image", "video")  # whose next word is a prompt, if there is one


def find_meant_command(
    path: str, name: str, argv: Sequence[str], commands: Sequence[str]
) -> str | None:
    """Return the command line that NAME most likely means; NAME is no command of PATH.

    path: "krea", or a group such as "krea auth"
    argv: the words behind "krea", as typed
    commands: the commands of PATH
    """
    at = len(path.split()) - 1
    if list(argv[at : at + 1]) != [name]:
        return None
    before, behind = list(argv[:at]), list(argv[at + 1 :])
    if path == "krea" and (found := _of_other_tools(name, behind, commands)):
        return found
    if path == "krea config" and (found := _setting(name, behind)):
        return found
    if (known := GROUP_NAMES.get(path, {}).get(name.lower())) and known in commands:
        # No word behind it: behind "auth" it may be a token.
        return write_again([*before, known, *([] if path == "krea auth" else behind)])
    if similar := _similar(name, commands):
        return write_again([*before, similar, *behind])
    return _prompt([name, *behind]) if path == "krea" else None


def write_again(words: Sequence[str]) -> str | None:
    """Return the command line of WORDS behind "krea"; None if it is long, or may hold a secret."""
    secrets = ("key", "token", "secret", "password")
    is_secret = words[:1] == ["auth"] or any(
        word.startswith("-") and any(secret in word.lower() for secret in secrets) for word in words
    )
    line = shell_line("krea", *words)
    is_unfit = len(line) > MAX_TYPED_CHARACTERS or (is_secret and len(words) > 2)
    return None if is_unfit else line


def move_options_behind(argv: Sequence[str], commands: Container[str]) -> str | None:
    """Return the command line of ARGV with the words before the command moved to its end."""
    at = next((at for at, word in enumerate(argv) if word in commands), None)
    if at is None:
        return None
    before = [known for word in argv[:at] for known in SWITCHES.get(word, (word,))]
    return write_again([*argv[at:], *before]) or shell_line("krea", argv[at], "--help")


def rehearse(argv: Sequence[str]) -> str | None:
    """Return `krea sandbox` with a -- before the command that ARGV names without one."""
    if "krea" not in argv:
        return None
    at = list(argv).index("krea")
    return write_again([*argv[:at], "--", *argv[at:]])


def quote_prompt(argv: Sequence[str], extra: str) -> str | None:
    """Return `krea generate` with its words in one, if the words EXTRA end the prompt of ARGV."""
    end = next((at for at, word in enumerate(argv) if word.startswith("-")), len(argv))
    prompt = " ".join(argv[1:end])
    if end < 3 or not prompt.endswith(extra):
        return None
    return write_again([argv[0], prompt, *argv[end:]])


def _of_other_tools(name: str, behind: list[str], commands: Sequence[str]) -> str | None:
    """Return the command here for NAME of another tool, with the words BEHIND it."""
    lowered = name.lower()
    if lowered == "help":
        known = behind[:1] if behind[:1] and behind[0] in commands else []
        return shell_line("krea", *known, "--help")
    if lowered in WHOLE_COMMANDS:
        return f"krea {WHOLE_COMMANDS[lowered]}"
    if lowered in MODEL_COMMANDS and not behind:
        return f"krea models --kind {lowered}"
    if lowered in OTHER_NAMES:
        return write_again([OTHER_NAMES[lowered], *behind])
    return None


def _setting(name: str, behind: list[str]) -> str | None:
    """Return the command for the setting NAME: `get`, or `set` if a value stands BEHIND it."""
    from krea_cli.local.settings import SETTINGS

    if name not in SETTINGS:
        return None
    return write_again(["config", "set" if behind else "get", name, *behind])


def _similar(name: str, commands: Sequence[str]) -> str | None:
    """Return the command that NAME begins, or is like."""
    lowered = name.lower()
    if len(lowered) >= MIN_PREFIX_CHARACTERS:
        starts = [command for command in commands if command.startswith(lowered)]
        if len(starts) == 1:
            return starts[0]
    similar = get_close_matches(lowered, commands, n=1, cutoff=SIMILARITY_CUTOFF)
    return similar[0] if similar else None


def _prompt(words: list[str]) -> str | None:
    """Return the command for WORDS that are a prompt, perhaps without quotes."""
    if " " in words[0].strip():
        return write_again(["generate", *words])
    count = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    if count < MIN_PROMPT_WORDS:
        return None
    return write_again(["generate", " ".join(words[:count]), *words[count:]])
