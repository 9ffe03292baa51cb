"""The command tree as plain data. The only file that looks inside Typer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import typer

NO_REWRAP = "\b"  # Click's mark before a paragraph that keeps its lines


@dataclass(frozen=True)
class Option:
    """An option: its names, longest first; what it takes (None for a switch)."""

    names: tuple[str, ...]
    metavar: str | None
    help: str
    choices: tuple[str, ...] = ()
    repeatable: bool = False

    @property
    def summary(self) -> str:
        """The first thing the help says, for a menu."""
        return re.split(r"[.;] |[.;]$", self.help, maxsplit=1)[0]


@dataclass(frozen=True)
class Argument:
    """A positional argument; `metavar` is as shown in the usage line."""

    metavar: str
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """A command, or a group of them. `path` starts with the program: ("krea", "auth", "login")."""

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
        """What is typed: "krea generate [OPTIONS] [PROMPT]"."""
        words = [*self.path, "[OPTIONS]", *(argument.metavar for argument in self.arguments)]
        return " ".join([*words, "COMMAND"] if self.children else words)

    def walk(self) -> Iterator["Command"]:
        """This command and all below it, in the order of the help."""
        yield self
        for child in self.children:
            yield from child.walk()


# What may stand for a metavar of a command: ("krea config get", "KEY") -> the keys.
Words = Mapping[tuple[str, str], tuple[str, ...]]


def read(app: typer.Typer, words: Words = MappingProxyType({})) -> Command:
    """The tree of APP without what is hidden. WORDS adds choices that the parser does not know."""
    return _command(typer.main.get_command(app), ("krea",), None, words)


def _command(found: Any, path: tuple[str, ...], above: Any, words: Words) -> Command:
    # Typer's own classes are private: they are met by what they can do.
    context = typer.Context(found, info_name=path[-1], parent=above, **found.context_settings)
    visible = [one for one in found.params if not getattr(one, "hidden", False)]
    summary, prose, examples = _sections(found.help or "")

    def choices(one: Any) -> tuple[str, ...]:
        return _choices(one) or words.get((" ".join(path), _metavar(one).strip("[].")), ())

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
            _argument(one, choices(one)) for one in visible if one.param_type_name == "argument"
        ),
        children=tuple(
            _command(child, (*path, name), context, words)
            for name, child in getattr(found, "commands", {}).items()
            if not child.hidden
        ),
    )


def _option(found: Any, choices: tuple[str, ...]) -> Option:
    return Option(
        names=_longest_first([*found.opts, *found.secondary_opts]),
        metavar=None if found.is_flag or found.count else _metavar(found),
        help=_help(found.help or ""),
        choices=choices,
        repeatable=found.multiple,
    )


def _argument(found: Any, choices: tuple[str, ...]) -> Argument:
    return Argument(_metavar(found), _help(found.help or ""), choices)


def _metavar(found: Any) -> str:
    """As declared, else made from the type of an option or the name of an argument."""
    if found.metavar:
        return str(found.metavar)
    if found.param_type_name == "argument":
        name = found.name.upper().replace("_", "-")
        return (name if found.required else f"[{name}]") + ("" if found.nargs == 1 else "...")
    if choices := _choices(found):
        return "|".join(choices)
    kind = found.type.name.split()[0]
    return {"int": "N", "integer": "N", "float": "N"}.get(
        kind, "FILE" if kind in ("path", "file", "filename") else "TEXT"
    )


def _choices(found: Any) -> tuple[str, ...]:
    return tuple(
        str(getattr(choice, "value", choice)) for choice in getattr(found.type, "choices", ())
    )


def _help(text: str) -> str:
    return " ".join(text.split())


def _longest_first(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def _sections(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A docstring as summary, paragraphs of prose, and lines of examples."""
    first, *paragraphs = re.split(r"\n[ \t]*\n", text.replace("\f", "").strip() or " ")
    prose: list[str] = []
    examples: list[str] = []
    announced = False  # all that comes behind the heading is examples
    for paragraph in paragraphs:
        lines = [line for line in paragraph.replace(NO_REWRAP, "").splitlines() if line.strip()]
        if headed := bool(lines) and lines[0].strip().lower() == "examples:":
            announced = True
        if announced:
            examples += [line.strip() for line in lines[headed:]]
        elif NO_REWRAP in paragraph:
            prose.append("\n".join(line.rstrip() for line in lines))
        elif lines:
            prose.append(_help(paragraph))
    return _help(first), tuple(prose), tuple(examples)
