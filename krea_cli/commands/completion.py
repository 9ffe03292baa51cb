"""`krea completion`: print the completion script of a shell."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

SCRIPTS = {"bash": "krea.bash", "zsh": "_krea", "fish": "krea.fish"}  # by shell

Shell = Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]


def write_requests(context: typer.Context, account: str | None) -> None:
    """Write the list of requests that the scripts read, and end. Without a ledger, do nothing.

    account: the scripts' mark for the service and the account, for the head of the list
    """
    if account is None:
        return
    from krea_cli.errors import KreaError

    session: Session = context.obj
    with suppress(OSError, KreaError):  # a list less is no reason to disturb somebody who types
        _write_request_list(session, account)
    raise typer.Exit


WriteRequests = Annotated[
    str | None,
    typer.Option("--write-requests", hidden=True, is_eager=True, callback=write_requests),
]


def completion(context: typer.Context, shell: Shell, write_requests: WriteRequests = None) -> None:
    """Print the completion script for bash, zsh or fish.

    Where the script goes, once for each user:

    \b
      bash  ~/.local/share/bash-completion/completions/krea
      zsh   ~/.zfunc/_krea, with ~/.zfunc in $fpath
      fish  ~/.config/fish/completions/krea.fish

    What else a fresh ~/.bashrc without the package bash-completion needs, and a fresh ~/.zshrc:

    \b
      source ~/.local/share/bash-completion/completions/krea
      fpath+=~/.zfunc; autoload -U compinit; compinit

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


def _write_request_list(session: "Session", account: str) -> None:
    """Write the list of the account's requests; without a token, of the account used last."""
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.request_list import write_request_list

    folder, now = session.env.state_dir, session.clock.now()
    if not Ledger.exists_in(folder, session.host):
        return
    ledger = session.account_ledger_if_logged_in()
    if ledger is None and (accounts := session.ledger.list_accounts(session.base)):
        ledger = session.ledger.for_account(session.base, accounts[0])
    write_request_list(folder, ledger, now, account=account)
