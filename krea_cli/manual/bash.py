"""The completion script for bash, from 3.2 (macOS) on; needs no bash-completion package."""

from collections.abc import Iterable, Sequence
from shlex import join, quote

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.manual import completion_kind

SCRIPT_HEAD = """\
# bash completion for krea. Made by `python -m krea_cli.manual`; do not edit.

# Offer those of the arguments that start with what is typed.
_krea_offer() {
    local word
    for word in "$@"; do
        case $word in "$cur"*) COMPREPLY+=("$word") ;; esac
    done
}

# Offer those words until one of them has been typed.
_krea_offer_once() {
    local typed
    for typed in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " $* " in *" $typed "*) return ;; esac
    done
    _krea_offer "$@"
}

# Offer a model by its id or by the id without its first part. The list is data: a line with any
# other character is dropped, and nothing here expands a line (`compgen -W` would run it).
_krea_offer_models() {
    local id
    while IFS= read -r id; do
        case $id in [!A-Za-z0-9]* | '' | *[!A-Za-z0-9._/-]*) continue ;; esac
        case $id in "$cur"*) COMPREPLY+=("$id") ;; esac
        case ${id#*/} in "$id" | '') ;; "${cur:-/}"*) COMPREPLY+=("${id#*/}") ;; esac
    done
}

_krea_model_ids() {
    local folder
    for folder in "${KREA_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/krea}" \\
        "${KREA_CACHE_DIR:-$HOME/Library/Caches/krea}"; do
        if [ -s "$folder/models.list" ] && [ -r "$folder/models.list" ]; then
            _krea_offer_models < "$folder/models.list"
            return
        fi
    done
    _krea_offer_models <<'MODELS'
@MODELS@
MODELS
}

# readline's own file names, with its quoting; bash 3.2 has no compopt.
_krea_files() {
    compopt -o default 2> /dev/null && return
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$cur")
}

# Behind `--` stands a command line of its own; bash-completion knows how to go on there.
_krea_commands() {
    local name
    if [ -n "$literal" ] && declare -F _command_offset > /dev/null; then
        _command_offset $((place + 1))
        return
    fi
    if [ -z "$literal" ] || [ "$COMP_CWORD" -eq $((place + 1)) ]; then
        while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -c -- "$cur")
    fi
    [ ${#COMPREPLY[@]} -gt 0 ] || _krea_files
}

_krea() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local path=krea literal='' word place
    COMPREPLY=()
    # bash breaks --option=value and key=@file into words of their own.
    if [ "$cur" = = ]; then
        cur=
    elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((place = 1; place < COMP_CWORD; place++)); do
        word=${COMP_WORDS[place]}
        if [ "$word" = -- ]; then
            literal=yes
            break
        fi
        case "$path $word" in
            @PATHS@) path="$path $word" ;;
        esac
    done
    case $prev in *@) _krea_files; return ;; esac
    case "$path$literal" in
"""

SCRIPT_TAIL = """\
    esac
}

complete -F _krea krea
"""

OFFER_FUNCTIONS = {
    completion_kind.MODEL: "_krea_model_ids",
    completion_kind.FILE: "_krea_files",
    completion_kind.COMMAND: "_krea_commands",
}


def bash_script(root: Command, models: Sequence[str]) -> str:
    """The whole script; MODELS are the ids to offer while no catalog is cached."""
    paths = " | ".join(f'"{" ".join(command.path)}"' for command in root.walk() if command != root)
    head = SCRIPT_HEAD.replace("@MODELS@", "\n".join(models)).replace("@PATHS@", paths)
    return head + "".join(_case_branches(command) for command in root.walk()) + SCRIPT_TAIL


def _case_branches(command: Command) -> str:
    path = " ".join(command.path)
    lines = [f'        "{path}")']
    lines += _after_options(command.options)
    names = join(name for option in command.options for name in option.names)
    positional = _positional(command)
    lines += [
        "            case $cur in",
        f"                -*) _krea_offer {names} ;;",
        *([f"                *) {positional} ;;"] if positional else []),
        "            esac",
        "            ;;",
    ]
    if positional and not command.children:
        lines += [f'        "{path}yes") {positional} ;;']
    return "\n".join(lines) + "\n"


def _after_options(options: Iterable[Option]) -> list[str]:
    options_with_value = [option for option in options if option.metavar is not None]
    if not options_with_value:
        return []
    lines = ["            case $prev in"]
    for option in options_with_value:
        offer = _offer(option)
        lines.append(f"                {' | '.join(option.names)}) {offer}return ;;")
    return [*lines, "            esac"]


def _offer(option: Option) -> str:
    if option.choices:
        return f"_krea_offer {join(option.choices)}; "
    call = OFFER_FUNCTIONS.get(completion_kind.kind(option))
    return f"{call}; " if call else ""


def _positional(command: Command) -> str:
    if command.children:
        return f"_krea_offer {join(child.name for child in command.children)}"
    first, *rest = command.arguments or (None,)
    if first and first.choices and rest:
        # The words to choose from stand first; a model may stand behind the word for it.
        return f"{_argument(first)}; case $prev in model.*) _krea_model_ids ;; esac"
    return "; ".join(dict.fromkeys(filter(None, map(_argument, command.arguments))))


def _argument(argument: Argument) -> str:
    if argument.choices:
        offer = "_krea_offer" if "..." in argument.metavar else "_krea_offer_once"
        return " ".join([offer, *map(quote, argument.choices)])
    return OFFER_FUNCTIONS.get(completion_kind.kind(argument), "")
