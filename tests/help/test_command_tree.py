"""The command tree as plain data."""

from krea_cli.help import command_tree
from krea_cli.help.command_tree import Argument, Command, Option

HELP = Option(("--help", "-h"), None, "Show this help and exit.")


def test_a_command(root: command_tree.Command) -> None:
    """Names, values, choices, sections of the docstring; nothing that is hidden."""
    (generate,) = [child for child in root.children if child.name == "generate"]
    assert generate == Command(
        path=("krea", "generate"),
        summary="Submit a request \\ wait × save.",
        prose=("Prose over two lines.", "  kept\n    as it is"),
        examples=('krea generate "a" -o out.png', ".dotted"),
        options=(
            Option(("--model", "-m"), "TEXT", "It's [the] model: x."),
            Option(("--output", "-o"), "PATH", ""),
            Option(("--input", "-i"), "K=V", "", repeatable=True),
            Option(("--seed",), "N", "A number."),
            Option(("--kind",), "image|video", "", choices=("image", "video")),
            Option(("--force",), None, "Overwrite."),
            HELP,
        ),
        arguments=(Argument("[PROMPT]", "What to make."),),
    )
    assert generate.usage == "krea generate [OPTIONS] [PROMPT]"


def test_the_tree(root: command_tree.Command) -> None:
    """Groups hold their commands; what may stand for a metavar can be added."""
    assert [" ".join(command.path) for command in root.walk()] == [
        "krea",
        "krea generate",
        "krea sandbox",
        "krea auth",
        "krea auth login",
        "krea auth get",
    ]
    *_, get = root.walk()
    assert get.arguments == (Argument("KEY", "", ("model.default", "api.base")),)
    assert get.examples == ("krea auth get model.default",)
    assert root.usage == "krea [OPTIONS] COMMAND"
