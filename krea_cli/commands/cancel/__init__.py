"""`krea cancel`: stop jobs."""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Ids, Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

BatchList = Annotated[
    str | None,
    typer.Option(
        "--batch", metavar="FILE", help="Cancel what runs of this list, and end its krea batch."
    ),
]


def cancel(
    context: typer.Context,
    ids: Ids = None,
    batch: BatchList = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Stop jobs that still run; cancelled jobs are not billed.

    Jobs that have ended are left alone, with their results. --batch cancels the jobs of a list.
    A krea batch at work on it then sends nothing more, and ends. Everything that runs is stopped
    by krea history --unfinished --json | krea cancel.

    Examples:

    \b
      krea cancel 0f6f7a52-8e55-4b0c-9d2c-0a3c5e3f6f11
      krea generate --no-wait "a" | krea cancel
      krea cancel --batch prompts.txt
    """
    from krea_cli.commands.exit_status import ExitStatus
    from krea_cli.commands.named_jobs import read_named_jobs
    from krea_cli.flows.jobs.cancel import Cancel

    session: Session = context.obj
    if batch is not None:
        from krea_cli.commands.cancel.batch import cancel_batch

        cancel_batch(session, batch, ids)
        return
    mentions = read_named_jobs(session, ids, command="cancel", tell=True)
    with ExitStatus(session.output) as exit_status:
        for outcome in Cancel(session.best_effort_context).outcomes(mentions):
            if outcome.job_id:
                status = outcome.record["status"] or "unknown"
                session.output.print_line(f"{outcome.job_id}\t{status}", outcome.record)
            else:
                session.output.print_record(outcome.record)
            if outcome.error:
                exit_status.report(outcome.error)
