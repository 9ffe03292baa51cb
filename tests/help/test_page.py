"""The pages that -h prints."""

import pytest

from krea_cli.help import command_tree
from krea_cli.help.command_tree import Command
from krea_cli.help.layout import Layout
from krea_cli.help.page import help_page
from krea_cli.main import build_app
from tests.harness.cli import Cli

ROOT = command_tree.read_command_tree(build_app())
COMMANDS = [command for command in ROOT.walk() if command is not ROOT]


def find_command(root: Command, name: str) -> Command:
    """The command NAME of the program."""
    (command,) = [child for child in root.children if child.name == name]
    return command


def test_a_page_of_80_columns(root: Command) -> None:
    """Usage, prose, examples, then names beside their texts, and a mark of a repeatable one."""
    assert help_page(find_command(root, "generate"), Layout(80, bold=False)) == (
        "Usage: krea generate [OPTIONS] [PROMPT]\n"
        "\n"
        "  Submit a request \\ wait × save.\n"
        "\n"
        "  Prose over two lines.\n"
        "\n"
        "    kept\n"
        "      as it is\n"
        "\n"
        "Examples:\n"
        '  krea generate "a" -o out.png\n'
        "  .dotted\n"
        "\n"
        "Arguments:\n"
        "  [PROMPT]            What to make.\n"
        "\n"
        "Options:\n"
        "  -m, --model TEXT    It's [the] model: x.\n"
        "  -o, --output PATH\n"
        "  -i, --input K=V *\n"
        "  --seed N            A number.\n"
        "  --kind image|video\n"
        "  --force             Overwrite.\n"
        "  -h, --help          Show this help and exit.\n"
        "\n"
        "* may be given several times: --input K=V --input K=V\n"
        "\n"
        "More: man krea-generate, man krea-budgets-guide, man krea-cluster-guide,\n"
        "man krea-recovery-guide, man krea-exit-codes-guide\n"
    )


def test_a_page_of_30_columns_with_bold_headings(root: Command) -> None:
    """In a small window a text stands below what it explains; no command of `man` is broken."""
    page = help_page(find_command(root, "auth"), Layout(30, bold=True))
    assert page == (
        "\x1b[1mUsage:\x1b[0m krea auth [OPTIONS]\n"
        "       COMMAND\n"
        "\n"
        "  Set it up.\n"
        "\n"
        "\x1b[1mCommands:\x1b[0m\n"
        "  login\n"
        "      Check a token.\n"
        "  get\n"
        "      Print one setting.\n"
        "\n"
        "\x1b[1mOptions:\x1b[0m\n"
        "  -h, --help\n"
        "      Show this help and exit.\n"
        "\n"
        "More: man krea-auth\n"
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "-".join(command.path[1:]))
def test_a_page_fits_a_window_of_80_columns(cli: Cli, command: Command) -> None:
    """Its examples as well; and one of any locale."""
    cli.environ["COLUMNS"] = "80"
    result = cli.krea(*command.path[1:], "-h")
    assert (result.code, result.err) == (0, "")
    assert [line for line in result.out.splitlines() if len(line) > 80] == []
    assert result.out.isascii()


@pytest.mark.parametrize("columns", [40, 200])
def test_texts_fit_other_windows(cli: Cli, columns: int) -> None:
    """Examples and lists keep their lines, and no text is longer than 100 columns."""
    cli.environ["COLUMNS"] = str(columns)
    for command in COMMANDS:
        page = cli.krea(*command.path[1:], "-h").out
        kept = {
            *command.examples,
            *(line.strip() for text in command.prose for line in text.splitlines()),
        }
        lines = [line for line in page.splitlines() if line.strip() not in kept]
        # A word that is longer than the window keeps its letters: an address is copied whole.
        lines = [line for line in lines if " " in line.strip()]
        assert [line for line in lines if len(line) > min(columns, 100)] == []


def test_many_options_stand_in_groups() -> None:
    """Groups of a command's own come first, then those that it shares, the commonest first."""
    titles = {command.name: list(command.option_groups) for command in COMMANDS}
    assert titles["generate"] == [
        "What to make",
        "Where it goes",
        "Fields of the model",
        "Price and limits",
        "From what was made before",
        "Waiting",
        "Account and records",
        "What is printed",
    ]
    assert titles["recover"] == [
        "Which requests",
        "Price and limits",
        "Account and records",
        "What is printed",
    ]
    assert titles["status"] == ["Options"]


def test_ranges_and_defaults_in_words(cli: Cli) -> None:
    """No `1<=x<=1000`."""
    page = " ".join(cli.krea("batch", "-h").out.split())
    assert (
        "-n, --count COUNT Number of jobs, each with a seed of its own. 1 to 1000; without it 1."
        in page
    )
    assert "--first N Only the first N lines, of those chosen. 1 or more." in page
    assert "auto: as many as the account runs, 64 at most. Without it auto." in page
    assert "<=" not in page


@pytest.mark.parametrize(
    ("environ", "options", "terminal", "start"),
    [
        ({"TERM": "xterm"}, (), True, "\x1b[1mUsage:\x1b[0m "),
        ({"TERM": "xterm"}, (), False, "Usage: "),
        ({"TERM": "xterm", "NO_COLOR": "1"}, (), True, "Usage: "),
        ({"TERM": "dumb"}, (), True, "Usage: "),
        ({"TERM": "xterm"}, ("--color", "never"), True, "Usage: "),
        ({"TERM": "xterm"}, ("--color", "always"), False, "\x1b[1mUsage:\x1b[0m "),
    ],
)
def test_bold_headings(
    cli: Cli, environ: dict[str, str], options: tuple[str, ...], terminal: bool, start: str
) -> None:
    """Of a terminal that has them."""
    cli.environ |= environ
    assert cli.krea("status", *options, "-h", terminal=terminal).out.startswith(start)
    if not options:
        assert cli.krea(terminal=terminal).out.startswith(start)
