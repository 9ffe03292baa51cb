"""The completion script for fish."""

from collections.abc import Sequence

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.local.output_settings import PLACEHOLDERS
from krea_cli.manual import completion_kind
from krea_cli.manual.choices import describe_choice
from krea_cli.manual.lookup import lookup_program

SCRIPT_HEAD = r"""# fish completion for krea. Made by `python -m krea_cli.manual`; do not edit.

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

# Print what may stand in a place, a tab, and a description: `__krea_find WHAT DETAIL`. What was
# read is data.
function __krea_find
    set -l token (commandline -ct)
    set -l words (commandline -opc) "$token"
    sh -c @LOOKUP@ krea $argv[1] "$argv[2]" -- $words 2>/dev/null |
        string replace -r '^[^\t]+$' '$0'\t # else, fish repeats the option's own description
end

# The word that is typed, without the option before its "=".
function __krea_token
    string replace -r '^--[a-z-]+=' '' -- (commandline -ct)
end

# Each id, and what is left of it without its first part: fish replaces a whole word, --model= too,
# by a match that does not begin as the word does. Several models stand with commas between them.
function __krea_models
    set -l before (string match -r '^.*,' -- (__krea_token))
    for line in (__krea_find names)
        echo -- "$before"$line
    end
end

function __krea_inputs
    set -l token (__krea_token)
    set -l part (string split -m 1 = -- $token)
    if string match -q '*=@*' -- $token
        for path in (__fish_complete_path (string sub -s 2 -- $part[2]))
            echo -- "$part[1]=@$path"
        end
    else if set -q part[2]
        for line in (__krea_find choices $part[1])
            echo -- "$part[1]=$line"
        end
    else
        __krea_find fields | string replace -r '\t|$' '=$0'
    end
end

# Where an id is wanted, a file will do.
function __krea_requests
    set -l token (__krea_token)
    set -l found (__krea_find $argv[1])
    string join \n -- $found
    test -n "$token" -o -z "$found[1]"; and __fish_complete_path $token
end

function __krea_output
    set -l token (__krea_token)
    set -l before (string match -r '^.*\{(?=[^}]*$)' -- $token)
    if test -n "$before"
        for name in @PLACEHOLDERS@
            echo -- "$before$name}"\ta placeholder
        end
    else
        __fish_complete_path $token
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

CALLS = {
    completion_kind.MODEL: "(__krea_models)",
    completion_kind.INPUT: "(__krea_inputs)",
    completion_kind.OUTPUT: "(__krea_output)",
    completion_kind.COMMAND: "(__fish_complete_command)",  # before any --
}


def fish_script(root: Command, models: Sequence[str]) -> str:
    """The whole script; MODELS are the lines to use while no catalog is cached."""
    paths = " ".join(_quote(" ".join(command.path)) for command in root.walk() if command != root)
    head = (
        SCRIPT_HEAD.replace("@PATHS@", paths)
        .replace("@PLACEHOLDERS@", " ".join(PLACEHOLDERS))
        .replace("@LOOKUP@", _quote(lookup_program(models)))
    )
    return head + "".join(_entries(command) for command in root.walk())


def _entries(command: Command) -> str:
    lines = ["", f"# {' '.join(command.path)}"]
    lines += [_line(command, f"-a {child.name}", child.summary) for child in command.children]
    lines += [
        _line(command, _option(command, option), option.summary) for option in command.options
    ]
    lines += _argument_lines(command)
    if any(
        completion_kind.find_source(command, argument).kind == completion_kind.COMMAND
        for argument in command.arguments
    ):
        condition = f"__krea_behind {' '.join(command.path)}"
        lines.append(f"complete -c krea -n '{condition}' -a '(__krea_rest)'")
    return "\n".join(lines) + "\n"


def _argument_lines(command: Command) -> list[str]:
    condition = f"complete -c krea -n '__krea_at {' '.join(command.path)}; and"
    lines = []
    for argument in command.arguments:
        if argument.choices and "..." not in argument.metavar:
            # The words to choose from stand first; their values stand behind them.
            words = " ".join(argument.choices)
            first = f"{condition} not __fish_seen_subcommand_from {words}'"
            if any(map(describe_choice, argument.choices)):
                lines += [
                    f"{first} -a {each} -d {_quote(describe_choice(each))}"
                    for each in argument.choices
                ]
            else:
                lines.append(f"{first} {_values(command, argument)}")
        elif argument.behind:
            lines += [
                f"{condition} test (commandline -opc)[-1] = {word}' {action}"
                for word, value in argument.behind.items()
                if (action := _values(command, value))
            ]
        elif action := _values(command, argument):
            lines.append(_line(command, action))
    return lines


def _line(command: Command, rest: str, text: str = "") -> str:
    description = f" -d {_quote(text)}" if text else ""
    return f"complete -c krea -n '__krea_at {' '.join(command.path)}' {rest}{description}"


def _option(command: Command, option: Option) -> str:
    names = " ".join(
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    )
    if option.metavar is None:
        return names
    values = _values(command, option)
    return f"{names} -r {values}" if values == "-F" else f"{names} -x {values}".rstrip()


def _values(command: Command, place: Option | Argument) -> str:
    """Return the words of `complete` for the values of PLACE; none if they are free."""
    if place.choices:
        # An empty description: else, fish repeats that of the option for each.
        mark = r'\t""' if isinstance(place, Option) else ""
        return f"-a {_quote(' '.join(choice + mark for choice in place.choices))}"
    source = completion_kind.find_source(command, place)
    if source.kind == completion_kind.FILE:
        return "-F"
    if source.with_files:
        return f"-k -a '(__krea_requests {source.kind})'"
    if source.kind in completion_kind.LOOKED_UP and source.kind not in CALLS:
        words = " ".join(
            filter(None, ["__krea_find", source.kind, source.detail and _quote(source.detail)])
        )
        return f"-k -a {_quote(f'({words})')}"
    call = CALLS.get(source.kind)
    return f"-k -a '{call}'" if call else ""


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
