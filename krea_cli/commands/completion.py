"""`krea completion`: print the completion script of a shell."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

SCRIPTS = {"bash": "krea.bash", "zsh": "_krea", "fish": "krea.fish"}  # by shell

Shell = Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]


def completion(context: typer.Context, shell: Shell) -> None:
    """Print the completion script for bash, zsh or fish.

    Where the script goes, once for each user:

    \b
      bash  ~/.local/share/bash-completion/completions/krea
      zsh   a file _krea in a folder of $fpath, such as ~/.zfunc
      fish  ~/.config/fish/completions/krea.fish

    A bash without the package bash-completion reads it from ~/.bashrc:
    source <(krea completion bash)

    Examples:

    \b
      krea completion bash
      krea completion zsh
    """
    from krea_cli.errors import UsageError

    session: Session = context.obj
    if (file := SCRIPTS.get(shell)) is None:
        raise UsageError(
            f"there is no completion for {shell!r}; there is one for {', '.join(SCRIPTS)}",
            hint="krea completion bash",
        )
    session.output.print_line(_find_script(file).read_text(encoding="utf-8").rstrip("\n"))


def _find_script(file: str) -> Path:
    """Return the path of the script: in the installed package, or in the checkout."""
    package = Path(__file__).parents[1]
    installed = package / "completions" / file
    return installed if installed.exists() else package.parent / "completions" / file
