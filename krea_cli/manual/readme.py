"""The README's list of commands, between its two markers."""

from krea_cli.help.command_tree import Command

BEGIN_MARKER = "<!-- commands -->"
END_MARKER = "<!-- /commands -->"


def command_table(root: Command) -> str:
    """A Markdown table of the commands: usage and summary."""
    rows = [
        f"| `{_cell(command.usage.replace(' [OPTIONS]', ''))}` | {_cell(command.summary)} |"
        for command in root.walk()
        if not command.children
    ]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])


def replace_command_list(readme: str, root: Command) -> str:
    """README with a new list between its markers; unchanged without both markers."""
    before, begin, rest = readme.partition(BEGIN_MARKER)
    _, end, after = rest.partition(END_MARKER)
    if not begin or not end:
        return readme
    return f"{before}{BEGIN_MARKER}\n{command_table(root)}\n{END_MARKER}{after}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
