"""A small command tree with everything the manual has to know."""

from enum import StrEnum
from typing import Annotated

import typer

from krea_cli.help import command_tree


class Kind(StrEnum):
    """A choice that the parser knows."""

    image = "image"
    video = "video"


def generate(
    prompt: Annotated[str | None, typer.Argument(help="What to make.")] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="It's [the] model: x.")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="PATH")] = None,
    inputs: Annotated[list[str] | None, typer.Option("-i", "--input", metavar="K=V")] = None,
    seed: Annotated[int | None, typer.Option(help="A number.")] = None,
    kind: Annotated[Kind | None, typer.Option()] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite.")] = False,
    secret: Annotated[bool, typer.Option("--secret", hidden=True)] = False,
) -> None:
    """Submit a request \\ wait × save.

    Prose over
    two lines.

    \b
      kept
        as it is

    Examples:

    \b
      krea generate "a" -o out.png
      .dotted
    """


def login() -> None:
    """Check a token."""


def get(key: Annotated[str, typer.Argument(metavar="KEY")]) -> None:
    """Print one setting.

    Examples:
      krea auth get model.default
    """


def sandbox(
    command: Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND]...")] = None,
) -> None:
    """Rehearse."""


def read_small_tree() -> command_tree.Command:
    """The tree of that program."""
    app = typer.Typer(
        name="krea",
        help="Make pictures.",
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def krea() -> None:
        pass

    app.command()(generate)
    app.command(hidden=True, name="internal")(login)
    group = typer.Typer(help="Set it up.")
    group.command()(login)
    group.command()(get)
    app.add_typer(group, name="auth")
    app.command()(sandbox)
    return command_tree.read_command_tree(
        app, {("krea auth get", "KEY"): ("model.default", "api.base")}
    )
