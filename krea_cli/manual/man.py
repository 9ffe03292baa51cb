"""Man pages: one for the program, one per command, in the classic man macros."""

import re
from collections.abc import Iterable, Mapping

from krea_cli.manual import reference
from krea_cli.manual.command_tree import Argument, Command, Option


def pages(root: Command, version: str) -> Mapping[str, str]:
    """File name -> page, for every command of the tree."""
    return {f"{'-'.join(command.path)}.1": page(command, root, version) for command in root.walk()}


def page(command: Command, root: Command, version: str) -> str:
    """The page of COMMAND."""
    title = "-".join(command.path)
    lines = [
        f'.TH {_text(title.upper())} 1 "" "krea {version}" "Krea manual"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(command.summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        *_synopsis(command),
        ".SH DESCRIPTION",
        *_description(command),
        *_section("COMMANDS", _entries(_children(command))),
        *_section("ARGUMENTS", _entries(_arguments(command.arguments))),
        *_section("OPTIONS", _entries(_options(command.options))),
        *_section("EXAMPLES", _listing(command.examples)),
        *_section("EXIT STATUS", _entries(reference.EXIT_STATUS)),
        *_section("ENVIRONMENT", _entries(reference.ENVIRONMENT)),
        *_section("FILES", [*_entries(reference.FILES), ".PP", _line(reference.MACOS_FOLDERS)]),
        *_section("SEE ALSO", [_see_also(command, root)]),
    ]
    return "\n".join(lines) + "\n"


def _synopsis(command: Command) -> list[str]:
    rest = command.usage.removeprefix(" ".join(command.path)).strip()
    return [f".B {_text(' '.join(command.path))}", _line(rest)]


def _description(command: Command) -> list[str]:
    lines = [_line(command.summary)]
    for paragraph in command.prose or (reference.PROGRAM if len(command.path) == 1 else ()):
        lines.append(".PP")
        lines += _listing(paragraph.splitlines()) if "\n" in paragraph else [_line(paragraph)]
    return lines


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = list(lines)
    return [f".SH {title}", *body] if body else []


def _entries(entries: Iterable[tuple[str, str]]) -> list[str]:
    lines: list[str] = []
    for term, text in entries:
        lines += [".TP", f".B {_text(term)}", _line(text) or "\\&"]
    return lines


def _listing(lines: Iterable[str]) -> list[str]:
    body = [_line(line) for line in lines]
    return [".nf", ".RS 4", *body, ".RE", ".fi"] if body else []


def _children(command: Command) -> list[tuple[str, str]]:
    return [(" ".join(child.path), child.summary) for child in command.children]


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


def _see_also(command: Command, root: Command) -> str:
    above = [other for other in root.walk() if other.path == command.path[:-1]]
    beside = [child for other in above for child in other.children if child is not command]
    related = [*above, *command.children, *beside]
    return ",\n".join(f".BR {_text('-'.join(other.path))} (1)" for other in related)


def _line(text: str) -> str:
    """TEXT as a line of its own: a leading dot or quote would be a command."""
    escaped = _text(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _text(text: str) -> str:
    """TEXT in plain ASCII for roff; hyphens stay hyphens when copied from the page."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", escaped)
