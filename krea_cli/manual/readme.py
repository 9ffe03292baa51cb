"""The README's list of commands, between its two markers."""

from krea_cli.manual.command_tree import Command

BEGIN = "<!-- commands -->"
END = "<!-- /commands -->"


def table(root: Command) -> str:
    """A Markdown table: what is typed, what it does."""
    rows = [
        f"| `{_cell(command.usage.replace(' [OPTIONS]', ''))}` | {_cell(command.summary)} |"
        for command in root.walk()
        if not command.children
    ]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])


def filled(readme: str, root: Command) -> str:
    """README with the list between the markers made anew; as it is where it has no markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return readme
    return f"{before}{BEGIN}\n{table(root)}\n{END}{after}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
