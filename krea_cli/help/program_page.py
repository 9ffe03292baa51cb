"""The page of `krea`, alone or with -h. Made without the parser: importing that takes longer."""

from itertools import zip_longest

from krea_cli.help.groups import COMMAND_GROUPS
from krea_cli.help.layout import INDENT, Layout

# The page fits a window of 80 columns and 24 lines, one of them the shell's.
USAGE = "krea COMMAND [OPTIONS]"
HELP = """Generate images, video, audio and 3D with the Krea API; never pay twice.

Examples:

\b
  krea auth login
  krea generate "a red fox in snow" -o fox.png
  krea sandbox -- krea generate "a red fox in snow" -o fox.png
"""
MORE = "krea COMMAND -h says more about one, man krea about all; krea -V is the version."
MIN_TWO_COLUMNS = 78  # columns of a window that has room for two groups side by side
SECOND_COLUMN = 40  # where the second group of a row begins


def program_page(layout: Layout) -> str:
    """Return the page in LAYOUT."""
    summary, _, rest = HELP.partition("\n")
    examples = [line for line in rest.splitlines() if line.startswith(f"{INDENT}krea ")]
    return layout.join(
        [
            [*layout.usage(USAGE), *layout.wrap(summary, INDENT)],
            [layout.heading("Examples"), *examples],
            *_command_blocks(layout),
            layout.wrap(MORE),
        ]
    )


def _command_blocks(layout: Layout) -> list[list[str]]:
    """Return the groups of commands, two side by side where the window has room."""
    cells = max(len(name) for group in COMMAND_GROUPS.values() for name in group)
    groups = [
        (title, [f"{INDENT}{name:<{cells}}{INDENT}{text}" for name, text in group.items()])
        for title, group in COMMAND_GROUPS.items()
    ]
    if layout.columns < MIN_TWO_COLUMNS:
        return [[layout.heading(title), *lines] for title, lines in groups]
    blocks = []
    for (left, left_lines), (right, right_lines) in zip(groups[::2], groups[1::2], strict=True):
        gap = " " * (SECOND_COLUMN - len(f"{left}:"))  # a bold heading has more letters than cells
        pairs = zip_longest(left_lines, right_lines, fillvalue="")
        rows = [f"{first:<{SECOND_COLUMN}}{second}".rstrip() for first, second in pairs]
        blocks.append([f"{layout.heading(left)}{gap}{layout.heading(right)}", *rows])
    return blocks
