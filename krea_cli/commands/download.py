"""krea download"""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.commands.exit_status import Ending
from krea_cli.options import (
    Embed,
    Force,
    Ids,
    Json,
    NoLedger,
    OutputPath,
    Profile,
    Quiet,
    Sidecar,
    Timeout,
    TokenFile,
    Verbose,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from krea_cli.commands.session import Session
    from krea_cli.flows.files.target import Target
    from krea_cli.flows.jobs.job_ids import Mention

Missing = Annotated[
    bool, typer.Option("--missing", help="All that is done and was never saved, as asked for then.")
]


def download(
    context: typer.Context,
    ids: Ids = None,
    output: OutputPath = None,
    force: Force = False,
    timeout: Timeout = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    profile: Profile = None,
    token_file: TokenFile = None,
    no_ledger: NoLedger = False,
    missing: Missing = False,
    sidecar: Sidecar = False,
    embed: Embed = False,
) -> None:
    """Wait for jobs if need be, and save their results.

    Takes ids, or ids and job records from stdin, and acts on each line as it comes. Without -o
    the results go where generate was told to put them, else into the current folder. --missing
    saves all that is done and never landed, where it was first meant to, and waits for nothing.

    Examples:

    \b
      krea download 550e8400-e29b-41d4-a716-446655440000 -o fox.png
      krea generate --no-wait "a red fox" | krea wait | krea download -o "pics/{job_id}.{ext}"
      krea download --missing
    """
    from krea_cli.flows.download.download import Retrieval

    session: Session = context.obj
    target = _target(session, output, ids, force=force)
    named = _named(session, ids, output, missing=missing)
    with Ending(session.output) as ending, session.output.progress():
        retrieval = Retrieval(
            session.saver(),
            target,
            several=not ids or len(ids) > 1 or ids == ["-"],
            typical=session.catalog_seconds,
            limit=partial(session.patience, timeout),
            refuse=ending.failed,
            sidecar=sidecar,
            embed=embed,
        )
        for outcome in retrieval.outcomes(named) if named else retrieval.missing(session.glance()):
            if not target.to_stdout:
                session.output.saved(outcome.record())
            if outcome.error:
                ending.failed(outcome.error)


def _target(
    session: "Session", output: str | None, ids: list[str] | None, *, force: bool
) -> "Target":
    """What -o means; refused where the results of several jobs would go to stdout."""
    from krea_cli.flows.download.download import expect_one
    from krea_cli.flows.files.target import parse_target

    target = parse_target(output, cwd=session.env.current_dir, force=force)
    if target.to_stdout:
        session.output.expect_bytes()
        expect_one(ids)
    return target


def _named(
    session: "Session", ids: list[str] | None, output: str | None, *, missing: bool
) -> "Iterator[Mention] | None":
    """The jobs that are named, by the command line or on stdin; None: the ledger names them."""
    from krea_cli.errors import UsageError
    from krea_cli.flows.jobs.job_ids import mentions

    if not missing:
        return mentions(ids, session.env.stdin, session.clock, command="download")
    if ids:
        raise UsageError("--missing finds the ids itself", hint="leave the ids or --missing away")
    if output is not None:
        raise UsageError(
            "--missing saves each where it was meant to go, and -o says otherwise",
            hint="krea history --unfinished lists them; krea download ID -o PATH",
        )
    return None
