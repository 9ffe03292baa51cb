"""The completion script for zsh."""

import re
from collections.abc import Sequence

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.local.output_settings import PLACEHOLDERS
from krea_cli.manual import completion_kind
from krea_cli.manual.choices import describe_choice
from krea_cli.manual.lookup import lookup_program

SCRIPT_HEAD = r"""#compdef krea
# zsh completion for krea. Made by `python -m krea_cli.manual`; do not edit.

# Print what may stand in a place, a tab, and a description: `__krea_lookup WHAT DETAIL`.
__krea_lookup() {
    sh -c @LOOKUP@ krea "$1" "$2" -- "${(@Q)words[1,CURRENT]}" 2> /dev/null
}

# Offer what is looked up; further words go to compadd. What was read is data.
__krea_find() {
    local line what=$1 detail=$2
    local -a found
    shift 2
    for line in ${(f)"$(__krea_lookup "$what" "$detail")"}; do
        found+=("${${line%%$'\t'*}//:/\\:}${${line#${line%%$'\t'*}}/#$'\t'/:}")
    done
    (( $#found )) && _describe -V -t $what $what found "$@"
}

# Several models stand with commas between them.
__krea_models() {
    compset -P '*,'
    __krea_find models '' -M 'l:|=* r:|=*'
}

__krea_inputs() {
    if compset -P '*=@'; then
        _files
    elif [[ $PREFIX == *=* ]]; then
        local field=${PREFIX%%=*}
        compset -P '*='
        __krea_find choices $field
    else
        __krea_find fields '' -S =
    fi
}

# Where an id is wanted, a file will do.
__krea_requests() {
    __krea_find $1 ''
    local found=$?
    [[ -z $PREFIX && $found == 0 ]] || _files || return $found
}

__krea_output() {
    local typed=${words[CURRENT]#--*=} open=${words[CURRENT]##*\{}
    if [[ $typed == *\{* && $open != *\}* ]]; then
        # zsh takes the brace out of the word, and puts it back by itself.
        compset -P '*\{' || compset -p $(( $#PREFIX - $#open ))
        compadd -Q -S '' -- @PLACEHOLDERS@
    else
        _files
    fi
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
    completion_kind.MODEL: "{__krea_models}",
    completion_kind.FILE: "_files",
    completion_kind.OUTPUT: "{__krea_output}",
    completion_kind.INPUT: "{__krea_inputs}",
    completion_kind.COMMAND: "_normal",
}


def zsh_script(root: Command, models: Sequence[str]) -> str:
    """The whole script; MODELS are the lines to use while no catalog is cached."""
    head = SCRIPT_HEAD.replace(
        "@PLACEHOLDERS@", " ".join(f"{_quote(name + '}')}" for name in PLACEHOLDERS)
    ).replace("@LOOKUP@", _quote(lookup_program(models)))
    functions = "\n".join(_function(command) for command in reversed(list(root.walk())))
    return f"{head}{functions}\n{SCRIPT_TAIL}"


def _function(command: Command) -> str:
    specs = [_option(command, option) for option in command.options]
    if command.children:
        return _group(command, specs)
    specs += [
        _argument(command, argument, place) for place, argument in enumerate(command.arguments, 1)
    ]
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


def _option(command: Command, option: Option) -> str:
    takes = ""
    if option.metavar is not None:
        takes = f":{_message(option.metavar)}:{_action(command, option) or ' '}"
    summary = option.summary.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    text = _quote(f"[{summary}]{takes}")
    names = list(option.names)
    if option.metavar is not None:
        names = [name + ("=" if name.startswith("--") else "+") for name in names]
    alternatives = "{" + ",".join(names) + "}" if len(names) > 1 else names[0]
    if option.repeatable:
        return f"'*'{alternatives}{text}"
    return f"'({' '.join(option.names)})'{alternatives}{text}"


def _argument(command: Command, argument: Argument, place: int) -> str:
    if completion_kind.find_source(command, argument).kind == completion_kind.COMMAND:
        return _quote(f"*:::{_message(argument.metavar)}:_normal")
    position = "*" if "..." in argument.metavar else f"{place}:"
    # A blank action would show a message, and that keeps an option here from being completed.
    action = _action(command, argument) or "{true}"
    return _quote(f"{position}:{_message(argument.metavar)}:{action}")


def _action(command: Command, place: Option | Argument) -> str:
    if place.choices:
        if not any(map(describe_choice, place.choices)):
            return f"({' '.join(place.choices)})"
        described = (f"{each}\\:{_escape(describe_choice(each))}" for each in place.choices)
        return f"(({' '.join(described)}))"
    if isinstance(place, Argument) and place.behind:
        # The values of a setting stand behind its key.
        branches = (
            f"{word}) {action} ;;"
            for word, value in place.behind.items()
            if (action := _call(command, value))
        )
        return "{case $words[CURRENT-1] in " + " ".join(branches) + " esac}"
    source = completion_kind.find_source(command, place)
    if source.with_files:
        return f"{{__krea_requests {source.kind}}}"
    if source.kind in completion_kind.LOOKED_UP and source.kind not in ACTIONS:
        return f"{{__krea_find {source.kind} '{source.detail}'}}"
    return ACTIONS.get(source.kind, "")


def _call(command: Command, place: Argument) -> str:
    """Return the command that offers the values of PLACE."""
    if place.choices:
        return f"compadd -- {' '.join(place.choices)}"
    return _action(command, place).strip("{}")


def _escape(text: str) -> str:
    """Return TEXT as one word, for a list that zsh reads as a command line."""
    return re.sub(r"([^\w])", r"\\\1", text)


def _name(command: Command) -> str:
    return "_" + "_".join(command.path).replace("-", "_")


def _message(metavar: str) -> str:
    return re.sub(r"[][<>.]", "", metavar).replace(":", "\\:") or " "


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
