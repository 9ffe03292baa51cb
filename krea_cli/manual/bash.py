"""The completion script for bash, from 3.2 (macOS) on; needs no bash-completion package."""

from collections.abc import Sequence
from shlex import join, quote

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.local.output_settings import PLACEHOLDERS
from krea_cli.manual import completion_kind
from krea_cli.manual.lookup import lookup_program

SCRIPT_HEAD = r"""# bash completion for krea. Made by `python -m krea_cli.manual`; do not edit.

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

# Print what may stand in a place, a tab, and a description: `_krea_lookup WHAT DETAIL`.
_krea_lookup() {
    sh -c @LOOKUP@ krea "$@" -- "${words[@]}" 2> /dev/null
}

# Offer what is looked up and starts with what is typed, between $before and $after. What was read
# is data: nothing here expands it (`compgen -W` would run it).
_krea_find() {
    local line typed=${cur#"$before"}
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        case $line in
            "$typed"*) ;;
            *) continue ;;
        esac
        case $line in *' '*) printf -v line %q "$line" ;; esac
        COMPREPLY+=("$before$line$after")
    done < <(_krea_lookup "$1" "$2")
    compopt -o nosort 2> /dev/null
}

# Several models stand with commas between them.
_krea_models() {
    case $cur in *,*) before=${cur%,*}, ;; esac
    _krea_find names
}

_krea_inputs() {
    case $cur in
        *=*)
            before=${cur%%=*}=
            _krea_find choices "${cur%%=*}"
            ;;
        *)
            after==
            compopt -o nospace 2> /dev/null
            _krea_find fields
            ;;
    esac
}

# Where an id is wanted, a file will do.
_krea_requests() {
    _krea_find "$1"
    [ ${#COMPREPLY[@]} -gt 0 ] || _krea_files
}

_krea_output() {
    local name open=${cur##*\{}
    case $cur in *\{*) case $open in *\}*) ;; *)
        compopt -o nospace 2> /dev/null
        for name in @PLACEHOLDERS@; do
            case $name in "$open"*) COMPREPLY+=("${cur%"$open"}$name}") ;; esac
        done
        return
        ;;
    esac ;; esac
    _krea_files
}

# readline's own file names, with its quoting; bash 3.2 has no compopt.
_krea_files() {
    compopt -o default 2> /dev/null && return
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$own")
}

# readline takes the @ for a part of the name: it gets it back, and the name with its quoting.
_krea_files_behind_at() {
    local name typed=${cur#*=@}
    before=${cur%"$typed"}
    while IFS= read -r name; do
        if [ -d "$name" ]; then
            name=$name/
            compopt -o nospace 2> /dev/null
        fi
        printf -v name %q "$name"
        COMPREPLY+=("$before$name")
    done < <(compgen -f -- "$typed")
    own=@$own
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

# bash breaks --option=value, key=@file and 16:9 into words of their own: put them together,
# complete the whole, and hand back what is behind the part that bash holds for another word.
_krea() {
    local -a words=()
    local word sticks='' own=${COMP_WORDS[COMP_CWORD]} before='' after='' cur prev place
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        case $word in [=:]*) [ ${#words[@]} -gt 1 ] && sticks=yes ;; esac
        if [ -n "$sticks" ]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        sticks=
        case $word in [=:] | [=:][=:@]) sticks=yes ;; esac
    done
    case $own in [=:]*) own= ;; esac
    # bash 3 leaves them whole, but replaces the last part only.
    [ "${BASH_VERSINFO[0]}" -gt 3 ] || own=${own##*[=:@]}
    cur=${words[${#words[@]} - 1]} prev=
    [ ${#words[@]} -lt 2 ] || prev=${words[${#words[@]} - 2]}
    case $cur in --*=*) prev=${cur%%=*} cur=${cur#*=} ;; esac
    _krea_words
    local typed=${cur%"$own"}
    [ -z "$typed" ] || for place in "${!COMPREPLY[@]}"; do
        COMPREPLY[place]=${COMPREPLY[place]#"$typed"}
    done
}

_krea_words() {
    local path=krea literal='' word place
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
    case $cur in *=@*) _krea_files_behind_at; return ;; esac
    case "$path$literal" in
"""

SCRIPT_TAIL = """\
    esac
}

complete -F _krea krea
"""

OFFER_FUNCTIONS = {
    completion_kind.MODEL: "_krea_models",
    completion_kind.FILE: "_krea_files",
    completion_kind.OUTPUT: "_krea_output",
    completion_kind.INPUT: "_krea_inputs",
    completion_kind.COMMAND: "_krea_commands",
}


def bash_script(root: Command, models: Sequence[str]) -> str:
    """The whole script; MODELS are the lines to use while no catalog is cached."""
    paths = " | ".join(f'"{" ".join(command.path)}"' for command in root.walk() if command != root)
    head = (
        SCRIPT_HEAD.replace("@PATHS@", paths)
        .replace("@PLACEHOLDERS@", " ".join(PLACEHOLDERS))
        .replace("@LOOKUP@", quote(lookup_program(models)))
    )
    return head + "".join(_case_branches(command) for command in root.walk()) + SCRIPT_TAIL


def _case_branches(command: Command) -> str:
    path = " ".join(command.path)
    lines = [f'        "{path}")']
    lines += _after_options(command)
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


def _after_options(command: Command) -> list[str]:
    options_with_value = [option for option in command.options if option.metavar is not None]
    if not options_with_value:
        return []
    lines = ["            case $prev in"]
    for option in options_with_value:
        offer = _offer(command, option)
        offer = f"{offer}; " if offer else ""
        lines.append(f"                {' | '.join(option.names)}) {offer}return ;;")
    return [*lines, "            esac"]


def _offer(command: Command, place: Option | Argument) -> str:
    if place.choices:
        return f"_krea_offer {join(place.choices)}"
    source = completion_kind.find_source(command, place)
    if source.with_files:
        return f"_krea_requests {source.kind}"
    if source.kind in OFFER_FUNCTIONS:
        return OFFER_FUNCTIONS[source.kind]
    if source.kind in completion_kind.LOOKED_UP:
        return join(["_krea_find", source.kind, *filter(None, [source.detail])])
    return ""


def _positional(command: Command) -> str:
    if command.children:
        return f"_krea_offer {join(child.name for child in command.children)}"
    offers = (_argument(command, argument) for argument in command.arguments)
    return "; ".join(dict.fromkeys(filter(None, offers)))


def _argument(command: Command, argument: Argument) -> str:
    if argument.choices:
        offer = "_krea_offer" if "..." in argument.metavar else "_krea_offer_once"
        return " ".join([offer, *map(quote, argument.choices)])
    if argument.behind:
        # The values of a setting stand behind its key.
        branches = (
            f"{word}) {offer} ;;"
            for word, value in argument.behind.items()
            if (offer := _offer(command, value))
        )
        return f"case $prev in {' '.join(branches)} esac"
    return _offer(command, argument)
