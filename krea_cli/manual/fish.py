"""The completion script for fish."""

from collections.abc import Sequence

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.manual import completion_kind

SCRIPT_HEAD = """\
# fish completion for krea. Made by `python -m krea_cli.manual`; do not edit.

# The command that the words typed so far name, up to any `--`.
function __krea_path
    set -l path krea
    for word in (commandline -opc)[2..-1]
        test "$word" = --; and break
        if contains -- "$path $word" @PATHS@
            set path "$path $word"
        end
    end
    echo $path
end

function __krea_at
    not contains -- -- (commandline -opc); and test (__krea_path) = "$argv"
end

function __krea_behind
    contains -- -- (commandline -opc); and test (__krea_path) = "$argv"
end

# The list is data: a line with any other character than an id has is dropped.
function __krea_model_ids
    set -l folders "$HOME/.cache/krea" "$HOME/Library/Caches/krea"
    set -q XDG_CACHE_HOME[1]; and set folders[1] "$XDG_CACHE_HOME/krea"
    test -n "$KREA_CACHE_DIR"; and set folders "$KREA_CACHE_DIR"
    for folder in $folders
        if test -s "$folder/models.list" -a -r "$folder/models.list"
            while read -l id
                string match -r '^[A-Za-z0-9][A-Za-z0-9._/-]*$' -- $id
            end <"$folder/models.list"
            return
        end
    end
    printf '%s\\n' \\
@MODELS@
end

# Each id, and what is left of it without its first part: fish replaces a whole word, --model= too,
# by a match that does not begin as the word does.
function __krea_models
    for id in (__krea_model_ids)
        echo $id
        string replace -rf '^[^/]+/' '' -- $id
    end
end

# Behind `--` stands a command line of its own.
function __krea_rest
    set -l words (commandline -opc)
    set -l place (contains -i -- -- $words); or return
    set -l rest (string escape -- $words[(math $place + 1)..-1])
    complete -C (string join ' ' -- $rest (commandline -ct))
end

complete -c krea -f
"""

ACTIONS = {
    completion_kind.MODEL: "-x -a '(__krea_models)'",
    completion_kind.FILE: "-r -F",
    completion_kind.COMMAND: "-x -a '(__fish_complete_command)'",  # before any --
    completion_kind.FREE: "-x",
}


def fish_script(root: Command, models: Sequence[str]) -> str:
    """The whole script; MODELS are the ids to offer while no catalog is cached."""
    paths = " ".join(_quote(" ".join(command.path)) for command in root.walk() if command != root)
    model_lines = " \\\n".join(f"        {_quote(model)}" for model in models)
    head = SCRIPT_HEAD.replace("@PATHS@", paths).replace("@MODELS@", model_lines)
    return head + "".join(_entries(command) for command in root.walk())


def _entries(command: Command) -> str:
    lines = ["", f"# {' '.join(command.path)}"]
    lines += [_line(command, f"-a {child.name}", child.summary) for child in command.children]
    lines += [_line(command, _option(option), option.summary) for option in command.options]
    lines += _argument_lines(command)
    if any(
        completion_kind.kind(argument) == completion_kind.COMMAND for argument in command.arguments
    ):
        condition = f"__krea_behind {' '.join(command.path)}"
        lines.append(f"complete -c krea -n '{condition}' -a '(__krea_rest)'")
    return "\n".join(lines) + "\n"


def _argument_lines(command: Command) -> list[str]:
    first, *rest = command.arguments or (None,)
    if first and first.choices and "..." not in first.metavar:
        # The words to choose from stand first; a model may stand behind the word for it.
        seen = "__fish_seen_subcommand_from"
        condition = f"complete -c krea -n '__krea_at {' '.join(command.path)}; and"
        models = [choice for choice in first.choices if choice.startswith("model.")]
        action = ACTIONS[completion_kind.MODEL].removeprefix("-x ")
        last = "contains -- (commandline -opc)[-1]"
        return [
            f"{condition} not {seen} {' '.join(first.choices)}' {_argument(first)}",
            *([f"{condition} {last} {' '.join(models)}' {action}"] if models and rest else []),
        ]
    actions = map(_argument, command.arguments)
    return [_line(command, action) for action in actions if action is not None]


def _line(command: Command, rest: str, text: str = "") -> str:
    description = f" -d {_quote(text)}" if text else ""
    return f"complete -c krea -n '__krea_at {' '.join(command.path)}' {rest}{description}"


def _option(option: Option) -> str:
    names = " ".join(
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    )
    return names if option.metavar is None else f"{names} {_action(option)}"


def _action(place: Option | Argument) -> str:
    if place.choices:
        return f"-x -a {_quote(' '.join(place.choices))}"
    return ACTIONS[completion_kind.kind(place)]


def _argument(argument: Argument) -> str | None:
    if argument.choices:
        return f"-a {_quote(' '.join(argument.choices))}"
    kind = completion_kind.kind(argument)
    return (
        None
        if kind == completion_kind.FREE
        else ACTIONS[kind].removeprefix("-x ").removeprefix("-r ")
    )


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
