"""Man pages: one for the program, one per command, in the classic man macros."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from krea_cli.help.command_tree import Argument, Command, Option
from krea_cli.help.groups import COMMAND_GROUPS
from krea_cli.local.settings import SETTINGS
from krea_cli.manual import reference
from krea_cli.manual.guide import Guide
from krea_cli.manual.roff import escape, escape_line, listing, references
from krea_cli.manual.sections import sections_of

NO_SECTIONS: Mapping[str, str] = MappingProxyType({})


def man_pages(
    root: Command,
    version: str,
    guides: Iterable[Guide] = (),
    sections: Mapping[str, str] = NO_SECTIONS,
) -> Mapping[str, str]:
    """File name -> page, for every command below ROOT.

    A page names those of GUIDES about it, and has those of SECTIONS (name -> Markdown) about it.
    """
    guides = tuple(guides)
    return {
        f"{'-'.join(command.path)}.1": man_page(command, root, version, guides, sections)
        for command in root.walk()
    }


def man_page(
    command: Command,
    root: Command,
    version: str,
    guides: Iterable[Guide],
    sections: Mapping[str, str],
) -> str:
    """The page of COMMAND, with those of GUIDES about it, or all of them for the program."""
    title = "-".join(command.path)
    longer = sections_of(" ".join(command.path), sections)
    lines = [
        *(["'\\\" t"] if ".TS" in longer else []),  # man runs tbl for it
        f'.TH {escape(title.upper())} 1 "" "krea {version}" "Krea manual"',
        ".nh",  # what is typed must not be hyphenated
        ".ad l",
        ".SH NAME",
        f"{escape(title)} \\- {escape(command.summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {escape(' '.join(command.path))}",
        escape_line(command.usage.removeprefix(" ".join(command.path)).strip()),
        ".SH DESCRIPTION",
        *_description(command),
        *_section("COMMANDS", _commands(command)),
        *_section("ARGUMENTS", _entries(_arguments(command.arguments))),
        *_section("OPTIONS", _option_groups(command)),
        *_section("SETTINGS", _settings(command)),
        *longer,
        *_section("EXAMPLES", listing(command.examples)),
        *_section("EXIT STATUS", _entries(reference.EXIT_STATUS)),
        *_section("ENVIRONMENT", _entries(reference.ENVIRONMENT)),
        *_section(
            "FILES", [*_entries(reference.FILES), ".PP", escape_line(reference.MACOS_FOLDERS)]
        ),
        *_section("SEE ALSO", [_see_also(command, root, guides)]),
    ]
    return "\n".join(lines) + "\n"


def _description(command: Command) -> list[str]:
    lines = [escape_line(command.summary)]
    for paragraph in command.prose or (
        reference.PROGRAM_DESCRIPTION if len(command.path) == 1 else ()
    ):
        lines.append(".PP")
        lines += listing(paragraph.splitlines()) if "\n" in paragraph else [escape_line(paragraph)]
    return lines


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = list(lines)
    return [f".SH {title}", *body] if body else []


def _entries(entries: Iterable[tuple[str, str]]) -> list[str]:
    lines: list[str] = []
    for term, text in entries:
        lines += [".TP", f".B {escape(term)}", escape_line(text) or "\\&"]
    return lines


def _commands(command: Command) -> list[str]:
    """The lines about the children of COMMAND; those of the program stand in their groups."""
    children = {child.name: (" ".join(child.path), child.summary) for child in command.children}
    lines: list[str] = []
    for title, names in COMMAND_GROUPS.items() if len(command.path) == 1 else ():
        group = [children.pop(name) for name in names if name in children]
        lines += [f".SS {title}", *_entries(group)] if group else []
    return [*lines, *_entries(children.values())]


def _option_groups(command: Command) -> list[str]:
    groups = command.option_groups
    if len(groups) == 1:
        return _entries(_options(command.options))
    lines: list[str] = []
    for title, options in groups.items():
        lines += [f".SS {title}", *_entries(_options(options))]
    return lines


def _settings(command: Command) -> list[str]:
    """The settings, for the commands that read and write them."""
    if command.path[1:2] != ("config",):
        return []
    entries = []
    for key, setting in SETTINGS.items():
        default = f" Default: {setting.default}." if setting.default else ""
        entries.append((key, f"{setting.help[:1].upper()}{setting.help[1:]}.{default}"))
    return _entries(entries)


def _arguments(arguments: Iterable[Argument]) -> list[tuple[str, str]]:
    return [(argument.metavar, argument.help) for argument in arguments]


def _options(options: Iterable[Option]) -> list[tuple[str, str]]:
    entries = []
    for option in options:
        names = ", ".join(option.names)
        term = f"{names} {option.metavar}" if option.metavar else names
        again = "May be given several times." if option.repeatable else ""
        entries.append((term, f"{option.help} {again}".strip()))
    return entries


def _see_also(command: Command, root: Command, guides: Iterable[Guide]) -> str:
    typed = " ".join(command.path)
    parents = [other for other in root.walk() if other.path == command.path[:-1]]
    siblings = [child for parent in parents for child in parent.children if child is not command]
    related = [*parents, *command.children, *siblings]
    about = [guide for guide in guides if command is root or typed in guide.commands]
    return references(
        [
            *((guide.page_name, 7) for guide in about),
            *(("-".join(other.path), 1) for other in related),
        ]
    )
