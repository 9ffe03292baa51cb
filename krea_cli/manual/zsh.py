"""The completion script for zsh."""

import re
from collections.abc import Sequence

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.manual import completion_kind

SCRIPT_HEAD = """\
#compdef krea
# zsh completion for krea. Made by `python -m krea_cli.manual`; do not edit.

# The list is data: a line with any other character than an id has is dropped.
__krea_model_ids() {
    setopt localoptions extendedglob
    local folder
    local -a ids
    for folder in ${KREA_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/krea} \\
        ${KREA_CACHE_DIR:-$HOME/Library/Caches/krea}; do
        if [[ -s $folder/models.list && -r $folder/models.list ]]; then
            ids=("${(@f)$(<$folder/models.list)}")
            break
        fi
    done
    (( $#ids )) || ids=(
@MODELS@
    )
    ids=(${(M)ids:#[A-Za-z0-9][A-Za-z0-9._/-]#})
    compadd -M 'l:|=* r:|=*' -a ids
}

"""

SCRIPT_TAIL = """\
if [[ $funcstack[1] == _krea ]]; then
    _krea "$@"
else
    compdef _krea krea
fi
"""

ACTIONS = {
    completion_kind.MODEL: "__krea_model_ids",
    completion_kind.FILE: "_files",
    completion_kind.COMMAND: "_normal",
    completion_kind.FREE: " ",
}
MODEL_BEHIND_ITS_WORD = "{[[ $words[CURRENT-1] != model.* ]] || __krea_model_ids}"


def zsh_script(root: Command, models: Sequence[str]) -> str:
    """The whole script; MODELS are the ids to offer while no catalog is cached."""
    head = SCRIPT_HEAD.replace(
        "@MODELS@", "\n".join(f"        {_quote(model)}" for model in models)
    )
    functions = "\n".join(_function(command) for command in reversed(list(root.walk())))
    return f"{head}{functions}\n{SCRIPT_TAIL}"


def _function(command: Command) -> str:
    specs = [_option(option) for option in command.options]
    if command.children:
        return _group(command, specs)
    specs += [_argument(argument, place) for place, argument in enumerate(command.arguments, 1)]
    first, *rest = command.arguments or (None,)
    if first and any(choice.startswith("model.") for choice in first.choices) and rest:
        # A model stands behind the word for it.
        specs[-1] = _quote(f"2::{_message(rest[0].metavar)}:{MODEL_BEHIND_ITS_WORD}")
    return "\n".join([f"{_name(command)}() {{", *_arguments("-s -S", specs), "}", ""])


def _group(command: Command, specs: list[str]) -> str:
    child_descriptions = [
        "        " + _quote(child.name.replace(":", "\\:") + ":" + child.summary)
        for child in command.children
    ]
    branches = [f"        {child.name}) {_name(child)} ;;" for child in command.children]
    places = ["'1: :->command'", "'*:: :->rest'"]
    return "\n".join(
        [
            f"{_name(command)}() {{",
            "    local curcontext=$curcontext state line",
            "    typeset -A opt_args",
            "    local -a commands=(",
            *child_descriptions,
            "    )",
            *_arguments("-C -S", [*specs, *places]),
            "    case $state in",
            "    command) _describe command commands ;;",
            "    rest)",
            "        curcontext=${curcontext%:*:*}:krea-$words[1]:",
            "        case $words[1] in",
            *branches,
            "        esac",
            "        ;;",
            "    esac",
            "}",
            "",
        ]
    )


def _arguments(flags: str, specs: list[str]) -> list[str]:
    return " \\\n        ".join([f"    _arguments {flags}", *specs]).split("\n")


def _option(option: Option) -> str:
    takes = "" if option.metavar is None else f":{_message(option.metavar)}:{_action(option)}"
    summary = option.summary.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    text = _quote(f"[{summary}]{takes}")
    names = list(option.names)
    if option.metavar is not None:
        names = [name + ("=" if name.startswith("--") else "+") for name in names]
    alternatives = "{" + ",".join(names) + "}" if len(names) > 1 else names[0]
    if option.repeatable:
        return f"'*'{alternatives}{text}"
    return f"'({' '.join(option.names)})'{alternatives}{text}"


def _argument(argument: Argument, place: int) -> str:
    kind = completion_kind.kind(argument)
    if kind == completion_kind.COMMAND:
        return _quote(f"*:::{_message(argument.metavar)}:_normal")
    position = "*" if "..." in argument.metavar else f"{place}:"
    if not argument.choices and kind == completion_kind.FREE:
        # A blank action would show a message, and that keeps an option here from being completed.
        return _quote(f"{position}:{_message(argument.metavar)}:{{true}}")
    return _quote(f"{position}:{_message(argument.metavar)}:{_action(argument)}")


def _action(place: Option | Argument) -> str:
    if place.choices:
        return f"({' '.join(place.choices)})"
    return ACTIONS[completion_kind.kind(place)]


def _name(command: Command) -> str:
    return "_" + "_".join(command.path).replace("-", "_")


def _message(metavar: str) -> str:
    return re.sub(r"[][<>.]", "", metavar).replace(":", "\\:") or " "


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
