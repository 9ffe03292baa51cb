"""`krea wait`: wait for jobs."""

from functools import partial
from typing import TYPE_CHECKING

import typer

from krea_cli.options import Ids, Json, OnEnd, Profile, Quiet, Timeout, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session


def wait(
    context: typer.Context,
    ids: Ids = None,
    timeout: Timeout = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    on_end: OnEnd = None,
    profile: Profile = None,
    token_file: TokenFile = None,
) -> None:
    """Wait for jobs and print the id of each that completes.

    Takes ids, or ids and job records from stdin, and acts on each line as it comes.
    With --json prints the record of every job, failed ones too.

    Examples:

    \b
      krea wait 550e8400-e29b-41d4-a716-446655440000
      krea generate --no-wait "a red fox" | krea wait | krea download
    """
    from krea_cli.commands.exit_status import ExitStatus
    from krea_cli.commands.named_jobs import read_named_jobs
    from krea_cli.errors import UsageError
    from krea_cli.flows.jobs.wait import Wait

    session: Session = context.obj
    output = session.output
    mentions = read_named_jobs(session, ids, command="wait")
    waiter = Wait(
        session.best_effort_context,
        typical=session.typical_seconds,
        timeout_for=partial(session.timeout_seconds, timeout),
    )
    with ExitStatus(output) as exit_status, output.progress():
        for outcome in waiter.outcomes(mentions):
            if isinstance(outcome, UsageError):
                exit_status.report(outcome)
            elif outcome.error is None:
                output.print_job_id(outcome.record)
            else:
                output.print_record(outcome.record)
                exit_status.report(outcome.error)
