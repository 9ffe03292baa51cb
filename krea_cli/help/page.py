"""The page that a command prints with -h: usage first, and options in groups."""

from collections.abc import Sequence

from krea_cli.help.command_tree import Command, Option
from krea_cli.help.groups import COMMANDS_OF_GUIDE
from krea_cli.help.layout import INDENT, Entry, Layout

MAX_TERM_CELLS = 24  # a longer name of an option has a line of its own
REPEATABLE_MARK = "*"

Section = tuple[str, Sequence[Entry]]  # a heading, and what stands below


def help_page(command: Command, layout: Layout) -> str:
    """Return the help of COMMAND in LAYOUT."""
    blocks = [layout.usage(command.usage), layout.wrap(command.summary, INDENT)]
    for paragraph in command.prose:
        if "\n" in paragraph:  # it keeps its lines
            blocks.append([f"{INDENT}{line}" for line in paragraph.splitlines()])
        else:
            blocks.append(layout.wrap(paragraph, INDENT))
    if command.examples:
        lines = (f"{INDENT}{line}" for line in command.examples)
        blocks.append([layout.heading("Examples"), *lines])
    sections = _sections(command)
    terms = [len(term) for _, entries in sections for term, _ in entries]
    cells = max((length for length in terms if length <= MAX_TERM_CELLS), default=0)
    for title, entries in sections:
        blocks.append([layout.heading(title), *layout.entries(entries, cells)])
    if text := _explain_mark(command):
        blocks.append(layout.wrap(text, next_indent=INDENT))
    return layout.join([*blocks, layout.wrap(_name_pages(command))])


def _sections(command: Command) -> list[Section]:
    """Return arguments, commands and groups of options of COMMAND."""
    sections: list[Section] = []
    if command.arguments:
        sections.append(("Arguments", [(one.metavar, one.help) for one in command.arguments]))
    if command.children:
        sections.append(("Commands", [(one.name, one.summary) for one in command.children]))
    for title, options in command.option_groups.items():
        sections.append((title, [(_term(option), option.help) for option in options]))
    return sections


def _term(option: Option) -> str:
    """Return OPTION as it is typed, the short name first, with the mark of a repeatable one."""
    names = ", ".join(sorted(option.names, key=len))
    mark = REPEATABLE_MARK if option.repeatable else ""
    return " ".join(filter(None, (names, option.metavar, mark)))


def _explain_mark(command: Command) -> str:
    """Return the sentence about the mark, with an option of COMMAND; empty if none has it."""
    for options in command.option_groups.values():
        for option in options:
            if option.repeatable:
                word = f"{option.names[0]} {option.metavar}"
                return f"{REPEATABLE_MARK} may be given several times: {word} {word}"
    return ""


def _name_pages(command: Command) -> str:
    """Return the sentence about the man pages of COMMAND and its guides."""
    typed = " ".join(command.path)
    guides = [name for name, commands in COMMANDS_OF_GUIDE.items() if typed in commands]
    pages = [typed.replace(" ", "-"), *(f"krea-{name}-guide" for name in guides)]
    return f"More: {', '.join(f'man {page}' for page in pages)}"
