"""The command tree as plain data; no other file looks inside Typer."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import typer

from krea_cli.help import groups

NO_REWRAP = "\b"  # Click's mark before a paragraph that keeps its lines


class Option(NamedTuple):
    """An option.

    names: as typed, the longest first
    metavar: the word for its value; None for a switch
    help: one paragraph, with its range and its default
    choices: the possible values, where they are listed
    repeatable: True if it may be given several times
    """

    names: tuple[str, ...]
    metavar: str | None
    help: str
    choices: tuple[str, ...] = ()
    repeatable: bool = False

    @property
    def summary(self) -> str:
        """The first clause of the help, for a menu."""
        return re.split(r"[.;] |[.;]$", self.help, maxsplit=1)[0]


class Argument(NamedTuple):
    """A positional argument.

    metavar: as in the usage line: "[ID]..."
    help: one paragraph
    choices: the possible values, where they are listed
    behind: by the word before it, what may stand here then, as the value of a setting
    """

    metavar: str
    help: str = ""
    choices: tuple[str, ...] = ()
    behind: Mapping[str, "Argument"] = MappingProxyType({})


class Command(NamedTuple):
    """A command, or a group of commands.

    path: the words typed, from the program on: ("krea", "auth", "login")
    summary: the first line of the help
    prose: the paragraphs of the help
    examples: command lines
    children: the commands of a group
    """

    path: tuple[str, ...]
    summary: str
    prose: tuple[str, ...]
    examples: tuple[str, ...]
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...]
    children: tuple["Command", ...] = ()

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path[-1]

    @property
    def usage(self) -> str:
        """The usage line: "krea generate [OPTIONS] [PROMPT]"."""
        words = [*self.path, "[OPTIONS]", *(argument.metavar for argument in self.arguments)]
        return " ".join([*words, "COMMAND"] if self.children else words)

    @property
    def option_groups(self) -> Mapping[str, tuple[Option, ...]]:
        """Title -> options, in the order of the help; one group if they are few."""
        if len(self.options) <= groups.MAX_UNGROUPED_OPTIONS:
            return {"Options": self.options}
        left = {option.names[0]: option for option in self.options}
        titles = {}
        for title, names in groups.groups_of(" ".join(self.path)).items():
            if found := tuple(left.pop(name) for name in names if name in left):
                titles[title] = found
        return {**titles, groups.OTHER_OPTIONS: tuple(left.values())} if left else titles

    def walk(self) -> Iterator["Command"]:
        """This command and all below it, in the order of the help."""
        yield self
        for child in self.children:
            yield from child.walk()


# Command and metavar -> the words to choose from: ("krea config get", "KEY") -> the keys.
MetavarChoices = Mapping[tuple[str, str], tuple[str, ...]]
# Command and metavar of an argument -> what may stand there, by the word before it.
ValuesBehind = Mapping[tuple[str, str], Mapping[str, Argument]]
NOTHING: Mapping[Any, Any] = MappingProxyType({})


def read_command_tree(
    app: typer.Typer,
    metavar_choices: MetavarChoices = NOTHING,
    values_behind: ValuesBehind = NOTHING,
) -> Command:
    """The tree of APP without hidden commands and options.

    METAVAR_CHOICES and VALUES_BEHIND add what the parser does not know.
    """
    parser = typer.main.get_command(app)
    return _command(parser, ("krea",), None, metavar_choices, values_behind)


def read_command(context: Any) -> Command:
    """The command that runs in CONTEXT, with its children."""
    path = tuple(str(context.command_path).split())
    return _command(context.command, path, context.parent)


def _command(
    command: Any,
    path: tuple[str, ...],
    parent_context: Any,
    metavar_choices: MetavarChoices = NOTHING,
    values_behind: ValuesBehind = NOTHING,
) -> Command:
    # Typer's own classes are private, so nothing here names them.
    context = typer.Context(
        command, info_name=path[-1], parent=parent_context, **command.context_settings
    )
    visible = [one for one in command.params if not getattr(one, "hidden", False)]
    summary, prose, examples = _split_docstring(command.help or "")

    def key(one: Any) -> tuple[str, str]:
        return " ".join(path), _metavar(one).strip("[].")

    def choices(one: Any) -> tuple[str, ...]:
        return _choices(one) or metavar_choices.get(key(one), ())

    return Command(
        path=path,
        summary=summary,
        prose=prose,
        examples=examples,
        options=(
            *(_option(one, choices(one)) for one in visible if one.param_type_name == "option"),
            Option(_longest_first(context.help_option_names), None, "Show this help and exit."),
        ),
        arguments=tuple(
            _argument(one, choices(one), values_behind.get(key(one), NOTHING))
            for one in visible
            if one.param_type_name == "argument"
        ),
        children=tuple(
            _command(child, (*path, name), context, metavar_choices, values_behind)
            for name, child in getattr(command, "commands", {}).items()
            if not child.hidden
        ),
    )


def _option(parameter: Any, choices: tuple[str, ...]) -> Option:
    return Option(
        names=_longest_first([*parameter.opts, *parameter.secondary_opts]),
        metavar=None if parameter.is_flag or parameter.count else _metavar(parameter),
        help=_help(parameter),
        choices=choices,
        repeatable=parameter.multiple,
    )


def _argument(parameter: Any, choices: tuple[str, ...], behind: Mapping[str, Argument]) -> Argument:
    return Argument(_metavar(parameter), _help(parameter), choices, behind)


def _help(parameter: Any) -> str:
    """The help of PARAMETER, then its range and its default in words."""
    low, high = (getattr(parameter.type, side, None) for side in ("min", "max"))
    limits = "" if low is None else f"{low} or more" if high is None else f"{low} to {high}"
    shown = parameter.show_default
    default = shown if isinstance(shown, str) else parameter.default
    if isinstance(default, float):
        default = f"{default:g}"
    if not shown or default is None or getattr(parameter, "is_flag", False):
        words = limits
    else:
        words = f"{limits}; without it {default}" if limits else f"Without it {default}"
    return _join_lines(f"{parameter.help or ''} {words}{'.' if words else ''}")


def _metavar(parameter: Any) -> str:
    """As declared, else made from the type of an option or the name of an argument."""
    if parameter.metavar:
        return str(parameter.metavar)
    if parameter.param_type_name == "argument":
        name = parameter.name.upper().replace("_", "-")
        return (name if parameter.required else f"[{name}]") + (
            "" if parameter.nargs == 1 else "..."
        )
    if choices := _choices(parameter):
        return "|".join(choices)
    kind = parameter.type.name.split()[0]
    return {"int": "N", "integer": "N", "float": "N"}.get(
        kind, "FILE" if kind in ("path", "file", "filename") else "TEXT"
    )


def _choices(parameter: Any) -> tuple[str, ...]:
    return tuple(
        str(getattr(choice, "value", choice)) for choice in getattr(parameter.type, "choices", ())
    )


def _join_lines(text: str) -> str:
    return " ".join(text.split())


def _longest_first(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def _split_docstring(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A docstring as summary, paragraphs of prose, and lines of examples."""
    first, *paragraphs = re.split(r"\n[ \t]*\n", text.replace("\f", "").strip() or " ")
    prose: list[str] = []
    examples: list[str] = []
    in_examples = False  # from the heading on, to the end
    for paragraph in paragraphs:
        lines = [line for line in paragraph.replace(NO_REWRAP, "").splitlines() if line.strip()]
        if has_heading := bool(lines) and lines[0].strip().lower() == "examples:":
            in_examples = True
        if in_examples:
            examples += [line.strip() for line in lines[has_heading:]]
        elif NO_REWRAP in paragraph:
            prose.append("\n".join(line.rstrip() for line in lines))
        elif lines:
            prose.append(_join_lines(paragraph))
    return _join_lines(first), tuple(prose), tuple(examples)
